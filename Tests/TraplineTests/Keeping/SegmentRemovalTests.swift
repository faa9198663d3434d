import Basics
import Foundation
import Journal
import Logging
import Synchronization
import TestPeers
import Testing
import TraplineMetrics

@testable import Trapline

/// What the keeper tells of segments that it removes at the limit, while the store's last checkpoint lags behind.
@Suite struct SegmentRemovalTests {
    /// A journal at its limit, all of it beyond the last checkpoint, with what the pipeline gives of each segment.
    private func removals(
        sinks: [String: UInt64] = [:], giveUp: @escaping @Sendable () -> PipelineRunner.GivenUp
    ) async throws -> (metrics: String, log: [String]) {
        let folder = try TemporaryFolder()
        var settings = JournalSettings()
        settings.segmentSize = 4_000
        let journal = try JournalWriter(
            folder: folder.file("journal"), settings: settings, interfaces: ["traps", FactRecorder.interface])
        let facts = FactRecorder(journal: journal)
        for _ in 0..<20 {
            let entry = JournalEntry(
                time: .now, interface: "traps", sender: Endpoint(IPAddress(v4: 0xc000_0207), port: 1),
                receiver: Endpoint(IPAddress(v4: 0xc000_0201), port: 162), payload: [UInt8](repeating: 1, count: 3_000))
            #expect(facts.recordAgain([entry]))
        }
        var retention = JournalRetention()
        (retention.size, retention.limit, retention.whenFull) = (16_000, 32_000, .dropOldest)
        let metrics = MetricsRegistry()
        let log = Mutex<[String]>([])
        let keeper = StorageKeeper(
            journal: journal, segmentSize: settings.segmentSize, retention: retention,
            reserve: SpaceReserve(folders: []), facts: facts,
            surroundings: StorageKeeper.Surroundings(
                holds: { RetentionPolicy.Holds(pipeline: 0, sinks: sinks) }, storeFailure: { nil }, failed: { [:] },
                giveUp: { _ in giveUp() }, now: { .now }, release: { _ in }),
            metrics: metrics,
            logger: Logger(label: "test") { _ in KeptLines { line in log.withLock { $0.append(line) } } })
        keeper.start(StorageAlarms())
        #expect(await Poll.eventually { journal.size < 32_000 })
        keeper.stop()
        journal.close()
        return (metrics.exposition(), log.withLock { $0 })
    }

    private func removed(_ lost: String, _ metrics: String) -> Int {
        metrics.split(separator: "\n")
            .first { $0.hasPrefix("trapline_journal_segments_removed_total{lost=\"\(lost)\"}") }
            .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
    }

    private struct KeptLines: LogHandler {
        let keep: @Sendable (String) -> Void
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(keep: @escaping @Sendable (String) -> Void) {
            self.keep = keep
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { keep("\(event.message)") }
    }

    @Test func whatWasProcessedIsNoLoss() async throws {
        let (metrics, log) = try await removals { PipelineRunner.GivenUp() }
        #expect(removed("nothing", metrics) > 5)
        #expect(removed("unprocessed", metrics) == 0 && removed("datagrams-of-sinks", metrics) == 0)
        #expect(!log.contains { $0.contains("before it was processed") }, "\(log)")
    }

    @Test func orASinksLossAlone() async throws {
        let (metrics, log) = try await removals(sinks: ["noc": 2]) { PipelineRunner.GivenUp() }
        // The sink needs the second one and all behind it.
        #expect(removed("nothing", metrics) == 1 && removed("datagrams-of-sinks", metrics) > 5)
        #expect(removed("unprocessed", metrics) == 0)
        #expect(log.contains { $0.contains("noc will deliver its events without") }, "\(log)")
    }

    @Test func whatWasNotProcessedIsToldAsLost() async throws {
        let (metrics, log) = try await removals { PipelineRunner.GivenUp(datagrams: ["traps": 1]) }
        #expect(removed("unprocessed", metrics) > 5)
        #expect(removed("nothing", metrics) == 0)
        #expect(log.contains { $0.contains("before it was processed") }, "\(log)")
    }
}
