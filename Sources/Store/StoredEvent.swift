public import Alarms
public import Basics
public import Devices
public import Journal
public import Resynchronisation
public import SNMPSecurity

/// A row of the event log: the event, where its datagram stands in the journal, and which sinks it goes to.
public struct StoredEvent: Sendable, Hashable {
    public var event: Event
    public var position: JournalPosition?
    /// Decided once, when the event was made; sorted by name.
    public var sinks: [String]

    public init(event: Event, position: JournalPosition?, sinks: [String]) {
        self.event = event
        self.position = position
        self.sinks = sinks
    }
}

/// All effects of a batch of journal records, and the position behind it: written together or not at all.
public struct BatchOutcome: Sendable {
    /// In ascending order of their numbers, all above the last one stored.
    public var events: [StoredEvent]
    /// All stored times at which alarms end by themselves move by as much first, in nanoseconds.
    public var postponedAlarms: Int64 = 0
    /// Alarms whose row is to be written.
    public var standingAlarms: [ActiveAlarm]
    /// Alarms of which only that is to be written.
    public var repeatedAlarms: [AlarmRepeat] = []
    /// By their numbers, which never stand again.
    public var endedAlarms: [Int64]
    public var devices: DeviceChanges
    /// What is remembered of alarms, new or altered, and of which nothing is any more.
    public var memories: [AlarmMemory]
    /// By their numbers.
    public var forgottenMemories: [Int64]
    public var boots: [(BootUnit, BootClock)]
    /// Units whose clock is not kept any more.
    public var forgottenBoots: [BootUnit] = []
    /// Engines' clocks, new or altered.
    public var engineClocks: [EngineClockTable.Row] = []
    /// Engines whose clock is not kept any more.
    public var forgottenEngines: [EngineID] = []
    /// How far the sinks have come.
    public var progress: SinkProgress
    /// What operators asked for, in the journal's order.
    public var requests: [OperatorRequest]
    /// What operators have done, and what comes of it.
    public var operators = OperatorChanges()
    /// What is known of devices' tables, and what they are to be asked.
    public var resynchronisation = SyncTable.Changes()
    /// Where the next batch begins; `nil` leaves it as it is.
    public var position: JournalPosition?
    /// The largest time read from the journal; `nil` leaves it as it is.
    public var clock: Timestamp?
    /// With this batch the rows of alarms tell all that the events up to this number did to them, and those of alarms
    /// that ended go; `nil` where repeats were left out, and the number stays that of an earlier batch.
    public var settledEvent: Int64?
    /// Rows that are to go; `nil` where nobody looks.
    public var removal: EventRemoval?

    /// - Parameters:
    ///   - standingAlarms: alarms that stand now, new or altered.
    ///   - endedAlarms: alarms that stand no more.
    public init(
        events: [StoredEvent] = [], standingAlarms: [ActiveAlarm] = [], endedAlarms: [Int64] = [],
        devices: DeviceChanges = DeviceChanges(), memories: [AlarmMemory] = [], forgottenMemories: [Int64] = [],
        boots: [(BootUnit, BootClock)] = [], progress: SinkProgress = SinkProgress(), requests: [OperatorRequest] = [],
        position: JournalPosition? = nil, clock: Timestamp? = nil, settledEvent: Int64? = nil,
        removal: EventRemoval? = nil
    ) {
        self.events = events
        self.standingAlarms = standingAlarms
        self.endedAlarms = endedAlarms
        self.devices = devices
        self.memories = memories
        self.forgottenMemories = forgottenMemories
        self.boots = boots
        self.progress = progress
        self.requests = requests
        self.position = position
        self.clock = clock
        self.settledEvent = settledEvent
        self.removal = removal
    }
}
