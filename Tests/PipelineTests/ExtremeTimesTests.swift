import Alarms
import Basics
import Journal
import Pipeline
import Resynchronisation
import SNMPWire
import Store
import Testing
import TraplineMetrics

/// A capture may tell any time: what was damaged on its way, or written by a machine without a clock, is read all the
/// same.
@Suite struct ExtremeTimesTests {
    private static let times: [Int64] = [
        0, .max, .min, .max, 1, -1, .min, .min + 1, .max - 1, .max, 0, 1_700_000_000_000_000_000,
    ]

    private static let notifications = [
        Sample.linkDown, Sample.onBattery, Sample.keepAlive, Sample.coldStart, Sample.linkUp,
    ]

    private static func entries(_ times: [Int64]) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        for time in times {
            let moment = Timestamp(nanoseconds: time)
            for uptime in [0, UInt32.max] {
                for notification in notifications {
                    var entry = Sample.entry(
                        Sample.datagram(notification, interface: 7, uptime: uptime), at: 0, from: 0xc000_0207)
                    entry.time = moment
                    entries.append(entry)
                }
            }
            for text in ["A", "B"] {
                var entry = Sample.entry(
                    Sample.vendorKeepAlive(serial: text, peer: "C"), at: 0, from: 0xc000_0208)
                entry.time = moment
                entries.append(entry)
            }
            for fact in [OwnFacts.started, OwnFacts.blind, OwnFacts.tick] {
                var entry = Sample.entry(Sample.fact(fact, sink: "noc"), at: 0, on: OwnFacts.listener)
                entry.time = moment
                entries.append(entry)
            }
        }
        return entries
    }

    @Test(arguments: [times, times.sorted(), times.sorted(by: >), [0, .max, .max], [.min, .max]], [1, 1_000])
    func allTimesGiveEvents(_ times: [Int64], batch: Int) throws {
        for snapshot in [try Sample.snapshot(), try SyncScene.snapshot(poll: 300, .audiocodes)] {
            var pipeline = try EventPipeline(store: .inMemory(), snapshot: snapshot, metrics: MetricsRegistry())
            let records = Sample.records(Self.entries(times))
            var outcomes = 0
            for start in stride(from: 0, to: records.count, by: batch) {
                outcomes += try pipeline.process(Array(records[start..<min(start + batch, records.count)])).count
            }
            #expect(outcomes > 0)
            #expect(pipeline.position == records.last?.next)
            #expect(try #require(pipeline.clock) > Timestamp(seconds: 9_000_000_000))
        }
    }
}
