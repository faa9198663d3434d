public import Alarms
public import Basics
internal import Devices
public import Journal
public import TraplineMetrics
internal import Routing
internal import Resynchronisation
internal import SNMPSecurity
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
    private let alarmCacheLimit: Int
    private var metrics: PipelineMetrics
    // The rooms that events are made in, each with its part of the work in a file of its own beside this one.
    var devices = DeviceInventory()
    var alarms = AlarmTable()
    var syncs = SyncTable()
    var operations = Operations()
    var boots = BootTable()
    var engineClocks = EngineClockTable()
    /// The last event with which the stored rows of alarms tell all, and the clock then; `nil` after a start.
    private var settled: (event: Int64, clock: Timestamp)?
    /// A commit failed, so that what is in memory may be ahead of the store.
    private var mustReload = false

    /// What the configuration says; exchanged between two batches.
    public var snapshot: PipelineSnapshot {
        didSet { alarms.settings = snapshot.alarms }
    }
    /// Where the next record is to be read; `nil` for the journal's beginning.
    public private(set) var position: JournalPosition?
    /// The largest time read.
    public internal(set) var clock: Timestamp?
    public internal(set) var lastEventID: Int64 = 0
    /// What the last look at the event log's size found.
    public private(set) var log = EventLogState()
    /// Of that look, by the clock that age is judged by.
    private var looked: Timestamp?
    /// What operators asked for in the batch processed last; saved in its transaction.
    public internal(set) var requests: [OperatorRequest] = []

    /// Alarms that were only heard of again are written, and the rows of ended ones removed, after so many nanoseconds
    /// or events, whichever comes first: a start makes the rest up from the event log, and reads that many rows in some
    /// tenths of a second. The more there are, the fewer pages are written for each.
    private static let settlingEvents: Int64 = 131_072
    private static let settlingNanoseconds: Int64 = 5_000_000_000
    /// How often the event log's size is looked at.
    private static let lookNanoseconds: Int64 = 1_000_000_000

    /// Goes on where the store stands.
    ///
    /// - Parameter alarmCacheLimit: how many alarms are held in memory whole beside those that are being spoken of.
    ///   Nothing depends on it but the time that it takes.
    public init(
        store: EventStore, snapshot: PipelineSnapshot, metrics: MetricsRegistry,
        alarmCacheLimit: Int = AlarmTable.defaultCacheLimit
    ) throws(StoreError) {
        self.store = store
        self.alarmCacheLimit = alarmCacheLimit
        self.snapshot = snapshot
        self.metrics = PipelineMetrics(metrics)
        try load()
    }

    /// The alarms that stand, the oldest raise first: a GiB where there are a million.
    public var activeAlarms: [ActiveAlarm] { alarms.alarms }

    /// How many alarms stand.
    public var activeAlarmCount: Int { alarms.count }

    /// Those of the server itself.
    public var ownAlarms: [ActiveAlarm] { alarms.alarms(of: OwnFacts.device(at: OwnFacts.address).id) }

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
        var draft = BatchDraft(records: records.count, opener: snapshot.opener(), keepsOutcomes: true)
        try process(records, progress, into: &draft)
        return draft.outcomes ?? []
    }

    /// The same for whoever finds the events in the store; the event log is kept within its bounds beside it.
    ///
    /// - Parameters:
    ///   - holds: whose events are still needed. While the log is full because of that, or has more to remove
    ///     (``log``), an empty batch takes another look at it.
    ///   - now: the time by which the events' age is judged, and how often that is looked at. The pipeline's own clock
    ///     stays ahead once a datagram came while the machine's was; where it is behind, it counts for the age.
    public mutating func advance(
        over records: [JournalRecord], progress: SinkProgress = SinkProgress(),
        holds: EventHolds = EventHolds(), now: Timestamp? = nil
    ) throws(StoreError) {
        var draft = BatchDraft(records: records.count, opener: snapshot.opener(), keepsOutcomes: false)
        try process(records, progress, holds: holds, now: now, into: &draft)
    }

    /// - Parameter holds: `nil` where the event log is not kept within its bounds.
    private mutating func process(
        _ records: [JournalRecord], _ progress: SinkProgress, holds: EventHolds? = nil, now: Timestamp? = nil,
        into draft: inout BatchDraft
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

        // Set before the first change, so that no way out of here leaves state that the store does not know.
        mustReload = true
        if !records.isEmpty { takePolicy(&draft) }
        for record in records { step(record, &draft) }
        if let failure = alarms.takeFailure() { throw EventPipeline.unread(failure) }
        let isSettling = isSettlingDue
        let changes = alarms.takeChanges(settling: isSettling)
        var batch = BatchOutcome(
            events: draft.events, standingAlarms: changes.upserts, endedAlarms: changes.removals,
            devices: devices.takeChanges(), memories: changes.memories,
            forgottenMemories: changes.forgotten, progress: progress, requests: requests,
            position: records.last?.next, clock: clock, settledEvent: isSettling ? lastEventID : nil,
            removal: holds.flatMap { removal($0, now: now) })
        batch.postponedAlarms = changes.postponed
        batch.repeatedAlarms = changes.repeats
        (batch.boots, batch.forgottenBoots) = boots.takeChanges()
        (batch.engineClocks, batch.forgottenEngines) = engineClocks.takeChanges()
        batch.operators = operations.takeChanges()
        batch.resynchronisation = syncs.takeChanges()
        let found = try store.commit(batch)
        mustReload = false
        if let found {
            log = found
            looked = now ?? clock
        }

        if isSettling { settled = (lastEventID, clock ?? Timestamp(nanoseconds: 0)) }
        position = batch.position ?? position
        metrics.add(draft.tally, alarms: alarms, devices: devices)
    }

    private static func unread(_ failure: any Error) -> StoreError {
        failure as? StoreError ?? StoreError(.damaged, place: "table alarms", reason: "\(failure)")
    }

    /// `nil` where it is too soon for another look.
    private func removal(_ holds: EventHolds, now: Timestamp?) -> EventRemoval? {
        guard let clock else { return nil }
        let now = now ?? clock
        // That clock may have been set back since.
        let isDue =
            looked.map { now.nanoseconds(since: $0).magnitude >= EventPipeline.lookNanoseconds } ?? true
            || log.hasMore || log.isFull
        return isDue ? EventRemoval(snapshot.retention, now: min(now, clock), holds: holds) : nil
    }

    private var isSettlingDue: Bool {
        guard let settled, let clock else { return true }
        return lastEventID - settled.event >= EventPipeline.settlingEvents
            || clock.nanoseconds(since: settled.clock) >= EventPipeline.settlingNanoseconds
    }

    private mutating func load() throws(StoreError) {
        let store = store
        var alarms = AlarmTable(
            stored: StoredAlarms { try store.alarmRows($0) }, settings: snapshot.alarms, cacheLimit: alarmCacheLimit)
        let saved = try store.load { alarms.load($0) }
        for alarm in saved.unsettledAlarms { alarms.load(repeated: alarm) }
        alarms.load(saved.memories)
        position = saved.position
        clock = saved.clock
        lastEventID = saved.lastEventID
        devices = DeviceInventory(saved.inventory, policy: snapshot.devices)
        operations = Operations(saved.operators)
        self.alarms = alarms
        boots = BootTable(saved.boots)
        engineClocks = EngineClockTable(saved.engineClocks)
        syncs = SyncTable(saved.resynchronisation, lastNumber: saved.lastRequest)
        settled = nil
        // The configuration may have changed while the server was stopped.
        let told = Set(self.alarms.devices)
        for device in saved.inventory.devices where told.contains(device.id) { retell(device.asInEvents) }
        metrics.show(alarms: self.alarms, devices: devices)
        mustReload = false
    }
}
