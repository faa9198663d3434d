import Basics
import Foundation
import Journal
import SNMPWire
import TestPeers
import TraplineMetrics
import Testing

@testable import Intake

/// What a server knows of the informs that the one before it journaled.
@Suite struct InformRecallTests {
    private static let sender = Endpoint(IPAddress(v4: 0x7f00_0001), port: 40_000)

    private func entry(_ payload: [UInt8], age: Duration = .zero, from sender: Endpoint = Self.sender) -> JournalEntry {
        JournalEntry(
            time: Timestamp(nanoseconds: Timestamp.now.nanoseconds - age.components.seconds * 1_000_000_000),
            interface: "traps", sender: sender, receiver: .loopback(162), payload: payload)
    }

    /// Journals the entries, closes, and opens the journal as the next start does.
    private func restarted(_ folder: TemporaryFolder, _ entries: [JournalEntry]) throws -> JournalWriter {
        let first = try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: ["traps"])
        first.append(entries)
        first.close()
        return try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: ["traps"])
    }

    @Test func informsOfTheLastFiveMinutesAreKnownAndNothingElse() throws {
        let folder = try TemporaryFolder()
        var entries = (0..<50 as Range<Int32>).map { entry(Wire.inform(requestID: $0), age: .seconds(290)) }
        entries += (50..<80 as Range<Int32>).map { entry(Wire.trap(requestID: $0), age: .seconds(10)) }
        entries.insert(entry(Wire.inform(requestID: 99), age: .seconds(310)), at: 0)
        let journal = try restarted(folder, entries)
        defer { journal.close() }
        let recall = try InformRecall(journal: folder.path, before: journal.committed)
        #expect(recall.count == 50 && recall.limit == nil)
        let recalled = RecalledInforms(recall)
        let now = monotonicNanoseconds()
        func key(_ requestID: Int32, _ sender: Endpoint = Self.sender) throws -> InformKey {
            let payload = Wire.inform(requestID: requestID)
            return InformKey(sender: sender, payload.span.bytes, try NotificationView.check(payload))
        }
        #expect(try recalled.contains(key(7), now: now))
        #expect(try !recalled.contains(key(99), now: now))
        #expect(try !recalled.contains(key(7, Endpoint(Self.sender.address, port: 40_001)), now: now))
        // Their 5 minutes go on from when they came.
        #expect(try !recalled.contains(key(8), now: now + 11 * 1_000_000_000))
        recalled.forgetExpired(now: now + 11 * 1_000_000_000)
        #expect(try !recalled.contains(key(7), now: now))
    }

    /// Read from the end: at a limit it is the oldest that are not known.
    @Test func limitsCutTheOldestOff() throws {
        let folder = try TemporaryFolder()
        let entries = (0..<100 as Range<Int32>).map { entry(Wire.inform(requestID: $0), age: .seconds(Int($0) - 100)) }
        let journal = try restarted(folder, entries.reversed().map { $0 })
        defer { journal.close() }
        let few = try InformRecall(
            journal: folder.path, before: journal.committed, now: .now, mostOctets: .max, mostInforms: 30)
        #expect(few.count == 30 && few.limit == .informs)
        let short = try InformRecall(journal: folder.path, before: journal.committed, now: .now, mostOctets: 2_000)
        #expect(short.limit == .octets && short.count > 5 && short.count < 30)
    }

    /// A stretch without a single record counts as well as records do.
    @Test func limitsHoldInALongDamagedStretchToo() throws {
        let folder = try TemporaryFolder()
        let first = try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: ["traps"])
        let past = entry(Wire.inform(requestID: 1), age: .seconds(3))
        first.append([past])
        first.append((0..<20).map { _ in entry([UInt8](repeating: 7, count: 50_000), age: .seconds(2)) })
        first.append((10..<13 as Range<Int32>).map { entry(Wire.inform(requestID: $0), age: .seconds(1)) })
        first.close()
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(".pcapng") })
        let path = folder.path + "/" + name
        // What lies between the first and the last records is overwritten.
        var octets = [UInt8](try Data(contentsOf: URL(filePath: path)))
        octets.replaceSubrange(1_000..<octets.count - 1_000, with: repeatElement(0xff, count: octets.count - 2_000))
        try Data(octets).write(to: URL(filePath: path))
        let journal = try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: ["traps"])
        defer { journal.close() }
        let all = try InformRecall(journal: folder.path, before: journal.committed)
        #expect(all.count == 4 && all.limit == nil)
        let recall = try InformRecall(
            journal: folder.path, before: journal.committed, now: .now, mostOctets: 300_000)
        #expect(recall.count == 3 && recall.limit == .octets)
    }

    /// The whole way: an inform that was journaled and never acknowledged is repeated after the restart.
    @Test func aRepeatAfterARestartIsAnsweredAndNotJournaledAgain() throws {
        let folder = try TemporaryFolder()
        // A port that is free again by now.
        let local = try #require(try UDPSender(to: .loopback(9)).localEndpoint)
        let inform = Wire.inform(requestID: 7)
        let journal = try restarted(folder, [entry(inform, from: local), entry(Wire.trap(), from: local)])
        defer { journal.close() }
        let intake = DatagramIntake(
            listeners: [ListenerSettings(name: "traps", endpoints: [.loopback()], threads: 2)],
            access: AccessSettings(), journal: journal,
            recall: try InformRecall(journal: folder.path, before: journal.committed), metrics: MetricsRegistry(),
            logger: LogLines().logger)
        try intake.start()
        defer { intake.stop() }
        let endpoint = try #require(intake.localEndpoints.first).endpoint
        let start = journal.committed
        // From the port that the first one came from.
        let again = try UDPSender(to: endpoint, from: local)
        for _ in 0..<2 {
            #expect(try again.request(inform, timeout: .seconds(20)) == InformResponse.encode(to: inform))
        }
        #expect(intake.accounts["traps"]?.duplicate == 2 && journal.committed == start)
        // Another one is new, and a trap is never a repeat.
        #expect(try again.request(Wire.inform(requestID: 8), timeout: .seconds(20)) != nil)
        try again.send(Wire.trap())
        #expect(eventually { intake.accounts["traps"]?.journaled == 2 })
        #expect(intake.accounts["traps"]?.isBalanced == true)
    }
}
