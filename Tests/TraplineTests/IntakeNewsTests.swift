import Alarms
import Basics
import Foundation
import Intake
import Journal
import MIBCatalog
import Pipeline
import Routing
import SNMPWire
import Store
import TestPeers
import Testing
import TraplineConfiguration
import TraplineMetrics

@testable import Trapline

/// What intake tells of itself, on its way through journal and shipped rules.
@Suite struct IntakeNewsTests {
    @Test func stormsAreAlarmsAndDropsAreEvents() throws {
        let folder = try TemporaryFolder()
        let journal = try JournalWriter(
            folder: folder.file("journal"), settings: JournalSettings(), interfaces: [FactRecorder.interface])
        let facts = FactRecorder(journal: journal)
        let device = try #require(IPAddress("10.1.2.3"))
        let since = Timestamp(seconds: 1_800_000_000)
        facts.record([
            .overBudget(listener: "traps", sender: device, refused: 70),
            .overBudget(listener: "traps", sender: nil, refused: 5),
            .kernelDrops(listener: "keep-alives", datagrams: 12, since: since),
        ])
        facts.record([.withinBudget(listener: "traps", sender: device, refused: 1_234)], waits: true)
        journal.close()
        var reader = try JournalReader(folder: folder.file("journal"), from: nil)
        let records = try reader.read(upTo: journal.committed, limit: 10)
        #expect(records.count == 4, "all were recorded when the last one was")

        let catalog = Catalog.load(directories: [try #require(Catalog.bundledDirectory())]).catalog
        let rules = ConfigurationLoader.standardRules(catalog: catalog).rules
        let routing = RoutingTable(
            routes: [], catalog: catalog, timeZone: try #require(TimeZone(identifier: "UTC")))
        let store = try EventStore.inMemory()
        var pipeline = try EventPipeline(
            store: store,
            snapshot: PipelineSnapshot(
                interpreter: AlarmInterpreter(rules: rules, catalog: catalog), routing: routing, catalog: catalog),
            metrics: MetricsRegistry())
        let events = try pipeline.process(records).map(\.event)
        #expect(events.map(\.transition) == [.raised, .raised, .logged, .cleared])
        #expect(
            events.map(\.text) == [
                "Over budget on traps: 10.1.2.3, 70 datagrams refused so far",
                "Over budget on traps: several senders, 5 datagrams refused so far",
                "Lost 12 datagrams on keep-alives: kernelDrops(1)",
                "Within budget again on traps: 10.1.2.3, 1234 datagrams were refused",
            ])
        #expect(events[0].source == "traplineListenerName.traps/traplineBlindSender.10.1.2.3")
        let drops = try SNMPNotification.decode(records[2].entry.payload).variables
        #expect(
            drops.contains { $0.name == OwnFacts.blindSince && $0.value == .octetString(Array("\(since)".utf8)[...]) })
        // What the next start reads, to tell the end of what a kill left standing.
        let standing = try store.activeAlarms().compactMap { OwnFacts.overBudget(of: $0.key) }
        #expect(standing.count == 1 && standing.first?.listener == "traps" && standing.first?.sender == nil)
        let key = AlarmKey(
            device: OwnFacts.listener, oid: OwnFacts.senderOverBudget,
            source: "traplineListenerName.traps/traplineBlindSender.2001:db8::1")
        #expect(OwnFacts.overBudget(of: key)?.sender == IPAddress("2001:db8::1"))
    }
}
