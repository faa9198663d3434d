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
    var traps = 20_000

    @Option(name: .long, help: "How often each receiver is measured.")
    var rounds = 5

    @Option(name: .long, help: "The program trapline, a release build; without it the one beside this program.")
    var trapline: String?

    func validate() throws {
        guard (1...1_000_000).contains(traps), (1...100).contains(rounds) else {
            throw ValidationError("--traps is 1 to 1,000,000 and --rounds 1 to 100")
        }
    }

    func run() throws {
        Interruption.watch()
        let peers = [try ComparedReceiver.snmptrapd(), try ComparedReceiver.namingSnmptrapd()]
        let own = [
            try ComparedReceiver.lines(), try ComparedReceiver.server(trapline),
            try ComparedReceiver.archivingServer(trapline),
        ]
        build.printKind()
        print("one trap: \(Workload.text)")
        print("median of \(rounds) rounds of \(traps) traps (least to most)")
        let receivers = peers + own
        var results = receivers.map { _ in [ComparisonRound]() }
        for _ in 0..<rounds {
            for (index, receiver) in receivers.enumerated() {
                results[index].append(try ComparisonRound(receiver, datagram: Workload.vendorAlarm, traps: traps))
            }
        }
        for (receiver, rounds) in zip(receivers, results) { report(receiver, rounds) }
        for (ours, ourRounds) in zip(own, results[peers.count...]) {
            for (peer, peerRounds) in zip(peers, results) {
                let ratios = zip(peerRounds, ourRounds).map { $0.microsecondsPerTrap / $1.microsecondsPerTrap }
                print("\(peer.title) / \(ours.title): \(Figures(ratios).text(decimals: 2))")
            }
        }
    }

    private func report(_ receiver: ComparedReceiver, _ rounds: [ComparisonRound]) {
        let figures = Figures(rounds.map(\.microsecondsPerTrap))
        print("\(receiver.title): \(figures.text(decimals: 1)) µs CPU a trap, \(receiver.work)")
        for note in Set(rounds.map(\.note)).sorted() { print("    each round: \(note)") }
    }
}
