public import Alarms
public import Basics
internal import Devices
public import Journal
public import TraplineMetrics
internal import Routing
internal import SNMPWire
public import Store

/// The step from journal records to events: decode, name, whose, what it means, what it does to an alarm, where it
/// goes; all effects of a batch in one transaction with the position behind it.
///
/// It has no sockets and no clock of its own, and live traffic, recovery and replay are the same to it: the same
/// records give the same events with the same numbers, however they are cut into batches and whatever is killed in
/// between.
public struct EventPipeline: Sendable {
    private let store: EventStore
    private var devices = DeviceTable()
    private var alarms = AlarmTable()
    private var metrics: PipelineMetrics
    /// The last event with which the stored rows of alarms and devices tell all, and the clock then; `nil` after a start.
    private var settled: (event: Int64, clock: Timestamp)?
    /// A commit failed, so that what is in memory may be ahead of the store.
    private var mustReload = false

    /// What the configuration says; exchanged between two batches.
    public var snapshot: PipelineSnapshot
    /// Where the next record is to be read; `nil` for the journal's beginning.
    public private(set) var position: JournalPosition?
    /// The largest time read.
    public private(set) var clock: Timestamp?
    public private(set) var lastEventID: Int64 = 0
    /// What the last look at the event log's size found.
    public private(set) var log = EventLogState()
    /// Of that look, by the clock that age is judged by.
    private var looked: Timestamp?
    /// What operators asked for in the batch processed last; saved in its transaction.
    public private(set) var requests: [OperatorRequest] = []

    /// Alarms and devices that were only heard of again are written each second, or after as many events: a start makes
    /// the rest up from the event log, and reads that many rows in about a tenth of a second.
    private static let settlingEvents: Int64 = 65_536
    private static let settlingNanoseconds: Int64 = 1_000_000_000

    /// Goes on where the store stands.
    public init(
        store: EventStore, snapshot: PipelineSnapshot, metrics: MetricsRegistry
    ) throws(StoreError) {
        self.store = store
        self.snapshot = snapshot
        self.metrics = PipelineMetrics(metrics)
        try load()
    }

    /// The alarms that stand, the oldest raise first.
    public var activeAlarms: [ActiveAlarm] { alarms.alarms }

    /// Takes the records from `position` on through to the store, in one transaction, and gives the events they made.
    ///
    /// Where the store fails, nothing of the batch has happened, and the same records are to be given again: the state
    /// is read from the store anew first. Should the failed transaction have been kept after all (a disk can fail in
    /// telling so), its records are recognised by their positions and make nothing twice.
    ///
    /// - Parameter progress: how far the sinks have come, saved in the same transaction.
    public mutating func process(
        _ records: [JournalRecord], progress: SinkProgress = SinkProgress()
    ) throws(StoreError) -> [EventOutcome] {
        var outcomes: [EventOutcome] = []
        try process(records, progress) { outcomes.append($0) }
        return outcomes
    }

    /// The same for whoever finds the events in the store; the event log is kept within its bounds beside it.
    ///
    /// - Parameters:
    ///   - holds: whose events are still needed. While the log is full because of that, or has more to remove (``log``),
    ///     an empty batch takes another look at it.
    ///   - now: the time by which the events' age is judged, and how often that is looked at. The pipeline's own clock
    ///     stays ahead once a datagram came while the machine's was; where it is behind, it counts for the age.
    public mutating func advance(
        over records: [JournalRecord], progress: SinkProgress = SinkProgress(),
        holds: EventHolds = EventHolds(), now: Timestamp? = nil
    ) throws(StoreError) {
        try process(records, progress, holds: holds, now: now) { _ in }
    }

