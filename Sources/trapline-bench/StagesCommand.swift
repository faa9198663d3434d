import ArgumentParser

/// `trapline-bench stages`: the steps of a trap's way, one by one.
struct StagesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stages",
        abstract: "Measures the CPU time that a trap costs, stage by stage.",
        discussion: """
            Every round runs all stages, one after the other, so that what else the machine does falls on all of them. \
            The median is printed, and the least and the most.
            """)

    @OptionGroup var build: BuildOptions

    @Option(name: .long, help: "How many traps each stage takes in a round.")
    var traps = StagesMeasurement.traps

    @Option(name: .long, help: "How often each stage is measured.")
    var rounds = StagesMeasurement.rounds

    @Flag(name: .long, help: "Print one line of JSON.")
    var json = false

    func validate() throws {
        guard (1...100_000_000).contains(traps), (1...100).contains(rounds) else {
            throw ValidationError("--traps is 1 to 100,000,000 and --rounds 1 to 100")
        }
    }

    func run() throws {
        Interruption.watch()
        if !json { build.printKind() }
        let report = try StagesMeasurement.run(traps: traps, rounds: rounds)
        print(json ? report.json : report.table)
        if !report.lost.isEmpty { throw ExitCode.failure }
    }
}
