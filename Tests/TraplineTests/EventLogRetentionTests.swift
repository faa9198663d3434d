import Alarms
import Pipeline
import Portal
import Store
import TestPeers
import Testing

@testable import Trapline

/// The whole server in this process: what leaves its event log and when, who holds it, and what the limit does.
@Suite(.serialized) struct EventLogRetentionTests {
    private func sections(
        _ retention: String, _ bench: EventLogBench, isDead: Bool? = nil
    ) -> String {
        let slow = isDead.map { "slow: {file: {to: \(bench.output("slow", isDead: $0))}}" } ?? ""
        return """
            retention: {events: \(retention)}
            sinks:
              archive: {file: {to: \(bench.output("archive"))}}
              \(slow)
            """
    }

    /// Each once and in order; what is told at the stop may come behind `last`.
    private func expectAll(
        from first: Int64, to last: Int64, _ delivered: [Int64], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let isContiguous = zip(delivered, delivered.dropFirst()).allSatisfy { $1 == $0 + 1 }
        #expect(isContiguous, sourceLocation: sourceLocation)
        #expect(delivered.first == first, sourceLocation: sourceLocation)
        #expect(delivered.last ?? 0 >= last, sourceLocation: sourceLocation)
    }

    @Test func rowsLeaveByAgeAndBySizeAsTheConfigurationInForceSays() async throws {
        let bench = try EventLogBench()
        try bench.fill(1...100, age: 3_600, sinks: ["archive"], cursors: ["archive": 700])
        try bench.fill(101...700, sinks: ["archive"])
        try await bench.start(sections("{age: 30m}", bench))
        #expect(await Poll.eventually { bench.metric("trapline_events_removed_total") == 100 })
        #expect(try bench.events().first?.event.id == 101, "the rest is young enough")
        let size = bench.metric("trapline_event_log_bytes")
        #expect(size > 2 << 20)
        try await bench.reload(sections("{age: 30m, size: 1MiB}", bench))
        #expect(await Poll.eventually { bench.metric("trapline_event_log_bytes") <= 1 << 20 })
        let first = try #require(try bench.events().first?.event.id)
        #expect(first > 400 && first < 600, "no more than it takes: \(first)")
        #expect(bench.metric("trapline_events_removed_total") == Int(first - 1))
        #expect(bench.metric("trapline_events_removed_unread_total") == 0)
        try bench.send(1)
        #expect(await Poll.eventually { bench.delivered("archive").count >= 3 })
        #expect(bench.delivered("archive").first == 701, "numbers are not given again")
        #expect(bench.metric("trapline_sink_dropped_total") == 0)
        #expect(try bench.told(OwnFacts.retentionHeld).isEmpty)
        await bench.stop()
    }

