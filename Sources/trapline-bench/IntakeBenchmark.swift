import Basics
import Foundation
import Intake
import Journal
import Logging
import Synchronization
import TraplineMetrics

/// From the socket into the durable journal: the real intake and the real journal on loopback, in a folder of its own.
/// The CPU time is that of the whole process without the sending thread.
enum IntakeBenchmark {
    /// Datagrams sent ahead of what is received: few enough for any receive buffer, so that nothing is dropped and
    /// every trap counted was taken in.
    private static let window = 128
    /// How long the journal may take to say that everything is durable, in seconds.
    private static let patience: TimeInterval = 60

    static func run(_ datagram: [UInt8], traps: Int) throws -> StageResult {
        let folder = FileManager.default.temporaryDirectory.appending(path: "trapline-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let listener = "traps"
        let journal = try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: [listener])
        var logger = Logger(label: "trapline-bench")
        logger.logLevel = .error
        let loopback = IPAddress(v4: 0x7f00_0001)
        let intake = DatagramIntake(
            listeners: [ListenerSettings(name: listener, endpoints: [Endpoint(loopback, port: 0)])],
            access: AccessSettings(), journal: journal, metrics: MetricsRegistry(), logger: logger)
        try intake.start()
        guard let endpoint = intake.localEndpoints.first?.endpoint else { throw BenchmarkError("nothing is bound") }

        let begin = CPUClock.process
        let sending = try send(datagram, traps: traps, to: endpoint) { intake.accounts[listener]?.received ?? 0 }
        let deadline = Date(timeIntervalSinceNow: patience)
        while intake.accounts[listener]?.journaled ?? 0 < traps, Date() < deadline {
            Thread.sleep(forTimeInterval: 0.002)
        }
        let spent = CPUClock.process - begin - sending
        intake.stop()
        journal.close()

        let accounts = intake.accounts[listener] ?? DatagramAccounts()
        let drops = intake.kernelDrops[listener] ?? 0
        return StageResult(
            microsecondsPerTrap: Double(spent) / 1_000 / Double(max(1, accounts.journaled)),
            note: "sent \(traps), received \(accounts.received), journaled \(accounts.journaled), kernel drops \(drops)"
        )
    }

    /// Sends on a thread of its own, never more than `window` ahead of `received`.
    /// - Returns: The CPU time of the sending, in nanoseconds.
    private static func send(
        _ datagram: [UInt8], traps: Int, to endpoint: Endpoint, received: @escaping @Sendable () -> Int
    ) throws -> Int64 {
        let sender = try UDPSender(to: endpoint)
        let ended = DispatchSemaphore(value: 0)
        let spent = Mutex<Result<Int64, any Error>>(.success(0))
        let thread = Thread {
            let begin = CPUClock.thread
            var sent = 0
            do {
                while sent < traps {
                    while sent - received() > window / 2 { Thread.sleep(forTimeInterval: 0.000_05) }
                    for _ in 0..<min(window / 2, traps - sent) {
                        try sender.send(datagram)
                        sent += 1
                    }
                }
                let time = CPUClock.thread - begin
                spent.withLock { $0 = .success(time) }
            } catch {
                spent.withLock { $0 = .failure(error) }
            }
            ended.signal()
        }
        thread.start()
        ended.wait()
        return try spent.withLock { try $0.get() }
    }
}
