import Foundation
import Journal
import TestPeers
import Testing

/// What became of segments while the server was down: one cut short, one with octets flipped, one deleted, one without
/// its head. Each is told with its place, and all the rest is read.
@Suite struct DamagedSegmentTests {
    @Test func whatIsDamagedIsToldAndTheRestIsRead() throws {
        let server = try SurvivingServer("sinks: {}\nroutes: []")
        let records = try PreparedJournal.write(
            PreparedJournal.numberedTraps(4_000), data: server.data, segmentSize: 100_000)
        let segments = Dictionary(grouping: records, by: \.position.segment)
        try #require(segments.count >= 6)
        var lost: [JournalRecord] = []

        let cut = try #require(segments[2])
        let torn = cut[cut.count - 10]
        try Self.damage(server, segment: 2) { $0.removeSubrange((Int(torn.position.offset) + 33)...) }
        lost += cut.suffix(10)

        let flipped = try #require(segments[3])
        let first = flipped[100]
        let last = flipped[102]
        try Self.damage(server, segment: 3) { octets in
            for offset in [first.position.offset + 40, last.position.offset + 41] { octets[Int(offset)] ^= 0x10 }
            // A length that leads astray.
            octets[Int(flipped[101].position.offset) + 4] ^= 0xff
        }
        lost += flipped[100...102]

        let deleted = try #require(segments[4])
        try FileManager.default.removeItem(atPath: PreparedJournal.segment(4, data: server.data))
        lost += deleted

        try Self.damage(server, segment: 5) { octets in
            for offset in 8..<12 { octets[offset] ^= 0xff }
        }

        try server.start()
        let expected = Set(records.map(\.position)).subtracting(lost.map(\.position)).count
        #expect(
            try Poll.until {
                try server.metrics().sum("trapline_pipeline_lag_seconds") == 0
                    && server.metrics().sum("trapline_datagrams_processed_total") >= expected
            })
        let metrics = try server.metrics()
        try server.stop()

        let numbers = Set((1...4_000).map(Int32.init))
        let lostNumbers = Set(
            zip(records, 1...).filter { record, _ in lost.contains { $0.position == record.position } }
                .map { Int32($0.1) })
        let log = try EventLog(data: server.data)
        let faults = log.faults(expecting: numbers.subtracting(lostNumbers))
        #expect(faults.missing == [] && faults.twice == [])
        #expect(Set(log.counts.keys).isDisjoint(with: lostNumbers))
        #expect(log.events.compactMap(\.number) == log.events.compactMap(\.number).sorted())

        let told = server.log.split(separator: "\n").filter { $0.contains("the journal is damaged") }
        let places = [
            "torn tail: segment 2, octet \(torn.position.offset) (33 octets)",
            "damaged block: segment 3, octet \(first.position.offset) "
                + "(\(last.next.offset - first.position.offset) octets)",
            "missing segments: \(JournalPosition(segment: 4, offset: 0)) to \(JournalPosition(segment: 5, offset: 0))",
            "damaged head: segment 5, octet 0",
        ]
        for place in places { #expect(told.contains { $0.contains(place) }, "\(place) is not told:\n\(server.log)") }
        #expect(metrics.sum("trapline_journal_damaged_stretches_total") == told.count, "\(told)")
    }

    private static func damage(
        _ server: SurvivingServer, segment: UInt64, _ change: (inout [UInt8]) -> Void
    ) throws {
        let path = PreparedJournal.segment(segment, data: server.data)
        var octets = [UInt8](try Data(contentsOf: URL(filePath: path)))
        change(&octets)
        try Data(octets).write(to: URL(filePath: path))
    }
}
