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

/// Where the sinks' cursors stand: the rows behind them are still needed.
public struct EventHolds: Sendable {
    /// One sink's.
    public struct Hold: Sendable, Hashable {
        public var sink: String
        /// The name that it had before: events may still be meant for it by that.
        public var former: String?
        /// It is done with everything of its own up to this number.
        public var event: Int64
        /// Up to this number the log does not name it, and all may be its own.
        public var born: Int64
        /// It is there and may yet deliver; a cursor that is kept for a sink's return does not.
        public var isConfigured: Bool

        public init(
            sink: String, former: String? = nil, event: Int64, born: Int64 = 0, isConfigured: Bool = true
        ) {
            self.sink = sink
            self.former = former
            self.event = event
            self.born = born
            self.isConfigured = isConfigured
        }
    }

    /// The one furthest back first; by name where two stand together, so that it is always told of the same one.
    let all: [Hold]

    /// The one furthest back.
    public var lowest: Hold? { all.first }
    /// And of the sinks that are there.
    public var delivering: Hold? { all.first(where: \.isConfigured) }

    public init(_ holds: [Hold] = []) {
        all = holds.sorted { ($0.event, $0.sink) < ($1.event, $1.sink) }
    }
}

/// A look at the event log's size, in a batch's transaction: the oldest rows go whose time has come, some thousand at
/// once, so that no transaction becomes long.
public struct EventRemoval: Sendable {
    public var retention: EventRetention
    /// The time by which the rows' age is judged.
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
    /// By sink, how many of them were its own.
    public var lost: [String: Int64] = [:]
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
