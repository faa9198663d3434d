import Basics

/// What is remembered of alarms, by key, with the deadlines at which it is forgotten, and what of it the store does not
/// know yet.
struct AlarmMemories: Sendable {
    /// A quarter of the alarms that may stand. Each takes some 400 octets, so that they stay below 100 MiB; of an alarm
    /// that finds no room nothing is remembered, and all of it is told as it comes.
    static let limit = 262_144

    private var memories: [AlarmKey: AlarmMemory] = [:]
    private var byDevice: [String: Set<AlarmKey>] = [:]
    private var deadlines = DeadlineQueue<AlarmKey>()
    private var changed: Set<AlarmKey> = []
    /// Numbers of what is forgotten.
    private var gone: [Int64] = []
    private var lastNumber: Int64 = 0

    init(_ memories: [AlarmMemory] = []) {
        for memory in memories {
            self.memories[memory.key] = memory
            byDevice[memory.key.device, default: []].insert(memory.key)
            deadlines.set(memory.key, to: memory.due)
            lastNumber = max(lastNumber, memory.number)
        }
    }

    private mutating func nextNumber() -> Int64 {
        lastNumber += 1
        return lastNumber
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
        if memories[key] == nil {
            guard memories.count < AlarmMemories.limit else { return nil }
            memories[key] = AlarmMemory(number: nextNumber(), key: key, alarm: alarm)
            byDevice[key.device, default: []].insert(key)
        }
        guard let result = memories[key]?.change(change), let memory = memories[key] else { return nil }
        let due = memory.due
        if due == nil { drop(key, memory.number) }
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

    private mutating func drop(_ key: AlarmKey, _ number: Int64) {
        memories[key] = nil
        gone.append(number)
        byDevice[key.device]?.remove(key)
        if byDevice[key.device]?.isEmpty == true { byDevice[key.device] = nil }
    }

    mutating func forgetOrder(of device: String) {
        for key in byDevice[device] ?? [] where memories[key]?.order != nil {
            memories[key]?.order = nil
            memories[key]?.orderUntil = nil
            guard let memory = memories[key] else { continue }
            let due = memory.due
            if due == nil { drop(key, memory.number) }
            deadlines.set(key, to: due)
            changed.insert(key)
        }
    }

    /// Forgets what is remembered of a device's alarms, and gives it.
    mutating func take(of device: String) -> [AlarmKey: AlarmMemory] {
        var taken: [AlarmKey: AlarmMemory] = [:]
        for key in byDevice.removeValue(forKey: device) ?? [] {
            guard let memory = memories.removeValue(forKey: key) else { continue }
            taken[key] = memory
            gone.append(memory.number)
            deadlines.set(key, to: nil)
            changed.insert(key)
        }
        return taken
    }

    /// What was remembered of an alarm under another key is remembered of it too, in a place that `take(of:)` left.
    mutating func join(_ memory: AlarmMemory) {
        var joined = memory
        if let own = memories[memory.key] {
            joined = own.joined(by: memory)
        } else {
            joined.number = nextNumber()
        }
        memories[memory.key] = joined
        byDevice[memory.key.device, default: []].insert(memory.key)
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
    mutating func takeChanges() -> (upserts: [AlarmMemory], removals: [Int64]) {
        guard !changed.isEmpty else { return ([], []) }
        let upserts = changed.compactMap { memories[$0] }.sorted { $0.number < $1.number }
        changed.removeAll(keepingCapacity: true)
        defer { gone.removeAll(keepingCapacity: true) }
        return (upserts, gone.sorted())
    }
}
