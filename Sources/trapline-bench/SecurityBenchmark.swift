import Basics
import SNMPSecurity
import SNMPWire

/// What SNMPv3 adds to a trap's way, at authPriv: what intake does before it lets a message in, and what the pipeline does
/// to read it. Each message is another, as they are on the wire.
struct SecurityBenchmark {
    /// Messages that are made before a stretch is measured, so that making them is not.
    private static let stretch = 2_048
    /// As many devices, each with keys of its own.
    private static let engines: UInt32 = 100

    private let users = UserTable([V3Workload.user])

    /// Authentication code, time and replay.
    func admitting(_ datagram: [UInt8], traps: Int) throws -> StageResult {
        let security = IncomingSecurity(
            engine: OwnEngine(id: try V3Workload.engine(.max), boots: 1, started: 0), users: users)
        let sender = IPAddress(v4: 0x7f01_0001)
        return try measure(datagram, traps) { message in
            guard let summary = try V3View.check(message) else { throw BenchmarkError("no SNMPv3") }
            _ = try unsafe security.admit(message.span.bytes, summary, from: sender, at: .now)
        }
    }

    /// Authentication code, decryption and decoding.
    func opening(_ datagram: [UInt8], traps: Int) throws -> StageResult {
        let opener = NotificationOpener(users: users)
        return try measure(datagram, traps) { message in
            guard try opener.open(message).version == .v3 else { throw BenchmarkError("no SNMPv3") }
        }
    }

    private func measure(
        _ datagram: [UInt8], _ traps: Int, _ body: ([UInt8]) throws -> Void
    ) throws -> StageResult {
        var senders = try (0..<Self.engines).map { try V3Workload(datagram, sender: $0, users: users) }
        // Keys are made for a device's first message, and for no other.
        for index in senders.indices { try body(try senders[index].next()) }
        var spent: Int64 = 0
        var done = 0
        while done < traps {
            try Interruption.check()
            let messages = try (done..<min(traps, done + Self.stretch)).map { try senders[$0 % senders.count].next() }
            let begin = CPUClock.thread
            for message in messages { try body(message) }
            spent += CPUClock.thread - begin
            done += messages.count
        }
        return StageResult(microsecondsPerTrap: Double(spent) / 1_000 / Double(traps))
    }
}
