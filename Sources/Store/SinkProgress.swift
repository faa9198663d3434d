public import Basics

/// How far a sink has come in the event log.
public struct SinkCursor: Sendable, Hashable {
    /// The sink is done with everything of its own up to this number.
    public var event: Int64
    /// Where a sink that began with the oldest event found the log's end: up to this number the log does not name it,
    /// and what of it is the sink's is decided as it is read. `nil` for a sink that began with what was new.
    public var born: Int64?
    /// Since when no sink of this name is configured; `nil` while one is.
    public var removed: Timestamp?

    public init(_ event: Int64, born: Int64? = nil, removed: Timestamp? = nil) {
        self.event = event
        self.born = born
        self.removed = removed
    }
}

/// What is to be saved of the sinks' progress, together or not at all.
public struct SinkProgress: Sendable, Hashable {
    /// Of the sinks that moved, all of their cursor.
    public var cursors: [String: SinkCursor]
    /// Sinks that have no cursor any more.
    public var freed: Set<String>
    /// Dead letters pass from the sink of the first name to that of the second.
    public var renamed: [String: String]
    /// What peers have refused for good, which these cursors pass; the oldest first.
    public var deadLetters: [DeadLetter]
    /// By sink, the events of dead letters that were asked to be sent again and were.
    public var settled: [String: Set<Int64>]

    public init(
        cursors: [String: SinkCursor] = [:], freed: Set<String> = [], renamed: [String: String] = [:],
        deadLetters: [DeadLetter] = [], settled: [String: Set<Int64>] = [:]
    ) {
        self.cursors = cursors
        self.freed = freed
        self.renamed = renamed
        self.deadLetters = deadLetters
        self.settled = settled
    }

    public var isEmpty: Bool {
        cursors.isEmpty && freed.isEmpty && renamed.isEmpty && deadLetters.isEmpty && settled.isEmpty
    }
}

/// What an operator wants done about a sink, as it was read from the journal.
public enum OperatorRequest: Sendable, Hashable {
    /// The dead letters of these events are to be sent again.
    case resendLetters(sink: String, events: ClosedRange<Int64>)
    /// They are to be taken off the list.
    case forgetLetters(sink: String, events: ClosedRange<Int64>)
    /// The cursor of a sink that is no longer configured is not to be kept.
    case forgetSink(String)
}
