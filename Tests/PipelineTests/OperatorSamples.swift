import Alarms
import Basics
import Journal
import Pipeline
import Routing
import SNMPWire
import Store
import Testing
import TraplineMetrics

/// A pipeline with its store, fed entry by entry.
struct FedPipeline {
    let store: EventStore
    let metrics: MetricsRegistry
    var pipeline: EventPipeline
    private var offset: UInt64 = 0

    init(_ routes: [Route] = Sample.routes, store: EventStore? = nil, from offset: UInt64 = 0) throws {
        self.store = try store ?? EventStore.inMemory()
        self.offset = offset
        metrics = MetricsRegistry()
        pipeline = try EventPipeline(store: self.store, snapshot: try Sample.snapshot(routes), metrics: metrics)
    }

    /// A start on the same store.
    func restarted(_ routes: [Route] = Sample.routes) throws -> FedPipeline {
        try FedPipeline(routes, store: store, from: offset)
    }

    mutating func feed(_ entries: JournalEntry...) throws -> [EventOutcome] {
        let records = Sample.records(entries, from: offset)
        offset = records.last?.next.offset ?? offset
        return try pipeline.process(records)
    }

    mutating func tick(at seconds: Int64) throws -> [EventOutcome] { try feed(Sample.tick(at: seconds)) }

    mutating func act(_ action: OperatorAction, by name: String = "anna", at seconds: Int64) throws -> [EventOutcome] {
        try feed(Sample.entry(action, by: name, at: seconds))
    }

    func metric(_ name: String) -> String? {
        let line = metrics.exposition().split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line?.split(separator: " ").last.map(String.init)
    }

    func alarm(_ number: Int64) throws -> AlarmReference {
        AlarmReference(try #require(pipeline.activeAlarms.first { $0.id == number }))
    }
}

extension Sample {
    static func linkDown(_ interface: Int32 = 7, at seconds: Int64, from sender: UInt32 = 0xc000_0207) -> JournalEntry {
        entry(datagram(linkDown, interface: interface), at: seconds, from: sender)
    }

    static func linkUp(_ interface: Int32 = 7, at seconds: Int64, from sender: UInt32 = 0xc000_0207) -> JournalEntry {
        entry(datagram(linkUp, interface: interface), at: seconds, from: sender)
    }

    static func tick(at seconds: Int64) -> JournalEntry {
        entry(datagram(OwnFacts.tick), at: seconds, on: OwnFacts.listener)
    }

    static func entry(_ action: OperatorAction, by name: String, at seconds: Int64) -> JournalEntry {
        let fact = OwnFacts.fact(action, by: name)
        let notification = SNMPNotification(
            version: .v2c, trapOID: fact.notification, uptime: 1, variables: VariableBindings(fact.variables))
        let pdu = notification.v2PDU(kind: .trap, requestID: 1)
        let payload = CommunityMessage(version: .v2c, community: [], pdu: .standard(pdu)).encode()
        return entry(payload, at: seconds, on: OwnFacts.listener)
    }
}
