public import Alarms
public import Basics
public import Devices
public import Documents
internal import Foundation
internal import Intake
internal import Journal
internal import Pipeline
internal import SNMPSecurity
internal import SNMPWire
internal import Sinks
internal import Store
public import Trapline
internal import TraplineConfiguration
internal import TraplineMetrics

/// Trapline in a test: a configuration with its rules and routes, devices' datagrams in, events and deliveries out, and
/// a clock that stands until the test moves it.
///
/// Nothing is bound, written to disk or sent: the datagrams enter where the journal is read, go through the pipeline
/// that the server runs, into a store in memory, and what each sink would put on the wire is kept as text.
///
///     let server = try TestServer(
///         """
///         sinks: {noc: {syslog: {to: "udp://192.0.2.1"}}}
///         routes: [{name: serious, when: {severity: ">=major"}, to: noc}]
///         """)
///     try server.trap("linkDown", ["ifIndex.7=7"], from: "10.1.2.3")
///     try server.advance(by: .seconds(60))
///     #expect(try server.activeAlarms.count == 1)
public final class TestServer {
    /// The server's time. It begins at 2026-01-01T00:00:00Z, or with the first capture's first datagram.
    public internal(set) var now = Timestamp(seconds: 1_767_225_600)
    /// The names and rules in force.
    public let loaded: LoadedConfiguration
    /// How many datagrams were not let in: from a sender or with a community that `access:` does not name, or no
    /// notifications at all; or by v3 as no user, without the right passwords, or a second time.
    public internal(set) var refused = 0

    let access: AccessPolicy
    let security: IncomingSecurity
    let versions: Set<SNMPVersion>
    /// Those that have sent so far, by the users' names.
    var senders: [String: SecureSender] = [:]
    let store: EventStore
    private let naming: DatagramNaming
    private let snapshot: PipelineSnapshot
    private let sinks: [String: any Sink]
    private var pipeline: EventPipeline
    /// The journal: a record's offset is its place here.
    private var journal: [JournalEntry] = []
    private var log: [StoredEvent] = []
    private var failure: (any Error)?
    var hasBegun = false
    /// The number of the request to a device that was taken last, and those that are on their way.
    var lastRequest: Int64 = 0
    var onTheirWay: [(due: Timestamp, entry: JournalEntry)] = []

    /// Records of one transaction at most; many small ones are what takes time.
    static let batch = 1_024

