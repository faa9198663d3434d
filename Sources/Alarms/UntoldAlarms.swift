public import Basics

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

    public init(alarm: Int64, sink: String, due: Timestamp?, follows: Bool, known: Severity? = nil) {
        self.alarm = alarm
        self.sink = sink
        self.due = due
        self.follows = follows
        self.known = known
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
    /// Dues in order, with those that no longer hold among them.
    private var dues: [(time: Timestamp, alarm: Int64)] = []
    private var changed: Set<Int64> = []

    public init(_ stored: [(AlarmKey, UntoldAlarm)] = []) {
        for (key, untold) in stored {
            entries[untold.alarm, default: Entry(key: key, sinks: [])].sinks.append(untold)
            if let due = untold.due { dues.append((due, untold.alarm)) }
        }
        dues.sort { ($0.time, $0.alarm) < ($1.time, $1.alarm) }
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
            untold.follows = untold.follows || before.follows
            if let due = before.due, let new = untold.due { untold.due = min(due, new) } else { untold.due = nil }
        }
        if let due = untold.due { insert(due, untold.alarm) }
        entry.sinks.append(untold)
        entry.sinks.sort { $0.sink < $1.sink }
        entries[untold.alarm] = entry
        changed.insert(untold.alarm)
    }

    private mutating func insert(_ due: Timestamp, _ alarm: Int64) {
        // Mostly the latest: one table's routes wait about equally long.
        var place = dues.count
        while place > 0, (due, alarm) < (dues[place - 1].time, dues[place - 1].alarm) { place -= 1 }
        dues.insert((due, alarm), at: place)
    }

    /// The sinks have been told, or need not be any more.
    public mutating func settle(_ sinks: some Collection<String>, of alarm: Int64) {
        guard var entry = entries[alarm], entry.sinks.contains(where: { sinks.contains($0.sink) }) else { return }
        entry.sinks.removeAll { sinks.contains($0.sink) }
        entries[alarm] = entry.sinks.isEmpty ? nil : entry
        changed.insert(alarm)
    }

    /// The alarm has ended.
    public mutating func forget(_ alarm: Int64) {
        if entries.removeValue(forKey: alarm) != nil { changed.insert(alarm) }
    }

    /// The alarm is another device's now.
    public mutating func move(_ alarm: Int64, to key: AlarmKey) {
        guard entries[alarm] != nil else { return }
        entries[alarm]?.key = key
        changed.insert(alarm)
    }

    /// The next moment at which something is due; `nil` where nothing is.
    public mutating func nextDue() -> Timestamp? {
        while let first = dues.first, !isDue(first.alarm, at: first.time) { dues.removeFirst() }
        return dues.first?.time
    }

    private func isDue(_ alarm: Int64, at time: Timestamp) -> Bool {
        entries[alarm]?.sinks.contains { $0.due.map { $0 <= time } ?? false } ?? false
    }

    /// The number of the next alarm whose due has come, with its moment; `nil` where there is none. It is asked again
    /// until what it named is settled or held back.
    public mutating func takeDue(at time: Timestamp) -> (alarm: Int64, due: Timestamp)? {
        guard let due = nextDue(), due <= time else { return nil }
        return (dues.removeFirst().alarm, due)
    }

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
