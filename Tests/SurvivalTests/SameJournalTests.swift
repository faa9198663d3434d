import Foundation
import TestPeers
import Testing

/// One journal gives one event log, row for row, however often the server that works it off is killed: each life begins
/// where a kill broke off, and so with batches of its own.
@Suite struct SameJournalTests {
    /// Many of the pipeline's largest batches, so that kills come between them on a fast machine too.
    private static let datagrams = 160_000
    /// Random raises and clears of few links flap, and what the server says of that stands amid the rows compared.
    private static let configuration = "alarms: {flapping: off}\nsinks: {}\nroutes: []"

    @Test func killsChangeNoRowOfTheEventLog() throws {
        var seed = Seed()
        let folder = try TemporaryFolder()
        let whole = folder.file("whole")
        let broken = folder.file("broken")
        _ = try PreparedJournal.write(
            PreparedJournal.mixedTraps(Self.datagrams, &seed), data: whole, segmentSize: 1 << 20)
        try FileManager.default.copyItem(atPath: whole, toPath: broken)

        let reference = try SurvivingServer(Self.configuration, data: whole)
        try reference.start()
        try reference.stop()
        let expected = try Self.past(whole)
        #expect(expected.events.count > Self.datagrams / 2, "\(seed)")
        #expect(!expected.alarms.isEmpty, "\(seed)")

        let server = try SurvivingServer(Self.configuration, data: broken)
        let kills = try Self.workOffWithKills(server, last: Int64(expected.events.count), &seed)
        try server.start()
        try server.stop()
        #expect(kills.amidst >= 2, "\(seed): the kills came too late to prove anything: \(kills)")
        let actual = try Self.past(broken)
        // Not the arrays themselves: what they differ in is one row, and not all of them.
        #expect(actual.events.count == expected.events.count, "\(seed)")
        let different = zip(actual.events, expected.events).first { $0 != $1 }
        #expect(different == nil, "\(seed): \(kills)")
        #expect(actual.alarms == expected.alarms, "\(seed): \(kills)")
    }

    // MARK: -

    private struct Kills {
        /// Kills before the pipeline had begun.
        var before = 0
        /// Kills that broke off the work.
        var amidst = 0
    }

    /// Kills the server as soon as the event log has grown by a random number, until the prepared journal is worked
    /// off.
    private static func workOffWithKills(_ server: SurvivingServer, last: Int64, _ seed: inout Seed) throws -> Kills {
        var kills = Kills()
        let probe = StoreProbe(data: server.data)
        var reached: Int64 = 0
        while reached < last {
            try server.start(untilReady: false)
            let goal = min(last, reached + .random(in: 1...last / 8, using: &seed))
            if Int.random(in: 0...3, using: &seed) == 0 {
                Thread.sleep(forTimeInterval: .random(in: 0...0.3, using: &seed))
            } else {
                let isReached = Poll.until { (try? probe.progress().lastEvent) ?? 0 >= goal || !server.isRunning }
                guard isReached else {
                    throw Command.Failure(description: "the journal is not worked off: \(server.log)")
                }
            }
            try server.kill()
            let now = (try? probe.progress().lastEvent) ?? 0
            if now > reached, now < last { kills.amidst += 1 } else if now == 0 { kills.before += 1 }
            reached = now
        }
        return kills
    }

    /// What the prepared journal came to: the rows before the first of the server's own facts, and the alarms.
    private static func past(_ data: String) throws -> (events: [Substring], alarms: [Substring]) {
        let lines = try EventLog.lines(data: data)
        // Keys are sorted: the alarm's name comes first.
        let isOwn = { (line: Substring) in line.hasPrefix("{\"alarm\":\"trapline") }
        let end = lines.firstIndex(where: isOwn) ?? lines.count
        if let other = lines[end...].first(where: { !isOwn($0) }) {
            throw Command.Failure(description: "an event out of its order: \(other)")
        }
        let alarms = try TraplineProgram.run(["alarms", "--json", "--data", data])
        return (Array(lines[..<end]), alarms.text.split(separator: "\n"))
    }
}
