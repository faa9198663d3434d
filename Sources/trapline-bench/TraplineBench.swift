import ArgumentParser

/// Measures what a trap costs: CPU time, not wall-clock time, because that holds on a busy machine.
@main
struct TraplineBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trapline-bench",
        abstract: "Measures the CPU time that a trap costs, stage by stage.",
        discussion: "Build for release: swift run -c release trapline-bench")

    @Option(name: .long, help: "How many traps each stage takes.")
    var traps = 200_000

    @Option(name: .long, help: "How often each stage is measured; the median is printed.")
    var rounds = 5

    func validate() throws {
        guard (1...100_000_000).contains(traps), (1...100).contains(rounds) else {
            throw ValidationError("--traps is 1 to 100,000,000 and --rounds 1 to 100")
        }
    }

    func run() throws {
        let datagram = Workload.vendorAlarm
        print("one trap: the vendor's alarm, \(datagram.count) octets, \(Workload.variableCount) variables")
        print("median of \(rounds) rounds of \(traps) traps")
        try report("decode") { try DecodeBenchmark.run(datagram, traps: traps) }
        let naming = try NamingBenchmark()
        try report("decode + names") { try naming.run(datagram, traps: traps) }
        try report("socket to journal") { try IntakeBenchmark.run(datagram, traps: traps) }
    }

    private func report(_ stage: String, _ measure: () throws -> StageResult) throws {
        var results: [StageResult] = []
        for _ in 0..<rounds { results.append(try measure()) }
        let sorted = results.sorted { $0.microsecondsPerTrap < $1.microsecondsPerTrap }
        let median = sorted[sorted.count / 2]
        let figure = String(Double(Int(median.microsecondsPerTrap * 1_000)) / 1_000)
        print("\(stage): \(figure) µs CPU a trap\(median.note.map { ", " + $0 } ?? "")")
    }
}

/// What one round of a stage took.
struct StageResult {
    var microsecondsPerTrap: Double
    var note: String?
}
