public import Basics

/// The alarms that operators cleared, and that their devices have neither raised anew nor cleared since: a device's
/// table of alarms may still list them, and that does not bring them back.
public struct ClearedByHand: Sendable {
    /// The oldest are forgotten past it: what is asked of them comes soon after or never.
    public static let limit = 65_536

    private var times: [AlarmKey: Timestamp] = [:]
    private var changed: Set<AlarmKey> = []

    public init(_ stored: [(AlarmKey, Timestamp)] = []) {
        times = Dictionary(stored) { $1 }
    }

    public var isEmpty: Bool { times.isEmpty }

    /// When it was cleared; `nil` where nobody did, or the device has spoken of it since.
    public func time(of key: AlarmKey) -> Timestamp? { times.isEmpty ? nil : times[key] }

    public mutating func note(_ key: AlarmKey, at time: Timestamp) {
        if times.count >= ClearedByHand.limit, times[key] == nil,
            let oldest = times.min(by: { ($0.value, $0.key) < ($1.value, $1.key) })
        {
            forget(oldest.key)
        }
        times[key] = time
        changed.insert(key)
    }

    /// The device has raised or cleared it.
    public mutating func forget(_ key: AlarmKey) {
        guard !times.isEmpty, times.removeValue(forKey: key) != nil else { return }
        changed.insert(key)
    }

    /// The device is known by another identity now. What was cleared under both was cleared when it was last.
    public mutating func move(from previous: String, to device: String) {
        guard previous != device else { return }
        for (key, time) in times where key.device == previous {
            forget(key)
            let moved = AlarmKey(device: device, oid: key.oid, source: key.source)
            note(moved, at: max(time, times[moved] ?? time))
        }
    }

    /// The device is known no more.
    public mutating func forget(device: String) {
        for key in times.keys where key.device == device { forget(key) }
    }

    /// What the store has to write since the last call.
    public mutating func takeChanges() -> (noted: [(AlarmKey, Timestamp)], forgotten: [AlarmKey]) {
        guard !changed.isEmpty else { return ([], []) }
        defer { changed = [] }
        let sorted = changed.sorted()
        return (sorted.compactMap { key in times[key].map { (key, $0) } }, sorted.filter { times[$0] == nil })
    }
}
