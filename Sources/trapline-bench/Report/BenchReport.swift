import Foundation

/// What one measurement found: a table for people, one line of JSON for programs.
struct BenchReport {
    struct Row {
        var name: String
        var value: Double
        var decimals: Int
        /// Empty for a count.
        var unit: String
        /// The least and the most of several rounds, of which `value` is the median.
        var extent: (least: Double, most: Double)?

        static func count(_ name: String, _ value: Int) -> Row {
            Row(name: name, value: Double(value), decimals: 0, unit: "")
        }

        static func number(_ name: String, _ value: Double, decimals: Int, unit: String) -> Row {
            Row(name: name, value: value, decimals: decimals, unit: unit)
        }

        static func figures(_ name: String, _ figures: Figures, decimals: Int, unit: String) -> Row {
            Row(name: name, value: figures.median, decimals: decimals, unit: unit, extent: figures.extent)
        }

        /// `1,500,000`, `12.35 µs`, `12.35 µs (11.90 to 13.02)`
        var valueText: String {
            let number = Self.text(value, decimals: decimals) + (unit.isEmpty ? "" : " \(unit)")
            guard let extent else { return number }
            let (least, most) = (
                Self.text(extent.least, decimals: decimals), Self.text(extent.most, decimals: decimals)
            )
            return "\(number) (\(least) to \(most))"
        }

        /// With thousands apart: `1,500,000`, `12.35`.
        static func text(_ value: Double, decimals: Int) -> String {
            guard value.isFinite else { return "–" }
            let text = String(format: "%.\(decimals)f", value)
            let sign = text.hasPrefix("-") ? "-" : ""
            let parts = text.dropFirst(sign.count).split(separator: ".", omittingEmptySubsequences: false)
            var digits = ""
            for (index, digit) in parts[0].enumerated() {
                if index > 0, (parts[0].count - index) % 3 == 0 { digits.append(",") }
                digits.append(digit)
            }
            return sign + digits + (parts.count > 1 ? "." + parts[1] : "")
        }
    }

    /// A figure that must be reached.
    struct Goal {
        var name: String
        var wanted: String
        var measured: String
        var isReached: Bool
    }

    var scenario: String
    /// What was sent, and from how many.
    var load: String
    var rows: [Row]
    /// What is to be said of the rounds.
    var notes: [String] = []
    var goals: [Goal] = []
    /// What was lost that must not be; empty for a run that was sound.
    var lost: [String] = []

    var table: String {
        let width = (rows.map(\.name.count) + goals.map(\.name.count)).max() ?? 0
        func line(_ name: String, _ text: String) -> String {
            "  " + name + String(repeating: " ", count: width - name.count) + "  " + text
        }
        var lines = ["\(scenario): \(load)"]
        lines += rows.map { line($0.name, $0.valueText) }
        lines += notes.map { "  (\($0))" }
        for goal in goals {
            let verdict = goal.isReached ? "reached" : "NOT REACHED"
            lines.append(line(goal.name, "\(goal.measured), wanted \(goal.wanted): \(verdict)"))
        }
        for loss in lost { lines.append("  LOST: \(loss)") }
        return lines.joined(separator: "\n")
    }

    /// `{"scenario","load","figures":[{"name","value","least"?,"most"?,"unit"?}],"notes"?,"goals":[{"name","wanted","measured","reached"}],"lost":[…]}`
    var json: String {
        struct Figure: Encodable {
            var name: String
            var value: Double
            var least: Double?
            var most: Double?
            var unit: String?
        }
        struct GoalObject: Encodable {
            var name: String
            var wanted: String
            var measured: String
            var reached: Bool
        }
        struct Object: Encodable {
            var scenario: String
            var load: String
            var figures: [Figure]
            var notes: [String]?
            var goals: [GoalObject]
            var lost: [String]
        }
        let object = Object(
            scenario: scenario, load: load,
            figures: rows.map { row in
                let scale = (0..<row.decimals).reduce(1.0) { scale, _ in scale * 10 }
                let rounded = { (value: Double) in value.isFinite ? (value * scale).rounded() / scale : 0 }
                return Figure(
                    name: row.name, value: rounded(row.value), least: row.extent.map { rounded($0.least) },
                    most: row.extent.map { rounded($0.most) }, unit: row.unit.isEmpty ? nil : row.unit)
            },
            notes: notes.isEmpty ? nil : notes,
            goals: goals.map {
                GoalObject(name: $0.name, wanted: $0.wanted, measured: $0.measured, reached: $0.isReached)
            },
            lost: lost)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(object) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
