import Foundation
import TestPeers
import Testing

/// The server is killed a hundred times at random moments, while informs come in whose senders repeat them.
///
/// What must hold: every acknowledged inform is in the event log, and none twice; the store is sound after each kill; a
/// file and a real rsyslog get every event, in order. Both sinks deliver at least once: what the last saved cursor does
/// not cover comes again after a kill. A sink that was quiet has its cursor saved, so that an event comes at most once
/// for each kill since then, and once more.
@Suite(.serialized) struct KillTests {
    private static let groups = 5
    private static let killsPerGroup = 20

    @Test func aHundredKillsLoseNothingAndMakeNothingTwice() throws {
        var seed = Seed()
        let folder = try TemporaryFolder()
        let archive = folder.file("events.jsonl")
        let rsyslog = try RsyslogServer()
        let server = try SurvivingServer(
            """
            sinks:
              noc: {syslog: {to: "tcp://127.0.0.1:\(rsyslog.tcpPort)"}}
              archive: {file: {to: \(archive)}}
            """)
        let sender = try InformSender(port: server.port)
        defer { sender.stop() }
        var acknowledged: Set<Int32> = []
        var quiet: Int64 = 0
        for group in 0..<Self.groups {
            sender.resume()
            // The real program in one group: it repeats once a second, and so prolongs the waiting for it.
            let real = group == 1 ? (1...3).map { RealInforms(port: server.port, after: $0 * 1_000_000) } : []
            for _ in 0..<Self.killsPerGroup {
                if !server.isRunning { try server.start(untilReady: false) }
                try Self.live(server, sender, &seed)
                try server.kill()
                #expect(try StoreProbe(data: server.data).complaints() == [], "\(seed)")
            }
            try server.start()
            for sender in real { acknowledged.formUnion(try sender.stop()) }
            try #require(sender.settle(), "\(seed): informs stay unanswered: \(server.currentLog)")
            quiet = try #require(try Self.waitUntilSaved(server), "\(seed): the sinks do not catch up")
        }
        #expect(!acknowledged.isEmpty)
        let metrics = try server.metrics()
        #expect(metrics.areBooksBalanced && metrics.sum("trapline_datagrams_in_flight") == 0, "\(seed)")
        try server.stop()
        acknowledged.formUnion(sender.tally.acknowledged)

        let log = try EventLog(data: server.data)
        let faults = log.faults(expecting: acknowledged)
        #expect(faults.missing == [], "\(seed): acknowledged and not in the event log")
        #expect(faults.twice == [], "\(seed): in the event log more than once")
        #expect(log.isNumberedWithoutGaps, "\(seed)")
        #expect(sender.tally.strangeAnswers == 0)
        let deliveries = [
            ("archive", try Deliveries(file: archive)), ("noc", try Deliveries(rsyslog.messages())),
        ]
        for (sink, delivered) in deliveries {
            print("\(sink) after \(Self.groups * Self.killsPerGroup) kills: \(delivered)")
            #expect(delivered.missing(upTo: quiet) == [], "\(seed): \(sink), \(delivered)")
            #expect(delivered.isInOrder, "\(seed): \(sink), \(delivered)")
            #expect(delivered.stepsBack <= Self.groups * Self.killsPerGroup, "\(seed): \(sink), \(delivered)")
            #expect(delivered.mostCopies <= Self.killsPerGroup + 1, "\(seed): \(sink), \(delivered)")
        }
        rsyslog.stop()
    }

    // MARK: -

    /// Lets the server live to a random moment: most often under load, now and then only through a part of its start.
    private static func live(_ server: SurvivingServer, _ sender: InformSender, _ seed: inout Seed) throws {
        if Int.random(in: 0...4, using: &seed) == 0 {
            Thread.sleep(forTimeInterval: .random(in: 0...0.4, using: &seed))
            return
        }
        let before = sender.tally.acknowledged.count
        guard Poll.until({ sender.tally.acknowledged.count > before || !server.isRunning }) else {
            throw Command.Failure(description: "informs stay unanswered: \(server.currentLog)")
        }
        Thread.sleep(forTimeInterval: .random(in: 0...0.3, using: &seed))
    }

    /// Waits until both sinks have delivered all of the log, and the store knows; gives the last event's number.
    private static func waitUntilSaved(_ server: SurvivingServer) throws -> Int64? {
        let probe = StoreProbe(data: server.data)
        var last: Int64?
        let isSaved = try Poll.until {
            let progress = try probe.progress()
            last = progress.lastEvent
            return progress.cursors.count == 2 && progress.cursors.values.allSatisfy { $0 == progress.lastEvent }
        }
        return isSaved ? last : nil
    }
}
