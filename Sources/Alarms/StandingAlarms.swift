import Basics

/// The alarms that stand, by key and by device, and what of them the store does not know yet.
///
/// An alarm whose clear is withheld is among them with severity cleared: it is over and its row is not.
struct StandingAlarms: Sendable {
    /// How an alarm's stored row is out of date.
    enum Age { case current, repeated, changed }

    struct Entry: Sendable {
        var alarm: ActiveAlarm
        var age = Age.current
    }

    typealias Index = Dictionary<AlarmKey, Entry>.Index

    private var entries: [AlarmKey: Entry] = [:]
    private var keysByDevice: [String: Set<AlarmKey>] = [:]
    /// How many there are of each severity, by its number.
    private(set) var counts = [Int](repeating: 0, count: Severity.allCases.count)
    /// When an alarm ends whose rule says how long it stands untold.
    private(set) var expiries = DeadlineQueue<AlarmKey>()
    /// Alarms that were raised, changed or noted since the last `takeChanges()`, and those that were only told again.
    /// An alarm that went or was taken since stays in the list and is passed over.
    private var changed: [AlarmKey] = []
    private var repeated: [AlarmKey] = []
    /// Alarms whose stored row is to go.
    private var ended: Set<AlarmKey> = []

    /// - Parameter repeated: those of the alarms whose stored row does not tell of their last repeats.
    init(_ alarms: [ActiveAlarm], repeated: [AlarmKey]) {
        for alarm in alarms { put(alarm, age: .current) }
        for key in repeated {
            guard let index = entries.index(forKey: key) else { continue }
            age(at: index, to: .repeated)
        }
    }

    /// Those whose clear is withheld too.
    var count: Int { entries.count }

    /// In the order of their raises.
    var all: [ActiveAlarm] { entries.values.map(\.alarm).sorted { $0.id < $1.id } }

    func index(of key: AlarmKey) -> Index? { entries.index(forKey: key) }

    subscript(index: Index) -> ActiveAlarm { entries.values[index].alarm }

    /// Of one device, in the order of their raises.
    func alarms(of device: String) -> [ActiveAlarm] {
        (keysByDevice[device] ?? []).compactMap { entries[$0]?.alarm }.sorted { $0.id < $1.id }
    }

    mutating func insert(_ alarm: ActiveAlarm) {
        put(alarm, age: .changed)
        changed.append(alarm.key)
        ended.remove(alarm.key)
    }

    private mutating func put(_ alarm: ActiveAlarm, age: Age) {
        if let replaced = entries.updateValue(Entry(alarm: alarm, age: age), forKey: alarm.key) {
            counts[Int(replaced.alarm.severity.rawValue)] -= 1
        }
        keysByDevice[alarm.key.device, default: []].insert(alarm.key)
        counts[Int(alarm.severity.rawValue)] += 1
        if alarm.expires != nil, alarm.severity != .cleared { expiries.set(alarm.key, to: alarm.expires) }
    }

    /// - Parameter age: what becomes of the row; an alarm that expires is written at once, since the event log does not
    ///   tell when.
    mutating func update(at index: Index, _ age: Age, _ change: (inout ActiveAlarm) -> Void) {
        let (severity, expires) = (entries.values[index].alarm.severity, entries.values[index].alarm.expires)
        change(&entries.values[index].alarm)
        // What is over does not end once more.
        if entries.values[index].alarm.severity == .cleared { entries.values[index].alarm.expires = nil }
        let after = entries.values[index].alarm.severity
        if after != severity {
            counts[Int(severity.rawValue)] -= 1
            counts[Int(after.rawValue)] += 1
        }
        let deadline = entries.values[index].alarm.expires
        if deadline != expires { expiries.set(entries.keys[index], to: deadline) }
        self.age(at: index, to: expires == deadline ? age : .changed)
    }

    mutating func remove(at index: Index) -> ActiveAlarm {
        let alarm = entries.remove(at: index).value.alarm
        counts[Int(alarm.severity.rawValue)] -= 1
        keysByDevice[alarm.key.device]?.remove(alarm.key)
        if keysByDevice[alarm.key.device]?.isEmpty == true { keysByDevice[alarm.key.device] = nil }
        if alarm.expires != nil { expiries.set(alarm.key, to: nil) }
        ended.insert(alarm.key)
        return alarm
    }

    /// The alarm that is due first; it is to be ended.
    mutating func takeExpired(by time: Timestamp) -> Index? {
        while let (key, _) = expiries.takeNext(by: time) {
            if let index = entries.index(forKey: key) { return index }
        }
        return nil
    }

    /// All that expire do so later.
    mutating func postpone(by nanoseconds: Int64) {
        for key in expiries.keys {
            guard let index = entries.index(forKey: key) else { continue }
            update(at: index, .changed) { $0.expires = $0.expires?.adding(nanoseconds) }
        }
    }

    private mutating func age(at index: Index, to age: Age) {
        let before = entries.values[index].age
        if age == .changed, before != .changed {
            changed.append(entries.keys[index])
        } else if age == .repeated, before == .current {
            repeated.append(entries.keys[index])
        } else {
            return
        }
        entries.values[index].age = age
    }

    /// What the store has to write to hold what this holds, since the last call, in a fixed order.
    mutating func takeChanges(settling: Bool) -> (upserts: [ActiveAlarm], removals: [AlarmKey]) {
        var upserts: [ActiveAlarm] = []
        StandingAlarms.take(&changed, of: &entries, into: &upserts)
        if settling { StandingAlarms.take(&repeated, of: &entries, into: &upserts) }
        let removals = ended.sorted()
        ended.removeAll(keepingCapacity: true)
        upserts.sort { $0.id < $1.id }
        return (upserts, removals)
    }

    private static func take(
        _ keys: inout [AlarmKey], of entries: inout [AlarmKey: Entry], into upserts: inout [ActiveAlarm]
    ) {
        for key in keys {
            guard let index = entries.index(forKey: key), entries.values[index].age != .current else { continue }
            entries.values[index].age = .current
            upserts.append(entries.values[index].alarm)
        }
        keys.removeAll(keepingCapacity: true)
    }
}
