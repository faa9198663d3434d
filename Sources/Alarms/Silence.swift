public import Basics

/// What an operator does not want to be told of for a while: it stands in the event log as always, and no sink gets it.
public struct Silence: Sendable, Hashable {
    /// The number of the event that tells of it.
    public var id: Int64
    public var matcher: AlarmMatcher
    public var from: Timestamp
    /// Its end is not part of it.
    public var until: Timestamp
    public var reason: String
    /// Who wanted it.
    public var by: String

    public init(id: Int64, matcher: AlarmMatcher, from: Timestamp, until: Timestamp, reason: String, by: String) {
        self.id = id
        self.matcher = matcher
        self.from = from
        self.until = until
        self.reason = reason
        self.by = by
    }

    public func isInForce(at time: Timestamp) -> Bool { from <= time && time < until }
}

/// The silences that are in force or to come: pure state.
public struct SilenceTable: Sendable {
    /// Each is asked of every event that somebody is to be told of.
    public static let limit = 1_000

    /// In the order of their numbers.
    public private(set) var all: [Silence] {
        didSet { nextEnd = all.map(\.until).min() }
    }
    /// When the next one ends by itself; asked with every record.
    public private(set) var nextEnd: Timestamp?
    /// Since the last `takeChanges()`.
    private var added: Set<Int64> = []
    private var ended: Set<Int64> = []

    public init(_ silences: [Silence] = []) {
        all = silences.sorted { $0.id < $1.id }
        nextEnd = all.map(\.until).min()
    }

    /// `false` where there are too many already.
    public mutating func add(_ silence: Silence) -> Bool {
        guard all.count < SilenceTable.limit else { return false }
        all.append(silence)
        added.insert(silence.id)
        return true
    }

    /// Ends it before its time; `nil` where there is none of this number.
    public mutating func end(_ id: Int64) -> Silence? {
        guard let index = all.firstIndex(where: { $0.id == id }) else { return nil }
        if added.remove(id) == nil { ended.insert(id) }
        return all.remove(at: index)
    }

    /// Takes out those whose end has come, the first to end first.
    public mutating func advance(to time: Timestamp) -> [Silence] {
        guard let nextEnd, nextEnd <= time else { return [] }
        let over = all.filter { $0.until <= time }.sorted { ($0.until, $0.id) < ($1.until, $1.id) }
        for silence in over { _ = end(silence.id) }
        return over
    }

    /// The first one that holds the event back.
    public func silence(for event: borrowing Event, at time: Timestamp) -> Silence? {
        guard !all.isEmpty else { return nil }
        for silence in all where silence.isInForce(at: time) {
            if silence.matcher.matches(event) { return silence }
        }
        return nil
    }

    /// The same for an alarm that stands.
    public func silence(for alarm: borrowing ActiveAlarm, at time: Timestamp) -> Silence? {
        for silence in all where silence.isInForce(at: time) {
            if silence.matcher.matches(alarm) { return silence }
        }
        return nil
    }

    /// What the store has to write since the last call.
    public mutating func takeChanges() -> (added: [Silence], ended: [Int64]) {
        defer {
            added = []
            ended = []
        }
        return (all.filter { added.contains($0.id) }, ended.sorted())
    }
}
