/// Trapline and snmptrapd on the same load, round by round, and how many times cheaper Trapline is.
enum ComparisonMeasurement {
    static let traps = 20_000
    static let rounds = 5

    static func run(_ load: ComparedLoad, traps: Int, rounds: Int, trapline: String?) throws -> BenchReport {
        let peers = [try ComparedReceiver.snmptrapd(load), try ComparedReceiver.namingSnmptrapd(load)]
        let own = [
            try ComparedReceiver.lines(load), try ComparedReceiver.server(trapline, load),
            try ComparedReceiver.archivingServer(trapline, load),
        ]
        let receivers = peers + own
        var results = receivers.map { _ in [ComparisonRound]() }
        for _ in 0..<rounds {
            for (index, receiver) in receivers.enumerated() {
                results[index].append(try ComparisonRound(receiver, load, traps: traps))
            }
        }

        var rows = zip(receivers, results).map { receiver, rounds in
            BenchReport.Row.figures(
                "\(receiver.title): \(receiver.work)", Figures(rounds.map(\.microsecondsPerTrap)), decimals: 1,
                unit: "µs")
        }
        for (ours, ourRounds) in zip(own, results[peers.count...]) {
            for (peer, peerRounds) in zip(peers, results) {
                rows.append(
                    .figures("\(peer.title) / \(ours.title)", ratios(peerRounds, ourRounds), decimals: 2, unit: "times")
                )
            }
        }
        // The same work on both sides: decode, names, and a line of text.
        let ratio = ratios(results[1], results[peers.count])
        return BenchReport(
            scenario: load == .v2c ? "compare" : "compare \(load.rawValue)",
            load: "CPU time a trap: \(load.text); median of \(rounds) rounds of \(traps) traps (least to most)",
            rows: rows, notes: zip(receivers, results).flatMap { notes($0, $1) },
            goals: [
                .init(
                    name: "CPU a trap, \(load == .v3 ? "verify + decrypt + " : "")decode + names + a line",
                    wanted: "≥ \(BenchReport.Row.text(load.leastRatio, decimals: 0)) times less than snmptrapd",
                    measured: "\(BenchReport.Row.text(ratio.median, decimals: 1)) times less",
                    isReached: ratio.median >= load.leastRatio)
            ],
            lost: zip(own, results[peers.count...]).flatMap { receiver, rounds in
                rounds.filter { $0.logged < $0.sent }.map { "\(receiver.title): \($0.note)" }
            })
    }

    private static func notes(_ receiver: ComparedReceiver, _ rounds: [ComparisonRound]) -> [String] {
        Set(rounds.map(\.note)).sorted().map { "\(receiver.title), each round: \($0)" }
    }

    /// Of what was measured in the same round.
    private static func ratios(_ peer: [ComparisonRound], _ ours: [ComparisonRound]) -> Figures {
        Figures(zip(peer, ours).map { $0.microsecondsPerTrap / $1.microsecondsPerTrap })
    }
}
