public import Basics
public import Alarms
public import Devices
public import Documents
import Foundation
import Intake
import Journal
import SNMPSecurity
import SNMPWire
import Sinks
import Store
import TraplineConfiguration

/// Reads a data folder's event log beside a running server, or without one, and names what it finds by the
/// configuration given.
public struct EventLogReader {
    /// An event of the log with the datagram that brought it.
    public struct Entry: Sendable {
        public var id: Int64
        public var document: EventDocument
        public var event: Event

        public func jsonLine() -> String { document.jsonLine() }
        /// As the console shows it.
        public var text: String { ConsoleLine.text(event, isColoured: false) }
    }

    private let store: EventStore
    private let journalFolder: String
    private let naming: DatagramNaming

    /// - Throws: `StoreError` where there is no store in `folder`, or it cannot be read.
    public init(folder: String, loaded: LoadedConfiguration) throws {
        self.store = try EventStore.readOnly(folder: folder)
        self.journalFolder = folder + "/journal"
        self.naming = loaded.naming(OfflineKeys(loaded.configuration, kept: [folder + "/" + ServerSecurity.keysFile]))
    }

    public func lastEventID() throws -> Int64 { try store.lastEventID() }
    /// In the order in which they were raised; few of them are in memory at a time.
    public func forEachActiveAlarm(_ body: (ActiveAlarm) throws -> Void) throws { try store.forEachActiveAlarm(body) }
    /// The oldest first.
    public func deadLetters() throws -> [DeadLetterDocument] {
        try store.deadLetters().map {
            DeadLetterDocument(
                sink: $0.sink, event: $0.event, time: $0.time, reason: $0.reason, detail: $0.detail,
                isAskedFor: $0.isAskedFor)
        }
    }
    /// By name; as the store knows them, which is up to a second behind.
    public func sinks() throws -> [SinkDocument] {
        let last = try store.lastEventID()
        let letters = try store.deadLetterCounts()
        return try store.cursors().sorted { $0.key < $1.key }.map { name, cursor in
            SinkDocument(
                sink: name, event: cursor.event, lagEvents: max(0, last - cursor.event),
                deadLetters: letters[name] ?? 0, removed: cursor.removed)
        }
    }
    /// In the order of their identities.
    public func devices() throws -> [Device] { try store.devices() }
    /// The one that an operator means: by its identity, else by its name or its address where that is one device's
    /// alone.
    public func device(_ text: String) throws -> Device { try DeviceSearch.find(text, among: try store.devices()) }
    /// Names in the criteria that no device bears that is known, `group=edge`: slips of the pen, or of what is to come.
    public func unknownNames(in matcher: AlarmMatcher) throws -> [String] {
        guard !matcher.isEmpty else { return [] }
        let own = EventDevice(id: FactRecorder.interface, name: FactRecorder.interface, address: IPAddress(v4: 0))
        let unmet = matcher.unmet(among: try store.devices().lazy.map(\.asInEvents))
        // The server's own events, and those of whole sites, are of no device.
        guard !unmet.isEmpty else { return [] }
        let others = matcher.unmet(among: [own])
        return unmet.filter { others.contains($0) && !$0.hasPrefix("device=site:") }
    }
    /// How many alarms of a device stand, by severity.
    public func openAlarms(of device: String) throws -> [Severity: Int] {
        var counts: [Severity: Int] = [:]
        try store.forEachActiveAlarm { if $0.key.device == device { counts[$0.severity, default: 0] += 1 } }
        return counts
    }
    public func silences() throws -> [Silence] { try store.silences() }
    public func maintenances() throws -> [Maintenance] { try store.maintenances() }
    /// The last entries of the audit log, the oldest first.
    public func audit(last limit: Int) throws -> [AuditEntry] { try store.audit(last: limit) }
    /// The number of the last event before a moment; 0 where there is none.
    public func lastEventID(before time: Timestamp) throws -> Int64 { try store.lastEventID(before: time) }

    /// How many rows are looked at in one short transaction.
    private static let pageSize = 1_000

    /// The last `limit` events that are wanted and have a number above `first`, the oldest first.
    public func lastEvents(_ limit: Int, after first: Int64 = 0, where isWanted: (Event) -> Bool) throws -> [Event] {
        var found: [Event] = []
        var before = Int64.max
        while found.count < limit {
            let page = try store.events(before: before, limit: Self.pageSize)
            for stored in page where stored.event.id > first && found.count < limit {
                if isWanted(stored.event) { found.append(stored.event) }
            }
            guard let last = page.last, last.event.id > first, page.count == Self.pageSize else { break }
            before = last.event.id
        }
        return found.reversed()
    }

    /// At most `limit` events after number `id`, oldest first.
    public func events(after id: Int64, limit: Int) throws -> [Entry] {
        let reader = try? JournalReader(folder: journalFolder, from: nil)
        return try store.events(after: id, limit: limit).map { stored in
            // Retention may have removed the datagram; the event tells its story without it.
            let record = stored.position.flatMap { position in try? reader?.record(at: position) }
            let document = EventDocument(stored.event, datagram: record.map(naming.document))
            return Entry(id: stored.event.id, document: document, event: stored.event)
        }
    }
}
