import Alarms
import Basics
import Foundation
import Journal
import MIBCatalog
import Pipeline
import Routing
import SNMPWire
import Sinks
import Store
import Synchronization
import TestPeers
import Testing
import TraplineConfiguration
import TraplineMetrics

@testable import Trapline

/// A sink's trouble on its way through journal, shipped rules and routes.
@Suite struct FactRecorderTests {
    @Test func aSinksTroubleIsAnAlarmThatGoesToTheOthers() async throws {
        let folder = try TemporaryFolder()
        let journal = try JournalWriter(
            folder: folder.file("journal"), settings: JournalSettings(), interfaces: [FactRecorder.interface])
        let facts = FactRecorder(journal: journal)
        facts.record(.failed(sink: "noc", reason: .timeout, detail: "no answer"))
        facts.record(.failed(sink: "ops", reason: .refused, detail: "busy"))
        facts.record(.recovered(sink: "noc"))
        var reader = try JournalReader(folder: folder.file("journal"), from: nil)
        var records: [JournalRecord] = []
        let isComplete = try await Poll.eventually {
            records += try reader.read(upTo: journal.committed, limit: 10)
            return records.count >= 3
        }
        #expect(isComplete)
        journal.close()

        let catalog = Catalog.load(directories: [try #require(Catalog.bundledDirectory())]).catalog
        let rules = ConfigurationLoader.standardRules(catalog: catalog).rules
        let routing = RoutingTable(
            routes: [Route(name: "all", to: ["archive", "noc", "ops"])], catalog: catalog,
            timeZone: try #require(TimeZone(identifier: "UTC")))
        let store = try EventStore.inMemory()
        var pipeline = try EventPipeline(
            store: store,
            snapshot: PipelineSnapshot(
                interpreter: AlarmInterpreter(rules: rules, catalog: catalog), routing: routing, catalog: catalog),
            metrics: MetricsRegistry())
        let outcomes = try pipeline.process(records)
        #expect(outcomes.map(\.event.transition) == [.raised, .raised, .cleared])
        #expect(
            outcomes.map(\.event.source)
                == ["traplineSinkName.noc", "traplineSinkName.ops", "traplineSinkName.noc"])
        #expect(outcomes.map(\.event.severity) == [.major, .major, .cleared])
        #expect(outcomes.map(\.decision.sinks) == [["archive", "ops"], ["archive", "noc"], ["archive", "ops"]])
        #expect(outcomes.map(\.decision.vetoed) == [["noc"], ["ops"], ["noc"]])
        #expect(outcomes.first?.event.text == "Sink noc cannot deliver: timeout no answer")
        let standing = try store.activeAlarms()
        #expect(standing.map { OwnFacts.failedSink(of: $0.key) } == ["ops"], "what the next start reads")
        #expect(standing.map(\.sinks) == [["archive", "noc"]])
    }

    /// Thousands of single letters are as many facts, and one commit: whoever sees the first sees all of them.
    @Test func aRequestIsOneCommit() throws {
        let folder = try TemporaryFolder()
        let journal = try JournalWriter(
            folder: folder.file("journal"), settings: JournalSettings(), interfaces: [FactRecorder.interface])
        defer { journal.close() }
        let facts = FactRecorder(journal: journal)
        var reader = try JournalReader(folder: folder.file("journal"), from: nil)
        let start = journal.committed
        let request = (1...3_000 as ClosedRange<Int64>).map { number in
            OperatorFact(.forgetLetters(sink: "noc", events: 2 * number...2 * number), by: "ops")
        }
        let isRecorded = Mutex(false)
        Thread.detachNewThread {
            try? facts.record(request)
            isRecorded.withLock { $0 = true }
        }
        let first = journal.waitForCommit(beyond: start, timeout: .seconds(60))
        #expect(try reader.read(upTo: first, limit: .max).count == 3_000)
        #expect(Poll.until { isRecorded.withLock { $0 } })
    }

    /// With the real program: nobody listens where the sink sends.
    @Test func aServerTellsThatItsSinkFails() async throws {
        let folder = try TemporaryFolder()
        let archive = folder.file("events.jsonl")
        let process = try TraplineProcess(
            configuration: """
                listen: {traps: ["127.0.0.1:0"]}
                data: \(folder.file("data"))
                sinks:
                  noc: {syslog: {to: "tcp://127.0.0.1:\(try Ports.free())"}}
                  archive: {file: {to: \(archive)}}
                routes:
                  - {name: all, to: [noc, archive]}
                """, folder: folder)
        let told = await Poll.eventually {
            (try? String(contentsOfFile: archive, encoding: .utf8))?.contains("Sink noc cannot deliver") == true
        }
        #expect(told, "\(process.output)")
        process.stop()
        let store = try EventStore.readOnly(folder: folder.file("data"))
        let events = try store.events(after: 0, limit: 100).filter { $0.event.oid == OwnFacts.sinkFailed }
        #expect(events.map(\.sinks) == [["archive"]], "once, and not through the sink that fails")
    }
}