    /// - Parameter holds: `nil` where the event log is not kept within its bounds.
    private mutating func process(
        _ records: [JournalRecord], _ progress: SinkProgress, holds: EventHolds? = nil, now: Timestamp? = nil,
        _ tell: (EventOutcome) -> Void
    ) throws(StoreError) {
        var records = records[...]
        if mustReload {
            try load()
            if let position { records = records.drop { $0.position < position } }
        }
        requests = []
        log.removed = 0
        log.unread = 0
        log.lost = [:]
        guard !records.isEmpty || !progress.isEmpty || (holds != nil && (log.isFull || log.hasMore)) else { return }

        var tally = PipelineMetrics.Tally()
        var events: [StoredEvent] = []
        events.reserveCapacity(records.count)
        // Set before the first change, so that no way out of here leaves state that the store does not know.
        mustReload = true
        for record in records {
            guard let outcome = step(record, &tally) else { continue }
            tell(outcome)
            events.append(
                StoredEvent(event: outcome.event, position: outcome.position, sinks: outcome.decision.sinks))
        }
        let isSettling = isSettlingDue
        let changes = alarms.takeChanges(settling: isSettling)
        let batch = BatchOutcome(
            events: events, standingAlarms: changes.upserts, endedAlarms: changes.removals,
            devices: devices.takeChanges(settling: isSettling), progress: progress, requests: requests,
            position: records.last?.next, clock: clock, settledEvent: isSettling ? lastEventID : nil,
            removal: holds.flatMap { removal($0, now: now) })
        let found = try store.commit(batch)
        mustReload = false
        if let found {
            log = found
            looked = now ?? clock
        }

        if isSettling { settled = (lastEventID, clock ?? Timestamp(nanoseconds: 0)) }
        position = batch.position ?? position
        metrics.add(tally, devices: devices.count)
    }

    /// `nil` where it is too soon for another look.
    private func removal(_ holds: EventHolds, now: Timestamp?) -> EventRemoval? {
        guard let clock else { return nil }
        let now = now ?? clock
        // That clock may have been set back since.
        let isDue =
            looked.map { now.nanoseconds(since: $0).magnitude >= EventPipeline.settlingNanoseconds } ?? true
            || log.hasMore || log.isFull
        return isDue ? EventRemoval(snapshot.retention, now: min(now, clock), holds: holds) : nil
    }

    private var isSettlingDue: Bool {
        guard let settled, let clock else { return true }
        return lastEventID - settled.event >= EventPipeline.settlingEvents
            || clock.nanoseconds(since: settled.clock) >= EventPipeline.settlingNanoseconds
    }

    private mutating func load() throws(StoreError) {
        let saved = try store.load()
        position = saved.position
        clock = saved.clock
        lastEventID = saved.lastEventID
        devices = DeviceTable(saved.devices, heard: saved.unsettledDevices)
        alarms = AlarmTable(saved.activeAlarms, repeated: saved.unsettledAlarms)
        settled = nil
        metrics.begin(alarms: saved.activeAlarms, devices: devices.count)
        mustReload = false
    }

    /// One record; `nil` if it makes no event.
    private mutating func step(_ record: JournalRecord, _ tally: inout PipelineMetrics.Tally) -> EventOutcome? {
        let entry = record.entry
        let isOwn = entry.interface == OwnFacts.listener
        // The devices' alone, so that it adds up with what intake has journaled.
        if !isOwn { tally.processed += 1 }
        clock = max(clock ?? entry.time, entry.time)

        let notification: SNMPNotification
        do throws(WireError) {
            notification = try SNMPNotification.decode(entry.payload, leniency: snapshot.leniency)
        } catch {
            // Intake refuses such datagrams; a journal from elsewhere, or of another version, may hold them.
            tally.undecodable[error.code.rawValue, default: 0] += 1
            return nil
        }
        if isOwn && notification.trapOID == OwnFacts.tick { return nil }

        let received = ReceivedNotification(
            notification: notification, time: entry.time, sender: entry.sender, receiver: entry.receiver,
            listener: entry.interface, community: snapshot.communityName(notification.community))
        let device = isOwn ? EventPipeline.ownDevice(entry) : devices.identify(received)
        let interpretation = snapshot.interpreter.interpret(received)
        var followedSinks: [String] = []
        guard
            let event = alarms.apply(
                interpretation, device: device, time: entry.time, eventID: lastEventID + 1,
                followedSinks: &followedSinks)
        else {
            devices.noteKeepAlive(of: device.id, at: entry.time)
            return nil
        }
        lastEventID = event.id
        var decision = snapshot.routing.decide(event, received, followedSinks: followedSinks)
        if isOwn {
            if let sink = OwnFacts.sink(in: notification) { decision.leaveOut(sink) }
            if let request = OwnFacts.request(in: notification) { requests.append(request) }
        }
        if !decision.following.isEmpty {
            alarms.note(sinks: decision.following, for: AlarmTable.key(for: interpretation, device: device))
        }
        tally.count(event, isRouted: !decision.sinks.isEmpty)
        return EventOutcome(event: event, received: received, decision: decision, position: record.position)
    }

    /// The server itself, which is no device of the inventory.
    private static func ownDevice(_ entry: JournalEntry) -> EventDevice {
        EventDevice(id: OwnFacts.listener, name: OwnFacts.listener, address: entry.sender.address)
    }
}