    @Test func aSinkThatCannotDeliverHoldsThemAndLosesTheOldestAtTheLimit() async throws {
        let bench = try EventLogBench()
        try bench.fill(1...400, sinks: ["archive", "slow"], cursors: ["archive": 400, "slow": 0])
        let retention = "{size: 1MiB, limit: 2MiB}"
        try await bench.start(sections(retention, bench, isDead: true))
        #expect(await Poll.eventually { bench.metric("trapline_event_log_bytes") > 1 << 20 })
        try bench.send(20)
        #expect(await Poll.eventually { bench.metric("trapline_datagrams_processed_total") == 20 })
        #expect(bench.metric("trapline_events_removed_total") == 0, "it holds them below the limit")
        #expect(bench.metric("trapline_event_log_at_limit") == 0)

        try bench.send(300)
        #expect(try await Poll.eventually { try bench.told(OwnFacts.retentionHeld).first?.transition == .raised })
        #expect(
            try bench.told(OwnFacts.retentionHeld).map(\.text) == ["Retention limit reached (events), held by slow"])
        #expect(bench.metric("trapline_event_log_at_limit") == 1)
        #expect(
            await Poll.eventually {
                bench.metric("trapline_datagrams_processed_total") == 320
                    && bench.metric("trapline_event_log_bytes") <= 2 << 20
            })
        #expect(bench.metric("trapline_event_log_bytes") > 1_900 << 10, "no more than the limit asks for")
        let first = try #require(try bench.events().first?.event.id)
        #expect(first > 1 && bench.metric("trapline_events_removed_unread_total") == Int(first - 1))
        #expect(bench.server?.health.status == .ok, "one sink's trouble")
        let loss = "and its oldest rows went before they were delivered: slow lost "
        #expect(bench.log.all.filter { $0.contains(loss) }.count == 1, "while it happens, and no line for each")
        #expect(try bench.told(OwnFacts.retentionReleased).isEmpty, "it holds them still")

        try await bench.reload(sections(retention, bench, isDead: false))
        #expect(
            try await Poll.eventually { try bench.told(OwnFacts.retentionReleased).last?.transition == .cleared })
        #expect(await Poll.eventually { bench.metric("trapline_event_log_bytes") <= 1 << 20 })
        #expect(bench.metric("trapline_event_log_at_limit") == 0)
        #expect(bench.metric("trapline_datagrams_processed_total") == 320)
        let dropped = bench.metric("trapline_sink_dropped_total", "sink=\"slow\"")
        #expect(bench.metric("trapline_events_removed_unread_total") == dropped)
        #expect(bench.metric("trapline_sink_dropped_total", "sink=\"archive\"") == 0)
        let last = try #require(try bench.events().last?.event.id)
        await bench.stop()
        let lost = bench.log.all.compactMap { $0.split(separator: loss).dropFirst().first?.split(separator: " ").first }
        #expect(lost.compactMap { Int($0) }.reduce(0, +) == dropped, "the lines tell of all: \(lost)")

        // What it did not get is what was counted as lost for it; the other one got everything.
        #expect(Int64(dropped) + 1 >= first)
        expectAll(from: Int64(dropped) + 1, to: last, bench.delivered("slow"))
        expectAll(from: 401, to: last, bench.delivered("archive"))
    }

    @Test func refuseNewWaitsForTheSinkAndLosesNothing() async throws {
        let bench = try EventLogBench()
        try bench.fill(1...880, sinks: ["archive", "slow"], cursors: ["archive": 880, "slow": 0])
        let retention = "{size: 1MiB, limit: 4MiB, when-full: refuse-new}"
        try await bench.start(sections(retention, bench, isDead: true))
        // In steps that are smaller than the part of the limit in which the alarm comes.
        var sent = 0
        while sent < 200, bench.metric("trapline_event_log_at_limit") == 0 {
            try bench.send(20)
            sent += 20
            _ = await Poll.eventually(seconds: 1.5) { bench.metric("trapline_event_log_at_limit") == 1 }
        }
        #expect(try await Poll.eventually { try bench.told(OwnFacts.retentionHeld).first?.transition == .raised })
        #expect(bench.server?.health.status == .ok, "there is room yet")

        try bench.send(300)
        sent += 300
        #expect(
            await Poll.eventually {
                bench.server?.health.problems.contains {
                    $0.contains("the event log has reached its limit, and sink slow has not read the oldest")
                } == true
            })
        #expect(bench.server?.health.status == .failing)
        #expect(await Poll.eventually { bench.metric("trapline_datagrams_journaled_total") == sent })
        try bench.send(10)
        sent += 10
        #expect(await Poll.eventually { bench.metric("trapline_datagrams_journaled_total") == sent })
        #expect(await Poll.eventually { bench.metric("trapline_pipeline_lag_seconds") > 0 }, "what waits ages")
        #expect(bench.metric("trapline_datagrams_processed_total") < sent)
        #expect(bench.metric("trapline_events_removed_total") == 0)

        // Not even a restart loses anything.
        await bench.stop()
        try await bench.start(sections(retention, bench, isDead: true))
        #expect(await Poll.eventually { bench.server?.health.status == .failing })
        try await bench.reload(sections(retention, bench, isDead: false))
        #expect(await Poll.eventually { bench.server?.health.status == .ok })
        let isDone = try await Poll.eventually {
            try bench.told(OwnFacts.retentionReleased).last?.transition == .cleared
        }
        #expect(isDone)
        #expect(
            await Poll.eventually { bench.metric("trapline_sink_lag_events") == 0 })
        #expect(bench.metric("trapline_events_removed_unread_total") == 0)
        #expect(bench.metric("trapline_sink_dropped_total") == 0)
        #expect(bench.metric("trapline_event_log_at_limit") == 0)
        let last = try #require(try bench.events().last?.event.id)
        await bench.stop()
        expectAll(from: 1, to: last, bench.delivered("slow"))
        expectAll(from: 881, to: last, bench.delivered("archive"))
        #expect(last > 880 + sent, "all that was sent, and own facts")
    }

    /// The alarm's beginning was journaled and not processed when the server ended: its end is told all the same.
    @Test func anAlarmThatOnlyARestartRaisesEndsToo() async throws {
        let bench = try EventLogBench()
        try bench.fill(1...700, sinks: ["archive", "slow"], cursors: ["archive": 700, "slow": 0])
        try await bench.start(sections("{size: 1MiB, limit: 2MiB, when-full: refuse-new}", bench, isDead: true))
        #expect(await Poll.eventually { bench.server?.health.status == .failing })
        await bench.stop()
        #expect(try bench.told(OwnFacts.retentionHeld).isEmpty, "it waits in the journal")
        try await bench.start(sections("{size: 64MiB, limit: 64MiB, when-full: refuse-new}", bench, isDead: true))
        #expect(
            try await Poll.eventually { try bench.told(OwnFacts.retentionReleased).last?.transition == .cleared })
        #expect(try bench.told(OwnFacts.retentionHeld).first?.transition == .raised)
        await bench.stop()
    }

    /// While it waits for room the pipeline writes the sinks' progress alone: that this fails is an alarm too.
    @Test func aStoreThatFailsWhileTheLogIsFullIsTold() async throws {
        let bench = try EventLogBench()
        try bench.fill(1...700, sinks: ["archive", "slow"], cursors: ["archive": 700, "slow": 0])
        let retention = "{size: 1MiB, limit: 2MiB, when-full: refuse-new}"
        try await bench.start(sections(retention, bench, isDead: true))
        func isFailing(_ reason: String) -> Bool {
            bench.server?.health.problems.contains { $0.contains(reason) } == true
        }
        #expect(await Poll.eventually { isFailing("the event log has reached its limit") })
        let block = try StoreBlock(bench.data)
        #expect(await Poll.eventually(seconds: 30) { isFailing("events cannot be stored") })
        #expect(
            try await Poll.eventually { try bench.journaled(OwnFacts.storageFailed) == 1 }, "the journal has it")
        try block.end()
        try await bench.reload(sections(retention, bench, isDead: false))
        #expect(try await Poll.eventually { try bench.told(OwnFacts.storageRecovered).last?.transition == .cleared })
        await bench.stop()
    }
}
