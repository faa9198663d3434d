public import Basics

/// How long the event log's rows are kept, and what is done where a sink still needs the oldest.
public struct EventRetention: Sendable, Hashable {
    /// What is done where the limit is reached and a sink has not read the oldest row.
    public enum WhenFull: String, Sendable, Hashable, CaseIterable {
        /// The oldest rows go unread: a dead sink must not stop the alarms of the others.
        case dropOldest = "drop-oldest"
        /// The pipeline waits until there is room; the journal keeps the rest.
        case refuseNew = "refuse-new"
    }

    /// By the journal's time. A quarter of a year, as operators report it.
    public var age = Duration.seconds(90 * 86_400)
    /// Octets of the store past which the oldest rows go, if nobody needs them. Pages that became free are not counted:
    /// they are used again, and the file stays as long as it was.
    public var size = 4 * 1_024 * 1_024 * 1_024
    /// Octets past which `whenFull` decides about rows that a sink still needs.
    public var limit = 8 * 1_024 * 1_024 * 1_024
    public var whenFull = WhenFull.dropOldest

    /// Under `refuse-new` the alarm comes when this part of the limit is left: once the pipeline waits, nothing that is
    /// told gets through.
    static let alarmMarginPart = 16

    public init() {}
}

/// Whose cursors stand furthest back: the rows behind them are still needed.
public struct EventHolds: Sendable {
    /// Of all that are kept.
    public var lowest: (sink: String, event: Int64)?
    /// Of the sinks that are there: they may yet deliver, and a cursor that is kept for a sink's return does not.
    public var delivering: (sink: String, event: Int64)?

    public init(lowest: (sink: String, event: Int64)? = nil, delivering: (sink: String, event: Int64)? = nil) {
        self.lowest = lowest
        self.delivering = delivering
    }
}

/// A look at the event log's size, in a batch's transaction: the oldest rows go whose time has come, some thousand at
/// once, so that no transaction becomes long.
public struct EventRemoval: Sendable {
    public var retention: EventRetention
    /// The pipeline's clock.
    public var now: Timestamp
    public var holds: EventHolds

    public init(_ retention: EventRetention, now: Timestamp, holds: EventHolds) {
        self.retention = retention
        self.now = now
        self.holds = holds
    }
}

/// What such a look found and did.
public struct EventLogState: Sendable, Hashable {
    /// Octets of the store in use, before the removal.
    public var size: Int64 = 0
    /// How many numbers were removed.
    public var removed: Int64 = 0
    /// How many of them the sink furthest back had not read.
    public var unread: Int64 = 0
    /// There may be more to remove than one transaction should.
    public var hasMore = false
    /// The sink that still needs what should go.
    public var holder: String?
    /// Because of it the limit is reached, or under `refuse-new` all but reached.
    public var isAtLimit = false
    /// And nothing new is to be written.
    public var isFull = false

    public init() {}
}
