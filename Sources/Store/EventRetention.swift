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

    public init() {}
}

/// A look at the event log's size, in a batch's transaction: the oldest rows go whose time has come, some thousand at
/// once, so that no transaction becomes long.
public struct EventRemoval: Sendable {
    public var retention: EventRetention
    /// The pipeline's clock.
    public var now: Timestamp
    /// The cursor that stands furthest back.
    public var cursor: (sink: String, event: Int64)?

    public init(_ retention: EventRetention, now: Timestamp, cursor: (sink: String, event: Int64)?) {
        self.retention = retention
        self.now = now
        self.cursor = cursor
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
    /// More is to be removed than one transaction should.
    public var hasMore = false
    /// A sink still needs what should go, at the limit or below it.
    public var isHeld = false
    /// That sink, where the limit is reached.
    public var holder: String?
    /// `holder` holds it, and nothing new is to be written.
    public var isFull = false

    public init() {}
}
