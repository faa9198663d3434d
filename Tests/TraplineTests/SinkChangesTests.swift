import Alarms
import Foundation
import Pipeline
import Store
import Synchronization
import TestPeers
import Testing

@testable import Trapline

/// The whole server in this process: sinks that come, are renamed, or fall behind.
@Suite(.serialized) struct SinkChangesTests {
    /// What a slow peer reads once it is told to.
    private final class PipeReader: Sendable {
        private let text = Mutex("")
        var lines: Int { text.withLock { $0.count { $0 == "\n" } } }

        /// Reads until nobody writes any more.
        func begin(_ path: String) {
            let thread = Thread { [self] in
                guard let pipe = FileHandle(forReadingAtPath: path) else { return }
                while true {
                    let data = pipe.availableData
                    if data.isEmpty { break }
                    text.withLock { $0 += String(decoding: data, as: UTF8.self) }
                }
            }
            thread.start()
        }
    }

    /// A named pipe that nobody reads takes 64 KiB, and then its writer waits: a peer that hangs and does not fail.
    @Test func aSinkThatLagsIsAnAlarmUntilItHasCaughtUp() async throws {
        let bench = try EventLogBench()
        try bench.fill(1...60, age: 3_600, sinks: ["archive", "slow"], cursors: ["archive": 60, "slow": 0])
        let pipe = bench.output("slow")
        #expect(mkfifo(pipe, 0o600) == 0)
        try await bench.start(
            """
            sinks:
              archive: {file: {to: \(bench.output("archive"))}}
              slow: {file: {to: \(pipe)}, lag-alarm: 10s}
            """)
        let isTold = try await Poll.eventually(seconds: 60) { try !bench.told(OwnFacts.sinkLagging).isEmpty }
        #expect(isTold)
        let told = try bench.told(OwnFacts.sinkLagging)
        #expect(told.first?.transition == .raised)
        #expect(told.first?.text.hasPrefix("Sink slow is behind by ") == true, "\(told)")
        let lag = try #require(try bench.events().first { $0.event.oid == OwnFacts.sinkLagging })
        #expect(lag.sinks == ["archive"], "not by the one that lags")
        #expect(await Poll.eventually { bench.delivered("archive").contains(lag.event.id) })
        #expect(try bench.told(OwnFacts.sinkFailed).isEmpty)

        let reader = PipeReader()
        reader.begin(pipe)
        let hasEnded = try await Poll.eventually { try !bench.told(OwnFacts.sinkCaughtUp).isEmpty }
        #expect(hasEnded)
        #expect(try bench.told(OwnFacts.sinkCaughtUp).map(\.transition) == [.cleared])
        #expect(try bench.told(OwnFacts.sinkLagging).count == 1)
        let lines = bench.log.all.filter { $0.contains("slow: lags: ") || $0.hasSuffix("slow: has caught up") }
        #expect(lines.count == 2, "\(bench.log.all)")
        #expect(await Poll.eventually { reader.lines >= 60 })
        await bench.stop()
    }

    @Test func aSinkThatComesLaterBeginsWhereItIsTold() async throws {
        let bench = try EventLogBench()
        let archive = "archive: {file: {to: \(bench.output("archive"))}}"
        try await bench.start("sinks: {\(archive)}")
        try bench.send(5)
        #expect(await Poll.eventually { bench.metric("trapline_datagrams_processed_total") == 5 })
        let sections = """
            sinks:
              \(archive)
              all: {file: {to: \(bench.output("all"))}, start: beginning}
              new: {file: {to: \(bench.output("new"))}, start: now}
            routes:
              - {name: marked, when: {notification: "1.3.6.1.4.1.99.*"}, to: [archive, all, new]}
            """
        try await bench.reload(sections)
        try bench.send(5)
        #expect(await Poll.eventually { bench.delivered("new").count == 5 && bench.delivered("all").count == 10 })
        await bench.stop()
        let marked = try bench.events().filter { $0.event.oid == EventLogBench.marker }.map(\.event.id)
        #expect(marked.count == 10)
        #expect(bench.delivered("all") == marked, "the past as the table in force has it, and what followed")
        #expect(bench.delivered("new") == Array(marked.suffix(5)))

        // A restart is not a beginning.
        try await bench.start(sections)
        try bench.send(1)
        #expect(await Poll.eventually { bench.delivered("new").count == 6 })
        await bench.stop()
        #expect(bench.delivered("all").count == 11)
    }

    @Test func aRenamedSinkGoesOnWhereItStopped() async throws {
        let bench = try EventLogBench()
        let archive = "archive: {file: {to: \(bench.output("archive"))}}"
        try await bench.start("sinks: {\(archive), old: {file: {to: \(bench.output("old", isDead: true))}}}")
        try bench.send(5)
        #expect(await Poll.eventually { bench.metric("trapline_datagrams_processed_total") == 5 })
        try await bench.reload("sinks: {\(archive), new: {file: {to: \(bench.output("new"))}, was: old}}")
        try bench.send(5)
        #expect(await Poll.eventually { bench.metric("trapline_datagrams_processed_total") == 10 })
        #expect(await Poll.eventually { bench.metric("trapline_sink_lag_events") == 0 })
        await bench.stop()
        let delivered = bench.delivered("new")
        let all = try bench.events().prefix(delivered.count).map(\.event.id)
        #expect(delivered.count >= 12 && delivered == all, "what was meant for the old one, and what followed, once")
        let cursors = try EventStore.readOnly(folder: bench.data).cursors()
        #expect(cursors.keys.sorted() == ["archive", "new"])
        let taken = bench.log.all.filter { $0.contains("the sink new goes on where the sink old stopped") }
        #expect(taken.count == 1 && taken[0].hasPrefix("notice"), "\(bench.log.all)")

        // What is left over of a renaming is told at each start, and what it named in vain.
        let leftOver = "the sink new has a place of its own; its `was: old` has no effect and can go"
        #expect(!bench.log.all.contains { $0.contains(leftOver) })
        try await bench.start(
            """
            sinks:
              \(archive)
              new: {file: {to: \(bench.output("new"))}, was: old}
              other: {file: {to: \(bench.output("other"))}, was: odl}
            """)
        await bench.stop()
        #expect(bench.log.all.filter { $0.contains(leftOver) }.count == 1)
        #expect(
            bench.log.all.contains(
                "warning -: the sink other begins anew: no place is known of the sink odl that it was")
        )
    }
}
