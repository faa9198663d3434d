/// What each stage of a trap's way costs, and how much more than an empty receive loop the way into the journal is.
enum StagesMeasurement {
    static let traps = 200_000
    static let rounds = 5
    /// How many times an empty `recvmmsg` loop's CPU time the way from the socket into the journal may take.
    static let mostLoops = 2.5

    /// The results of one stage, one for each round.
    private struct Stage {
        let name: String
        let measure: () throws -> StageResult
        var results: [StageResult] = []
    }

    static func run(traps: Int, rounds: Int) throws -> BenchReport {
        let datagram = Workload.vendorAlarm
        let naming = try NamingBenchmark()
        let pipeline = try PipelineBenchmark()
        let security = SecurityBenchmark()
        let (loopName, intakeName) = ("empty recvmmsg loop", "socket to journal")
        var stages = [
            Stage(name: "decode") { try DecodeBenchmark.run(datagram, traps: traps) },
            Stage(name: "decode + names") { try naming.run(datagram, traps: traps) },
            Stage(name: "recvmmsg, full batches") { try BareLoopBenchmark.runFullBatches(datagram, traps: traps) },
            Stage(name: loopName) { try BareLoopBenchmark.run(datagram, traps: traps) },
            Stage(name: intakeName) { try IntakeBenchmark.run(datagram, traps: traps) },
            Stage(name: "SNMPv3 authPriv, to let in") { try security.admitting(datagram, traps: traps) },
            Stage(name: "SNMPv3 authPriv, decrypt + decode") { try security.opening(datagram, traps: traps) },
            Stage(name: "rows into the store") { try StoreBenchmark.run(rows: traps) },
        ]
        var journalToStore: [PipelineBenchmark.Round] = []
        for _ in 0..<rounds {
            for index in stages.indices {
                try Interruption.check()
                stages[index].results.append(try stages[index].measure())
            }
            try Interruption.check()
            journalToStore.append(try pipeline.run(datagram, traps: traps))
        }

        var rows = stages.map { row($0.name, $0.results) }
        rows.append(row("journal read", journalToStore.map(\.reading)))
        rows.append(row("pipeline, journal record to store", journalToStore.map(\.pipeline)))
        rows.append(row("rows read back", journalToStore.map(\.rows)))
        let results = Dictionary(stages.map { ($0.name, $0.results) }) { first, _ in first }
        let ratio = ratios(results[intakeName] ?? [], results[loopName] ?? [])
        rows.append(.figures("\(intakeName) / \(loopName)", ratio, decimals: 2, unit: "times"))
        var notes: [String] = []
        for stage in stages {
            // A round that lost something would differ from the others.
            for note in Set(stage.results.compactMap(\.note)).sorted() {
                notes.append("\(stage.name), each round: \(note)")
            }
        }
        return BenchReport(
            scenario: "stages",
            load: "CPU time a trap: \(Workload.text); median of \(rounds) rounds of \(traps) traps (least to most)",
            rows: rows, notes: notes,
            goals: [
                .init(
                    name: "CPU a trap, socket to journal", wanted: "≤ \(mostLoops) times the empty recvmmsg loop's",
                    measured: "\(BenchReport.Row.text(ratio.median, decimals: 2)) times",
                    isReached: ratio.median <= mostLoops)
            ])
    }

    private static func row(_ name: String, _ results: [StageResult]) -> BenchReport.Row {
        .figures(name, Figures(results.map(\.microsecondsPerTrap)), decimals: 3, unit: "µs")
    }

    /// Of what was measured in the same round.
    private static func ratios(_ results: [StageResult], _ base: [StageResult]) -> Figures {
        Figures(zip(results, base).map { $0.microsecondsPerTrap / $1.microsecondsPerTrap })
    }
}
