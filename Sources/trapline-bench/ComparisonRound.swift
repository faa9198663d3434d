import Basics
import Foundation

/// One receiver under the load, once: how much CPU time it took and whether it lost something.
struct ComparisonRound {
    let sent: Int
    let logged: Int
    let kernelDrops: Int
    let microsecondsPerTrap: Double

    var note: String { "sent \(sent), logged \(logged), lost \(sent - logged), kernel drops \(kernelDrops)" }

    /// Traps before those that count, for the receiver to have its memory and caches.
    private static let warmUp = 512
    /// How long the receiver may write no line, in seconds, before what is missing counts as lost.
    private static let patience: TimeInterval = 10

    init(_ receiver: ComparedReceiver, _ load: ComparedLoad, traps: Int) throws {
        self = try TemporaryFolder.with { folder in
            let process = try ReceiverProcess(receiver, folder: folder)
            defer { process.stop() }
            var lines = LineCounter(path: ComparedReceiver.output(in: folder).path)
            let sender = PacedSender(
                receiver: Endpoint(LoopbackPort.address, port: process.port), next: try load.datagrams())
            let load = { (count: Int) in
                _ = try sender.send(count) { _ in try process.queue().waiting <= SocketQueue.room }
            }
            try load(Self.warmUp)
            let before = try Self.waitForLines(Self.warmUp, &lines)
            guard before == Self.warmUp else {
                throw BenchmarkError("\(receiver.title): \(before) lines for the first \(Self.warmUp) traps")
            }
            let begin = try process.cpuTime()
            try load(traps)
            let logged = try Self.waitForLines(Self.warmUp + traps, &lines) - Self.warmUp
            let spent = try process.cpuTime() - begin
            return ComparisonRound(
                sent: traps, logged: logged, kernelDrops: try process.queue().drops,
                microsecondsPerTrap: Double(spent) / 1_000 / Double(max(1, logged)))
        }
    }

    private init(sent: Int, logged: Int, kernelDrops: Int, microsecondsPerTrap: Double) {
        self.sent = sent
        self.logged = logged
        self.kernelDrops = kernelDrops
        self.microsecondsPerTrap = microsecondsPerTrap
    }

    /// Gives how many there are, when it is as many as wanted or no more come.
    private static func waitForLines(_ wanted: Int, _ lines: inout LineCounter) throws -> Int {
        var count = try lines.count()
        var deadline = Date(timeIntervalSinceNow: patience)
        while count < wanted, Date() < deadline {
            try Interruption.check()
            Thread.sleep(forTimeInterval: 0.005)
            let now = try lines.count()
            if now > count { deadline = Date(timeIntervalSinceNow: patience) }
            count = now
        }
        return count
    }
}