    /// - Parameter configuration: YAML as in a configuration file; what concerns sockets and folders has no effect.
    /// - Throws: ``TestServerError`` with all problems of the configuration.
    public convenience init(_ configuration: String = "") throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "trapline-testing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "trapline.yaml")
        try Data(configuration.utf8).write(to: file)
        let path = file.path(percentEncoded: false)
        var loaded = LoadedConfiguration.load(file: path)
        // Where the text stands in the test, nobody knows.
        for index in loaded.problems.indices {
            loaded.problems[index].description.replace(path, with: "configuration")
        }
        try self.init(loaded)
    }

    /// With a configuration that was loaded before: loading one reads some hundred MIB modules.
    public init(_ loaded: LoadedConfiguration) throws {
        guard let configuration = loaded.configuration else {
            throw TestServerError(loaded.problems.map(\.description).joined(separator: "\n"))
        }
        self.loaded = loaded
        access = AccessPolicy(configuration.access)
        versions = configuration.access.versions
        let keys = OfflineKeys(configuration)
        guard let engine = EngineID([0x80, 0x00, 0x7e, 0xd9, 0x04] + Array("test server".utf8)) else {
            throw TestServerError("no engine ID")
        }
        security = IncomingSecurity(
            engine: OwnEngine(id: engine, boots: 1, started: 0), users: UserTable(configuration.access.users))
        naming = loaded.naming(keys)
        store = try EventStore.inMemory()
        snapshot = PipelineSnapshot(loaded, configuration, opener: keys.opener)
        pipeline = try EventPipeline(store: store, snapshot: snapshot, metrics: MetricsRegistry())
        sinks = Dictionary(
            configuration.sinks.map { ($0.name, SinkFactory.make($0.name, $0.settings)) },
            uniquingKeysWith: { first, _ in first })
    }

    // MARK: - What came of it

    /// All events so far, the oldest first, each with the datagram that brought it.
    public var events: [EventDocument] { log.map(document) }

    /// What a sink would have got so far.
    public func deliveries(to sink: String) -> [Delivery] {
        log.filter { $0.sinks.contains(sink) }.map { stored in
            let event = SinkEvent(event: stored.event, record: record(of: stored), naming: naming)
            return Delivery(sink: sink, event: document(stored), text: sinks[sink]?.preview(event) ?? "")
        }
    }

    /// The alarms that stand, the oldest raise first.
    public var activeAlarms: [ActiveAlarm] { get throws { try store.activeAlarms() } }

    /// The inventory.
    public var devices: [Device] { get throws { try store.devices() } }

    // MARK: - Time

    /// Lets time pass, with nothing coming in: timers fire, each at its own time.
    public func advance(by duration: Duration) throws {
        try advance(to: now + duration)
    }

    /// Lets time pass until `time`; earlier times have no effect.
    public func advance(to time: Timestamp) throws {
        var ticks: [JournalEntry] = []
        hasBegun = true
        while now + .seconds(1) <= time {
            now = now + .seconds(1)
            ticks.append(Self.fact(OwnFacts.tick, at: now))
            if ticks.count == Self.batch {
                try process(ticks)
                ticks = []
            }
        }
        if time > now {
            // Timers are due by the moment asked for, not by the last full second.
            now = time
            ticks.append(Self.fact(OwnFacts.tick, at: now))
        }
        try process(ticks)
    }

    /// The server is stopped and comes back after `pause`, with what its store holds and nothing else.
    public func restart(after pause: Duration = .seconds(10)) throws {
        try process([Self.fact(OwnFacts.stopped, at: now)])
        now = now + pause
        pipeline = try EventPipeline(store: store, snapshot: snapshot, metrics: MetricsRegistry())
        try process([Self.fact(OwnFacts.started, at: now)])
    }

    // MARK: - Parts

    /// Runs entries through the pipeline, in one transaction.
    func process(_ entries: [JournalEntry]) throws {
        guard !entries.isEmpty else { return }
        let first = journal.count
        journal += entries
        let records = entries.enumerated().map { index, entry in
            JournalRecord(entry: entry, position: Self.position(first + index), next: Self.position(first + index + 1))
        }
        try pipeline.advance(over: records)
        while true {
            let new = try store.events(after: log.last?.event.id ?? 0, limit: Self.batch)
            log += new
            if new.count < Self.batch { break }
        }
    }

    private static func position(_ index: Int) -> JournalPosition {
        JournalPosition(segment: 1, offset: UInt64(index))
    }

    private func record(of stored: StoredEvent) -> JournalRecord? {
        guard let position = stored.position, let index = Int(exactly: position.offset), journal.indices.contains(index)
        else { return nil }
        return JournalRecord(entry: journal[index], position: position, next: Self.position(index + 1))
    }

    private func document(_ stored: StoredEvent) -> EventDocument {
        EventDocument(stored.event, datagram: record(of: stored).map(naming.document), sinks: stored.sinks)
    }

    /// One of the server's own facts, as it stands in a journal.
    static func fact(_ oid: OID, _ variables: [VariableBinding] = [], at time: Timestamp) -> JournalEntry {
        let own = Endpoint(IPAddress(v4: 0x7f00_0001), port: 162)
        let notification = SNMPNotification(
            version: .v2c, trapOID: oid, uptime: UInt32(truncatingIfNeeded: time.nanoseconds / 10_000_000),
            variables: VariableBindings(variables))
        let message = CommunityMessage(
            version: .v2c, community: [], pdu: .standard(notification.v2PDU(kind: .trap, requestID: 0)))
        return JournalEntry(
            time: time, interface: OwnFacts.listener, sender: own, receiver: own, payload: message.encode())
    }
}

/// What a test asked for cannot be: one line, or one for each problem of a configuration.
public struct TestServerError: Error, CustomStringConvertible {
    public var description: String

    init(_ description: String) { self.description = description }
}
