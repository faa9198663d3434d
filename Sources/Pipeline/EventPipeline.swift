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
    /// A commit failed, so that what is in memory may be ahead of the store.
    private var mustReload = false

    /// What the configuration says; exchanged between two batches.
    public var snapshot: PipelineSnapshot
    /// Where the next record is to be read; `nil` for the journal's beginning.
    public private(set) var position: JournalPosition?
    /// The largest time read.
    public private(set) var clock: Timestamp?
    public private(set) var lastEventID: Int64 = 0
    /// What operators asked for in the batch processed last; saved in its transaction.
    public private(set) var requests: [OperatorRequest] = []

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
        var records = records[...]
        if mustReload {
            try load()
            if let position { records = records.drop { $0.position < position } }
        }
        requests = []
        guard !records.isEmpty || !progress.isEmpty else { return [] }

        var tally = PipelineMetrics.Tally()
        var outcomes: [EventOutcome] = []
        outcomes.reserveCapacity(records.count)
        // Set before the first change, so that no way out of here leaves state that the store does not know.
        mustReload = true
        for record in records {
            if let outcome = step(record, &tally) { outcomes.append(outcome) }
        }
        let changes = alarms.takeChanges()
        let batch = BatchOutcome(
            events: outcomes.map {
                StoredEvent(event: $0.event, position: $0.position, sinks: $0.decision.sinks)
            },
            standingAlarms: changes.upserts, endedAlarms: changes.removals, devices: devices.takeChanges(),
            progress: progress, requests: requests, position: records.last?.next, clock: clock)
        try store.commit(batch)
        mustReload = false

        position = batch.position ?? position
        metrics.add(tally, devices: devices.count)
        return outcomes
    }

    private mutating func load() throws(StoreError) {
        let saved = try store.load()
        position = saved.position
        clock = saved.clock
        lastEventID = saved.lastEventID
        devices = DeviceTable(saved.devices)
        alarms = AlarmTable(saved.activeAlarms)
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
        let key = AlarmTable.key(for: interpretation, device: device)
        // Asked before the change: a clear takes its alarm away.
        let followedSinks = alarms.alarm(for: key)?.sinks ?? []
        guard
            let event = alarms.apply(
                interpretation, device: device, time: entry.time, eventID: lastEventID + 1)
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
        if !decision.following.isEmpty { alarms.note(sinks: decision.following, for: key) }
        tally.count(event, isRouted: !decision.sinks.isEmpty)
        return EventOutcome(event: event, received: received, decision: decision, position: record.position)
    }

    /// The server itself, which is no device of the inventory.
    private static func ownDevice(_ entry: JournalEntry) -> EventDevice {
        EventDevice(id: OwnFacts.listener, name: OwnFacts.listener, address: entry.sender.address)
    }
}
