import ArgumentParser

/// `trapline-bench compare`: Trapline beside its peer, on the same load and in one run.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Measures Trapline and snmptrapd on the same load, and prints the ratios.",
        discussion: """
            Each receiver is a process of its own that writes a line a trap to a file, and gets the same traps over \
            loopback, as fast as it takes them and no faster. Every round runs all of them, one after the other. CPU \
            time is that of the receiver's process, from the first trap sent until the last line is written; what the \
            kernel does for the sender is not in it.
            """)

    @OptionGroup var build: BuildOptions

    @Option(name: .long, help: "How many traps each receiver gets in a round.")
    var traps = ComparisonMeasurement.traps

    @Option(name: .long, help: "How often each receiver is measured.")
    var rounds = ComparisonMeasurement.rounds

    @Argument(
        help:
            "What is sent: \(ComparedLoad.allCases.map(\.rawValue).joined(separator: ", ")); v3 is \(V3Workload.text).")
    var load = ComparedLoad.v2c

    @Option(name: .long, help: "The program trapline, a release build; without it the one beside this program.")
    var trapline: String?

    @Flag(name: .long, help: "Print one line of JSON.")
    var json = false

    func validate() throws {
        guard (1...1_000_000).contains(traps), (1...100).contains(rounds) else {
            throw ValidationError("--traps is 1 to 1,000,000 and --rounds 1 to 100")
        }
    }

    func run() throws {
        Interruption.watch()
        if !json { build.printKind() }
        let report = try ComparisonMeasurement.run(load, traps: traps, rounds: rounds, trapline: trapline)
        print(json ? report.json : report.table)
        if !report.lost.isEmpty { throw ExitCode.failure }
    }
}
