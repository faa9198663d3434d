import Basics

/// What is remembered of alarms, by key, with the deadlines at which it is forgotten, and what of it the store does not
/// know yet.
struct AlarmMemories: Sendable {
    /// As many as alarms may stand. Each takes some 300 octets, so that they stay below 80 MiB; of an alarm that finds no
    /// room nothing is remembered, and all of it is told as it comes.
    static let limit = 262_144

    private var memories: [AlarmKey: AlarmMemory] = [:]
    private var deadlines = DeadlineQueue<AlarmKey>()
    private var changed: Set<AlarmKey> = []

    init(_ memories: [AlarmMemory] = []) {
        for memory in memories {
            self.memories[memory.key] = memory
            deadlines.set(memory.key, to: memory.due)
        }
    }

    var isEmpty: Bool { memories.isEmpty }
    var count: Int { memories.count }
    var nextDue: Timestamp? { deadlines.next }

    subscript(key: AlarmKey) -> AlarmMemory? { memories.isEmpty ? nil : memories[key] }

    /// What is remembered of the alarm, to be changed; where nothing was, with the alarm's name. `nil` where there is
    /// no room.
    mutating func update<Result>(
        _ key: AlarmKey, alarm: String, _ change: (inout AlarmMemory) -> Result
    ) -> Result? {
        guard memories[key] != nil || memories.count < AlarmMemories.limit else { return nil }
        let result = change(&memories[key, default: AlarmMemory(key: key, alarm: alarm)])
        let due = memories[key]?.due
        if due == nil { memories[key] = nil }
        deadlines.set(key, to: due)
        changed.insert(key)
        return result
    }

    /// The key of what is due first; it is to be updated so that it no longer is.
    mutating func takeDue(by time: Timestamp) -> AlarmMemory? {
        while let (key, _) = deadlines.takeNext(by: time) {
            if let memory = memories[key] { return memory }
        }
        return nil
    }

    /// Forgets what is remembered of a device's alarms, and gives it.
    mutating func take(of device: String) -> [AlarmKey: AlarmMemory] {
        let taken = memories.filter { $0.key.device == device }
        for key in taken.keys {
            memories[key] = nil
            deadlines.set(key, to: nil)
            changed.insert(key)
        }
        return taken
    }

    /// What was remembered of an alarm under another key is remembered of it too, in a place that `take(of:)` left.
    mutating func join(_ memory: AlarmMemory) {
        let joined = memories[memory.key].map { $0.joined(by: memory) } ?? memory
        memories[memory.key] = joined
        deadlines.set(memory.key, to: joined.due)
        changed.insert(memory.key)
    }

    mutating func postpone(by nanoseconds: Int64) {
        for key in memories.keys {
            memories[key]?.postpone(by: nanoseconds)
            deadlines.set(key, to: memories[key]?.due)
            changed.insert(key)
        }
    }

    /// What the store has to write to hold what this holds, since the last call, in a fixed order.
    mutating func takeChanges() -> (upserts: [AlarmMemory], removals: [AlarmKey]) {
        guard !changed.isEmpty else { return ([], []) }
        let keys = changed.sorted()
        changed.removeAll(keepingCapacity: true)
        return (keys.compactMap { memories[$0] }, keys.filter { memories[$0] == nil })
    }
}
