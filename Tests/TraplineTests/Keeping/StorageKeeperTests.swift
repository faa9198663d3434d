import Alarms
import Basics
import Foundation
import Intake
import Logging
import Pipeline
import SNMPWire
import Store
import TestPeers
import Testing
import TraplineMetrics

@testable import Trapline

/// The whole server in this process: what its keeper removes, holds, refuses and drops, and what it tells of it.
@Suite(.serialized) struct StorageKeeperTests {
    /// A server on a small journal, and what can be asked of it.
    private final class Bench: Sendable {
        static let marker = OID.enterprises.appending(99, 0, 7)

        let folder: TemporaryFolder
        let server: TraplineServer
        let run: Task<Void, any Error>
        private let sender: UDPSender
        private let retention: String
        private let deadPort: UInt16

        init(_ retention: String, hasDeadSink: Bool) async throws {
            folder = try TemporaryFolder()
            self.retention = retention
            deadPort = try Ports.free()
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let loaded = try Self.load(folder, retention, deadPort: hasDeadSink ? deadPort : nil)
            let server = try TraplineServer(loaded, logger: logger)
            self.server = server
            run = Task { try await server.run() }
            let isReady = await Poll.eventually { !server.endpoints.isEmpty }
            guard isReady, let traps = server.endpoints.first?.endpoint else {
                throw Command.Failure(description: "the server does not start")
            }
            sender = try UDPSender(to: traps)
        }

        var data: String { folder.file("data") }

        private static func load(
            _ folder: TemporaryFolder, _ retention: String, deadPort: UInt16?
        ) throws -> LoadedConfiguration {
            let dead = deadPort.map { "dead: {syslog: {to: \"tcp://127.0.0.1:\($0)\"}}" } ?? ""
            let file = try folder.write(
                """
                listen: {traps: ["127.0.0.1:0"]}
                data: \(folder.file("data"))
                journal: {segment-size: 1MiB}
                retention: {journal: \(retention)}
                sinks:
                  archive: {file: {to: \(folder.file("events.jsonl"))}}
                  \(dead)
                """, to: "trapline.yaml")
            return LoadedConfiguration.load(file: file)
        }

        /// Takes the dead sink away.
        func reloadWithoutDeadSink() async throws {
            await server.reload(try Self.load(folder, retention, deadPort: nil))
        }

        /// Some 4 KiB each: 250 are a segment.
        func send(_ count: Int, at once: Int = 100) throws {
            let filler = [UInt8](repeating: UInt8(ascii: "x"), count: 3_900)
            let notification = SNMPNotification(
                version: .v2c, trapOID: Self.marker, uptime: 1,
                variables: [
                    VariableBinding(name: OID.enterprises.appending(99, 1), value: .octetString(filler[...]))
                ])
            let datagram = CommunityMessage(
                version: .v2c, community: ArraySlice("public".utf8),
                pdu: .standard(notification.v2PDU(kind: .trap, requestID: 1))
            ).encode()
            for number in 0..<count {
                try sender.send(datagram)
                // Loopback drops what no receiver has taken off in time.
                if number % once == once - 1 { Thread.sleep(forTimeInterval: once < 100 ? 0.05 : 0.01) }
            }
        }

        /// The sum over all samples of the family whose labels hold `label`.
        func metric(_ name: String, _ label: String = "") -> Int {
            server.metrics.exposition().split(separator: "\n").filter {
                $0.hasPrefix(name) && ($0.dropFirst(name.count).first == "{" || $0.dropFirst(name.count).first == " ")
                    && (label.isEmpty || $0.contains(label))
            }.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0) { $0 + Int($1) }
        }

        var segments: Int {
            ((try? FileManager.default.contentsOfDirectory(atPath: data + "/journal")) ?? [])
                .count { $0.hasSuffix(".pcapng") }
        }

        /// Texts and transitions of the server's own events of this kind.
        func told(_ fact: OID) throws -> [(text: String, transition: String)] {
            try EventStore.readOnly(folder: data).events(after: 0, limit: 100_000)
                .filter { $0.event.oid == fact }.map { ($0.event.text, $0.event.transition.rawValue) }
        }

        /// Datagrams that were told to be lost at the limit.
        func toldLost() throws -> Int {
            try told(OwnFacts.blind).compactMap { text, _ in
                text.hasSuffix("journalLimit(4)")
                    ? text.split(separator: " ").dropFirst().first.flatMap { Int($0) } : nil
            }.reduce(0, +)
        }

        func processedEvents() throws -> Int {
            try EventStore.readOnly(folder: data).events(after: 0, limit: 100_000)
                .count { $0.event.oid == Self.marker }
        }

