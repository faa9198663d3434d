/// The figures that must be reached, as a table of Markdown.
struct GoalTable {
    private var lines = ["| figure | must reach | measured | command |", "|---|---|---|---|"]

    mutating func add(_ goals: [BenchReport.Goal], command: String) {
        for goal in goals {
            let measured = goal.isReached ? goal.measured : "**\(goal.measured)**"
            lines.append("| \(goal.name) | \(goal.wanted) | \(measured) | `\(command)` |")
        }
    }

    var markdown: String { lines.joined(separator: "\n") }
}
