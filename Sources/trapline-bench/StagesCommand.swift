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
    var traps = 200_000

    @Option(name: .long, help: "How often each stage is measured.")
    var rounds = 5

    func validate() throws {
        guard (1...100_000_000).contains(traps), (1...100).contains(rounds) else {
            throw ValidationError("--traps is 1 to 100,000,000 and --rounds 1 to 100")
        }
    }

    func run() throws {
        Interruption.watch()
        let datagram = Workload.vendorAlarm
        build.printKind()
        print("one trap: \(Workload.text)")
        print("median of \(rounds) rounds of \(traps) traps (least to most)")
        let naming = try NamingBenchmark()
        let pipeline = try PipelineBenchmark()
        var (decode, names) = ([StageResult](), [StageResult]())
        var (batches, loop, intake) = ([StageResult](), [StageResult](), [StageResult]())
        var (journalToStore, commits) = ([PipelineBenchmark.Round](), [StageResult]())
        for _ in 0..<rounds {
            try Interruption.check()
            decode.append(try DecodeBenchmark.run(datagram, traps: traps))
            names.append(try naming.run(datagram, traps: traps))
            batches.append(try BareLoopBenchmark.runFullBatches(datagram, traps: traps))
            loop.append(try BareLoopBenchmark.run(datagram, traps: traps))
            intake.append(try IntakeBenchmark.run(datagram, traps: traps))
            journalToStore.append(try pipeline.run(datagram, traps: traps))
            commits.append(try StoreBenchmark.run(rows: traps))
        }
        report("decode", decode)
        report("decode + names", names)
        report("recvmmsg, full batches", batches)
        report("empty recvmmsg loop", loop)
        report("socket to journal", intake)
        report("journal read", journalToStore.map(\.reading))
        report("pipeline, journal record to store", journalToStore.map(\.pipeline))
        report("of which rows into the store", commits)
        report("rows read back", journalToStore.map(\.rows))
        reportRatio("socket to journal / empty recvmmsg loop", intake, loop)
        reportRatio("socket to journal / recvmmsg, full batches", intake, batches)
    }

    private func report(_ stage: String, _ results: [StageResult]) {
        let figures = Figures(results.map(\.microsecondsPerTrap))
        print("\(stage): \(figures.text(decimals: 3)) µs CPU a trap")
        // A round that lost something would differ from the others.
        for note in Set(results.compactMap(\.note)).sorted() { print("    each round: \(note)") }
    }

    /// Of what was measured in the same round.
    private func reportRatio(_ title: String, _ results: [StageResult], _ base: [StageResult]) {
        let ratios = zip(results, base).map { $0.microsecondsPerTrap / $1.microsecondsPerTrap }
        print("\(title): \(Figures(ratios).text(decimals: 2))")
    }
}