        func stop() async throws {
            run.cancel()
            _ = await run.result
        }
    }

    /// Somebody needs the oldest: it stays past the size. Nobody does any more: it goes.
    @Test func aHeldSegmentStaysUntilItsHolderIsGone() async throws {
        let bench = try await Bench("{size: 2MiB, limit: 64MiB}", hasDeadSink: true)
        try bench.send(1_500)
        let isHeld = await Poll.eventually(seconds: 60) {
            bench.metric("trapline_datagrams_processed_total") == 1_500
                && bench.metric("trapline_journal_held_segments", "dead") > 0
        }
        #expect(isHeld, "\(bench.server.metrics.exposition())")
        #expect(bench.segments >= 6 && bench.metric("trapline_journal_segments") == bench.segments)
        #expect(bench.metric("trapline_journal_segments_removed_total") == 0)
        #expect(try bench.told(OwnFacts.retentionHeld).isEmpty, "it is no alarm below the limit")
        try await bench.reloadWithoutDeadSink()
        #expect(await Poll.eventually { bench.metric("trapline_journal_bytes") <= 2 << 20 })
        #expect(bench.segments <= 3 && bench.metric("trapline_journal_held_segments") == 0)
        #expect(bench.metric("trapline_journal_segments_removed_total", "lost=\"nothing\"") >= 4)
        #expect(bench.metric("trapline_datagrams_failed_total") == 0)
        try await bench.stop()
        #expect(try bench.processedEvents() == 1_500, "the events stay")
    }

    /// At the limit a sink's trouble is its own: the events stay, their datagrams go, and it is an alarm.
    @Test func atTheLimitASinkGoesWithoutDatagrams() async throws {
        let bench = try await Bench("{size: 2MiB, limit: 6MiB}", hasDeadSink: true)
        try bench.send(1_000)
        // What the pipeline needs is none of a sink's trouble.
        let isProcessed = await Poll.eventually(seconds: 60) {
            bench.metric("trapline_datagrams_processed_total") == 1_000
                && bench.metric("trapline_journal_held_segments", "pipeline") == 0
        }
        #expect(isProcessed)
        // Slowly enough for the keeper of a journal whose segments are as small as a burst.
        try bench.send(800, at: 25)
        #expect(
            await Poll.eventually(seconds: 60) { bench.metric("trapline_datagrams_processed_total") == 1_800 })
        #expect(await Poll.eventually { bench.metric("trapline_journal_bytes") <= 6 << 20 })
        #expect(bench.metric("trapline_journal_segments_removed_total", "lost=\"datagrams-of-sinks\"") > 0)
        #expect(bench.metric("trapline_journal_segments_removed_total", "lost=\"unprocessed\"") == 0)
        #expect(bench.metric("trapline_datagrams_failed_total") == 0)
        #expect(
            try await Poll.eventually { try bench.told(OwnFacts.retentionHeld).last?.transition == "raised" })
        #expect(try bench.told(OwnFacts.retentionHeld).last?.text == "Retention limit reached (journal), held by dead")
        try await bench.reloadWithoutDeadSink()
        #expect(
            try await Poll.eventually { try bench.told(OwnFacts.retentionReleased).last?.transition == "cleared" })
        try await bench.stop()
        #expect(try bench.processedEvents() == 1_800)
    }

    @Test func refuseNewTakesNoMoreThanTheLimitAndCountsTheRest() async throws {
        let bench = try await Bench("{size: 2MiB, limit: 4MiB, when-full: refuse-new}", hasDeadSink: false)
        let block = try StoreBlock(bench.data)
        try bench.send(2_500)
        let isRefused = await Poll.eventually(seconds: 60) {
            bench.metric("trapline_datagrams_received_total") == 2_500
                && bench.metric("trapline_datagrams_in_flight") == 0
        }
        #expect(isRefused)
        let refused = bench.metric("trapline_datagrams_failed_total", "reason=\"journal-full\"")
        #expect(refused > 0 && bench.metric("trapline_datagrams_journaled_total") == 2_500 - refused)
        #expect(bench.metric("trapline_journal_bytes") < 5 << 20, "the limit, a batch, and own facts")
        try block.end()
        #expect(
            await Poll.eventually(seconds: 60) {
                bench.metric("trapline_datagrams_processed_total") == 2_500 - refused
                    && bench.metric("trapline_journal_bytes") <= 2 << 20
            })
        #expect(try await Poll.eventually { try bench.toldLost() == refused })
        #expect(try bench.told(OwnFacts.retentionHeld).first?.text.hasSuffix("held by pipeline") == true)
        #expect(
            try await Poll.eventually { try bench.told(OwnFacts.retentionReleased).last?.transition == "cleared" })
        // There is room again.
        try bench.send(10)
        #expect(
            await Poll.eventually { bench.metric("trapline_datagrams_processed_total") == 2_510 - refused })
        #expect(bench.metric("trapline_journal_dropped_datagrams_total") == 0)
        try await bench.stop()
        #expect(try bench.processedEvents() == 2_510 - refused)
    }

    @Test func dropOldestTakesEverythingAndCountsWhatItGivesUp() async throws {
        let bench = try await Bench("{size: 2MiB, limit: 4MiB, when-full: drop-oldest}", hasDeadSink: false)
        let block = try StoreBlock(bench.data)
        try bench.send(2_500)
        let isDropped = await Poll.eventually(seconds: 60) {
            bench.metric("trapline_datagrams_journaled_total") == 2_500
                && bench.metric("trapline_journal_bytes") <= 4 << 20
        }
        #expect(isDropped, "\(bench.metric("trapline_journal_bytes"))")
        #expect(bench.metric("trapline_datagrams_failed_total") == 0)
        try block.end()
        // The look that brought the journal below its limit goes on, to make room for the next segment.
        func droppedSoFar() -> Int {
            bench.metric("trapline_journal_dropped_datagrams_total", "listener=\"traps\"")
        }
        #expect(
            await Poll.eventually(seconds: 60) {
                bench.metric("trapline_datagrams_processed_total") == 2_500 - droppedSoFar()
            }, "\(bench.metric("trapline_datagrams_processed_total")) and \(droppedSoFar())")
        let dropped = droppedSoFar()
        #expect(dropped > 0)
        #expect(try await Poll.eventually { try bench.toldLost() == dropped })
        #expect(bench.metric("trapline_journal_damaged_stretches_total") == 0, "it is no damage")
        // Own facts among what was dropped are not lost: the alarm is raised, and ends.
        #expect(
            try await Poll.eventually { try bench.told(OwnFacts.retentionReleased).last?.transition == "cleared" })
        #expect(try bench.told(OwnFacts.started).count == 1)
        try await bench.stop()
        #expect(try bench.processedEvents() == 2_500 - dropped)
    }
}
