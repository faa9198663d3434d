import Basics
import Foundation
import Intake
import Journal
import Logging
import TraplineMetrics

/// From the socket into the durable journal: the real intake and the real journal on loopback, in a folder of its own.
/// The CPU time is that of the whole process without the sending.
enum IntakeBenchmark {
    /// How long the journal may take to say that everything is durable, in seconds.
    private static let patience: TimeInterval = 60

    /// One sender sends it all: measured like any other, and never over.
    private static let budget = BudgetSettings(
        allowance: BudgetSettings.Allowance(rate: 1_000_000, burst: 10_000_000))

    static func run(_ datagram: [UInt8], traps: Int) throws -> StageResult {
        try TemporaryFolder.with { folder in
            let listener = "traps"
            let journal = try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: [listener])
            defer { journal.close() }
            var logger = Logger(label: "trapline-bench")
            logger.logLevel = .error
            let intake = DatagramIntake(
                listeners: [ListenerSettings(name: listener, endpoints: [Endpoint(LoopbackPort.address, port: 0)])],
                access: AccessSettings(budget: budget), journal: journal, metrics: MetricsRegistry(), logger: logger)
            try intake.start()
            defer { intake.stop() }
            guard let endpoint = intake.localEndpoints.first?.endpoint else {
                throw BenchmarkError("nothing is bound")
            }

            let sender = PacedSender(datagram: datagram, receiver: endpoint)
            let begin = CPUClock.process
            let sending = try sender.send(traps) { sent in
                sent - (intake.accounts[listener]?.received ?? 0) <= PacedSender.burst
            }
            let deadline = Date(timeIntervalSinceNow: patience)
            while intake.accounts[listener]?.journaled ?? 0 < traps, Date() < deadline {
                Thread.sleep(forTimeInterval: 0.002)
            }
            let spent = CPUClock.process - begin - sending

            let accounts = intake.accounts[listener] ?? DatagramAccounts()
            let drops = intake.kernelDrops[listener] ?? 0
            return StageResult(
                microsecondsPerTrap: Double(spent) / 1_000 / Double(max(1, accounts.journaled)),
                note: "sent \(traps), received \(accounts.received), journaled \(accounts.journaled), "
                    + "kernel drops \(drops)")
        }
    }
}
