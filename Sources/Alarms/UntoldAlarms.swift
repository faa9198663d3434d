public import Basics

/// Where a datagram stands in the journal.
public struct DatagramPlace: Sendable, Hashable {
    public var segment: UInt64
    public var offset: UInt64

    public init(segment: UInt64, offset: UInt64) {
        self.segment = segment
        self.offset = offset
    }
}

/// What a sink is still to be told of an alarm that stands.
public struct UntoldAlarm: Sendable, Hashable {
    /// The alarm's number.
    public var alarm: Int64
    public var sink: String
    /// When, if it still stands then (a route's `after`); `nil`: when nothing holds it back any more.
    public var due: Timestamp?
    /// Whether the sink gets the alarm's further changes and its clear, whatever the table says then.
    public var follows: Bool
    /// The severity that the sink knows of; `nil` where it has not heard of the alarm at all.
    public var known: Severity?
    /// The datagram that the sink was not told of; of several, the last. It may be gone when its time comes.
    public var datagram: DatagramPlace?

    public init(
        alarm: Int64, sink: String, due: Timestamp?, follows: Bool, known: Severity? = nil,
        datagram: DatagramPlace? = nil
    ) {
        self.alarm = alarm
        self.sink = sink
        self.due = due
        self.follows = follows
        self.known = known
        self.datagram = datagram
    }
}

/// The alarms that stand and that some sink is still to be told of, because its route waits (`after`), or a silence or
/// the device's maintenance holds them back. Pure state; an alarm that ends is forgotten here.
public struct UntoldAlarms: Sendable {
    public struct Entry: Sendable, Hashable {
        public var key: AlarmKey
        /// By name.
        public var sinks: [UntoldAlarm]
    }

    /// By the alarm's number.
    public private(set) var entries: [Int64: Entry] = [:]
    /// Each alarm's next due.
    private var dues = DeadlineQueue<Int64>()
    private var changed: Set<Int64> = []

    public init(_ stored: [(AlarmKey, UntoldAlarm)] = []) {
        for (key, untold) in stored {
            entries[untold.alarm, default: Entry(key: key, sinks: [])].sinks.append(untold)
        }
        for alarm in entries.keys { setDue(of: alarm) }
    }

    public var isEmpty: Bool { entries.isEmpty }

    /// What a sink is still to be told of the alarm; `nil` for nothing.
    public func untold(_ sink: String, of alarm: Int64) -> UntoldAlarm? {
        entries[alarm]?.sinks.first { $0.sink == sink }
    }

    /// Remembers it. What the sink knew before something was held back first is kept; a sooner due wins, and what is
    /// held back waits for that alone.
    public mutating func add(_ untold: UntoldAlarm, of key: AlarmKey) {
        var entry = entries[untold.alarm] ?? Entry(key: key, sinks: [])
        entry.key = key
        var untold = untold
        if let index = entry.sinks.firstIndex(where: { $0.sink == untold.sink }) {
            let before = entry.sinks.remove(at: index)
            untold.known = before.known
            untold.datagram = untold.datagram ?? before.datagram
            untold.follows = untold.follows || before.follows
            if let due = before.due, let new = untold.due { untold.due = min(due, new) } else { untold.due = nil }
        }
        entry.sinks.append(untold)
        entry.sinks.sort { $0.sink < $1.sink }
        entries[untold.alarm] = entry
        setDue(of: untold.alarm)
        changed.insert(untold.alarm)
    }

    private mutating func setDue(of alarm: Int64) {
        dues.set(alarm, to: entries[alarm]?.sinks.compactMap(\.due).min())
    }

    /// The sinks have been told, or need not be any more.
    public mutating func settle(_ sinks: some Collection<String>, of alarm: Int64) {
        guard var entry = entries[alarm], entry.sinks.contains(where: { sinks.contains($0.sink) }) else { return }
        entry.sinks.removeAll { sinks.contains($0.sink) }
        entries[alarm] = entry.sinks.isEmpty ? nil : entry
        setDue(of: alarm)
        changed.insert(alarm)
    }

    /// The alarm has ended.
    public mutating func forget(_ alarm: Int64) {
        guard entries.removeValue(forKey: alarm) != nil else { return }
        setDue(of: alarm)
        changed.insert(alarm)
    }

    /// The device is known by another identity now.
    public mutating func move(from previous: String, to device: String) {
        for (alarm, entry) in entries where entry.key.device == previous {
            entries[alarm]?.key.device = device
            changed.insert(alarm)
        }
    }

    /// The next moment at which something is due; `nil` where nothing is.
    public var nextDue: Timestamp? { dues.next }

    /// The number of the next alarm for which something is due by `time`; `nil` where there is none. What is due of it is
    /// then to be settled or held back; what is due later names it again.
    public mutating func takeDue(by time: Timestamp) -> Int64? { dues.takeNext(by: time)?.key }

    /// The alarms that something held back, the oldest first.
    public var heldBack: [Int64] {
        entries.filter { $0.value.sinks.contains { $0.due == nil } }.keys.sorted()
    }

    /// What the store has to write since the last call: all rows of these alarms anew.
    public mutating func takeChanges() -> [(alarm: Int64, entry: Entry?)] {
        defer { changed = [] }
        return changed.sorted().map { ($0, entries[$0]) }
    }
}
