import Foundation
import Glibc
import Synchronization
import TestPeers
import Testing

/// One sender storms, as fast as 100,000 a second, while a hundred others send now and then.
///
/// What must hold: everything that the quiet ones send arrives while the storm goes on, for it ends only when the last of
/// it was seen at a sink; a server that served the storm first would be waited for in vain. In the event log no quiet
/// trap stands behind one of the storm that was sent a second's worth of storm later. What the storm sent over its budget
/// is refused and counted to the last datagram, and told as one alarm with its end.
@Suite struct StormTests {
    private static let stormRate = 100_000
    private static let quietSenders = 100
    private static let rounds = 3
    /// The numbers of the quiet ones begin here; those of the storm stay below.
    private static let firstQuiet: Int32 = 100_000_000

    @Test func aStormFromOneSenderHoldsNobodyElseUp() throws {
        let folder = try TemporaryFolder()
        let archive = folder.file("quiet.jsonl")
        let server = try SurvivingServer(
            """
            access: {budget: {rate: 500, burst: 2000}}
            sinks: {archive: {file: {to: \(archive)}}, nowhere: {file: {to: /dev/null}}}
            routes:
              - {name: the quiet ones, when: {sender: 127.9.1.0/24}, to: archive}
              - {name: the rest, when: {sender: 127.9.0.0/24}, to: nowhere}
            """)
        try server.start()
        let storm = try Storm(to: server.port, rate: Self.stormRate, room: server.receiveBuffer() / 4)
        defer { storm.stop() }
        storm.begin()
        #expect(Poll.until { storm.sent > 10_000 })

        let quiet = try (1...UInt32(Self.quietSenders)).map { try BoundSender(0x7f09_0100 + $0, to: server.port) }
        var stormBefore: [Int32: Int] = [:]
        var number = Self.firstQuiet
        for round in 1...Self.rounds {
            for sender in quiet {
                number += 1
                stormBefore[number] = storm.sent
                try sender.send(NumberedNotification(trap: number, uptime: 1).octets)
                usleep(1_000_000 / UInt32(Self.quietSenders))
            }
            let expected = Set(Self.firstQuiet + 1...number)
            let haveArrived = Poll.until { Self.numbers(in: archive) == expected }
            #expect(haveArrived, "round \(round): \(Self.numbers(in: archive).count) of \(expected.count) arrived")
            #expect(storm.isRunning)
        }
        // However fast the rounds were, the storm has been one.
        #expect(Poll.until { storm.sent > Self.stormRate })
        storm.stop()

        #expect(try Poll.until { try server.metrics().books.received == storm.sent + stormBefore.count })
        let scrape = try server.metrics()
        #expect(scrape.areBooksBalanced)
        #expect(scrape.sum("trapline_kernel_drops_total") == 0)
        let refused = scrape.sum("trapline_datagrams_refused_total", "reason=\"over-budget\"")
        #expect(refused > 0 && scrape.sum("trapline_datagrams_refused_total") == refused)
        #expect(scrape.sum("trapline_senders_over_budget") == 1)
        try server.stop()

        let log = try EventLog(data: server.data)
        let faults = log.faults(expecting: Set(stormBefore.keys))
        #expect(faults.missing == [] && faults.twice == [])
        #expect(log.events.compactMap(\.number).count == storm.sent + stormBefore.count - refused)
        var latest: Int32 = 0
        for number in log.events.compactMap(\.number) {
            if number > Self.firstQuiet {
                let limit = (stormBefore[number] ?? 0) + Self.stormRate
                #expect(latest < limit, "\(number) stands behind the storm's \(latest)")
            } else {
                latest = max(latest, number)
            }
        }
        let told = log.events.filter { $0.alarm == "traplineSenderOverBudget" }
        #expect(told.map(\.transition) == ["raised", "cleared"])
        #expect(told.last?.text == "Within budget again on traps: 127.9.0.1, \(refused) datagrams were refused")
    }

    private static func numbers(in file: String) -> Set<Int32> {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        // A line that is being written has no end yet.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return Set(lines.compactMap { try? LoggedEvent.decode($0).number })
    }
}

/// A UDP socket with an address of its own within 127/8.
private final class BoundSender: Sendable {
    private let descriptor: Int32

    init(_ address: UInt32, to port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, Self.call(bind, descriptor, address, 0),
            Self.call(connect, descriptor, 0x7f00_0001, port)
        else { throw Command.Failure(description: "no UDP socket: errno \(errno)") }
    }

    deinit { close(descriptor) }

    func send(_ octets: [UInt8]) throws {
        guard Glibc.send(descriptor, octets, octets.count, 0) == octets.count else {
            throw Command.Failure(description: "a trap could not be sent: errno \(errno)")
        }
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ descriptor: Int32, _ address: UInt32,
        _ port: UInt16
    ) -> Bool {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = address.bigEndian
        return withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

/// Numbered traps from 127.9.0.1 on a thread of its own, at a rate, but never so fast that the server's socket runs full:
/// then the kernel would drop anybody's, and no budget could help.
private final class Storm: Sendable {
    private struct State {
        var sent = 0
        var isEnding = false
        var hasEnded = true
    }

    private let sender: BoundSender
    private let port: UInt16
    private let rate: Int
    private let room: Int
    private let state = Mutex(State())

    /// - Parameter room: octets that the server's socket may hold, as the kernel counts them.
    init(to port: UInt16, rate: Int, room: Int) throws {
        sender = try BoundSender(0x7f09_0001, to: port)
        (self.port, self.rate, self.room) = (port, rate, room)
    }

    var sent: Int { state.withLock { $0.sent } }
    var isRunning: Bool { state.withLock { !$0.hasEnded } }

    func begin() {
        state.withLock { $0.hasEnded = false }
        let thread = Thread { [self] in
            let start = Date()
            var skipped = 0
            while !state.withLock({ $0.isEnding }) {
                let due = Int(Date().timeIntervalSince(start) * Double(rate)) - skipped
                let sent = self.sent
                if waiting() < room {
                    for number in sent..<max(sent, min(due, sent + 200)) {
                        try? sender.send(NumberedNotification(trap: Int32(number + 1), uptime: 1).octets)
                        state.withLock { $0.sent += 1 }
                    }
                } else {
                    // What the server had no time for is not made up for later.
                    skipped += max(0, due - sent)
                }
                usleep(500)
            }
            state.withLock { $0.hasEnded = true }
        }
        thread.name = "storm"
        thread.start()
    }

    func stop() {
        state.withLock { $0.isEnding = true }
        _ = Poll.until { !isRunning }
    }

    /// Octets that wait in the server's socket, as /proc/net/udp tells.
    private func waiting() -> Int {
        let text = (try? String(contentsOfFile: "/proc/net/udp", encoding: .utf8)) ?? ""
        let local = "0100007F:" + String(port, radix: 16, uppercase: true).leftPadded(to: 4)
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count > 4, fields[1] == local else { continue }
            return fields[4].split(separator: ":").last.flatMap { Int($0, radix: 16) } ?? 0
        }
        return 0
    }
}

extension String {
    fileprivate func leftPadded(to count: Int) -> String {
        String(repeating: "0", count: Swift.max(0, count - utf8.count)) + self
    }
}
