public import Basics

/// The alarms that stand, and what a notification does to them: raise, change, clear, repeat, or only a log entry.
///
/// Pure state. The pipeline loads it from the store at start, applies one interpretation after the other, and takes
/// the changes into the transaction that carries their events.
public struct AlarmTable: Sendable {
    /// How many alarms may stand. Each holds about 1 KiB, so a sender that invents sources without end can take
    /// 256 MiB and no more; at the limit a raise is `logged` with `reasonTableFull`, so nothing goes unseen.
    public static let defaultLimit = 262_144

    /// The reason on a clear that found no alarm to end.
    public static let reasonNothingStanding = "nothing standing"
    /// The reason on a raise that found no room.
    public static let reasonTableFull = "alarm table full"

    /// How an alarm's stored row is out of date.
    private enum Age { case current, repeated, changed }

    private struct Entry {
        var alarm: ActiveAlarm
        var age = Age.current
    }

    private var standing: [AlarmKey: Entry] = [:]
    /// Alarms that were raised, changed or noted since the last `takeChanges()`, and those that were only told again.
    /// An alarm that went or was taken since stays in the list and is passed over.
    private var changed: [AlarmKey] = []
    private var repeated: [AlarmKey] = []
    /// Alarms whose stored row is to go.
    private var ended: Set<AlarmKey> = []
    /// When an alarm ends whose rule says how long it stands untold.
    var expiries = DeadlineQueue<AlarmKey>()
    private let limit: Int

    /// - Parameter repeated: those of the alarms whose stored row does not tell of their last repeats.
    public init(_ active: [ActiveAlarm] = [], repeated: [AlarmKey] = [], limit: Int = AlarmTable.defaultLimit) {
        self.limit = limit
        for alarm in active { standing[alarm.key] = Entry(alarm: alarm) }
        for key in repeated {
            standing[key]?.age = .repeated
            self.repeated.append(key)
        }
    }

    public var count: Int { standing.count }

    /// All that stand, the oldest raise first.
    public var alarms: [ActiveAlarm] { standing.values.map(\.alarm).sorted { $0.id < $1.id } }

    public func alarm(for key: AlarmKey) -> ActiveAlarm? { standing[key]?.alarm }

    /// The key of the alarm that an interpretation speaks of.
    public static func key(for interpretation: Interpretation, device: EventDevice) -> AlarmKey {
        AlarmKey(device: device.id, oid: interpretation.alarmOID, source: interpretation.source)
    }

    /// What the notification did; `nil` for a keep-alive, which makes no event.
    ///
    /// `eventID` is the number that the event will have in the log; a raise gives it to its alarm.
    public mutating func apply(
        _ interpretation: Interpretation, device: EventDevice, time: Timestamp, eventID: Int64
    ) -> Event? {
        var followedSinks: [String] = []
        return apply(
            interpretation, device: device, time: time, eventID: eventID, followedSinks: &followedSinks)
    }

    /// The same; `followedSinks` becomes the sinks that were told of the alarm before.
    public mutating func apply(
        _ interpretation: Interpretation, device: EventDevice, time: Timestamp, eventID: Int64,
        followedSinks: inout [String]
    ) -> Event? {
        followedSinks = []
        switch interpretation.kind {
        case .keepAlive:
            return nil
        case .event, .restart:
            return logged(interpretation, device: device, time: time, eventID: eventID, reason: nil)
        case .alarm:
            break
        }
        let key = AlarmTable.key(for: interpretation, device: device)
        guard let index = standing.index(forKey: key) else {
            if interpretation.severity == .cleared {
                let reason = AlarmTable.reasonNothingStanding
                return logged(interpretation, device: device, time: time, eventID: eventID, reason: reason)
            }
            guard standing.count < limit else {
                let reason = AlarmTable.reasonTableFull
                return logged(interpretation, device: device, time: time, eventID: eventID, reason: reason)
            }
            return raise(interpretation, key: key, device: device, time: time, eventID: eventID)
        }
        followedSinks = standing.values[index].alarm.sinks
        if interpretation.severity == .cleared {
            return clear(at: index, by: interpretation, device: device, time: time, eventID: eventID)
        }
        return update(at: index, by: interpretation, device: device, time: time, eventID: eventID)
    }

    /// Remembers which sinks were told of the alarm, so that what follows goes to them too. Nothing happens if it no
    /// longer stands.
    public mutating func note(sinks: [String], for key: AlarmKey) {
        guard let index = standing.index(forKey: key) else { return }
        let before = standing.values[index].alarm.sinks
        if before.isEmpty {
            standing.values[index].alarm.sinks = sinks
        } else {
            let union = Set(before).union(sinks)
            guard union.count != before.count else { return }
            standing.values[index].alarm.sinks = union.sorted()
        }
        age(at: index, to: .changed)
    }

    /// Alters what is remembered of an alarm; `false` where it does not stand.
    mutating func alter(_ key: AlarmKey, _ change: (inout ActiveAlarm) -> Void) -> Bool {
        guard let index = standing.index(forKey: key) else { return false }
        change(&standing.values[index].alarm)
        age(at: index, to: .changed)
        return true
    }

    /// What the store has to write to hold what this table holds, since the last call; in a fixed order, so that one
    /// journal always gives the same transactions.
    ///
    /// - Parameter settling: whether alarms that were only told again are among it. Their repeats stand in the event
    ///   log, from which they can be made up.
    public mutating func takeChanges(
        settling: Bool = true
    ) -> (upserts: [ActiveAlarm], removals: [AlarmKey]) {
        var upserts: [ActiveAlarm] = []
        AlarmTable.take(&changed, of: &standing, into: &upserts)
        if settling { AlarmTable.take(&repeated, of: &standing, into: &upserts) }
        var removals = Array(ended)
        ended.removeAll(keepingCapacity: true)
        upserts.sort { $0.id < $1.id }
        removals.sort()
        return (upserts, removals)
    }

    private static func take(
        _ keys: inout [AlarmKey], of standing: inout [AlarmKey: Entry], into upserts: inout [ActiveAlarm]
    ) {
        for key in keys {
            guard let index = standing.index(forKey: key), standing.values[index].age != .current else { continue }
            standing.values[index].age = .current
            upserts.append(standing.values[index].alarm)
        }
        keys.removeAll(keepingCapacity: true)
    }

    private mutating func age(at index: Dictionary<AlarmKey, Entry>.Index, to age: Age) {
        let before = standing.values[index].age
        if age == .changed, before != .changed {
            changed.append(standing.keys[index])
        } else if age == .repeated, before == .current {
            repeated.append(standing.keys[index])
        } else {
            return
        }
        standing.values[index].age = age
    }

    // MARK: - Transitions

    private mutating func raise(
        _ interpretation: Interpretation, key: AlarmKey, device: EventDevice, time: Timestamp, eventID: Int64
    ) -> Event {
        let alarm = ActiveAlarm(
            id: eventID, key: key, alarm: interpretation.alarm, device: device, severity: interpretation.severity,
            highestSeverity: interpretation.severity, text: interpretation.text,
            eventType: interpretation.eventType, probableCause: interpretation.probableCause, raised: time,
            lastTime: time, count: 1, sinks: [])
        standing[key] = Entry(alarm: alarm, age: .changed)
        changed.append(key)
        ended.remove(key)
        return event(.raised, of: alarm, by: interpretation, device: device, time: time, eventID: eventID)
    }

    private mutating func update(
        at index: Dictionary<AlarmKey, Entry>.Index, by interpretation: Interpretation, device: EventDevice,
        time: Timestamp, eventID: Int64
    ) -> Event {
        let severity = standing.values[index].alarm.severity
        let isChange = interpretation.severity != severity
        age(at: index, to: isChange ? .changed : .repeated)
        standing.values[index].alarm.take(interpretation, device: device, time: time)
        var event = event(
            isChange ? .changed : .repeated, of: standing.values[index].alarm, by: interpretation, device: device,
            time: time, eventID: eventID)
        if isChange { event.previousSeverity = severity }
        return event
    }

    private mutating func clear(
        at index: Dictionary<AlarmKey, Entry>.Index, by interpretation: Interpretation, device: EventDevice,
        time: Timestamp, eventID: Int64
    ) -> Event {
        let alarm = remove(at: index)
        var event = event(.cleared, of: alarm, by: interpretation, device: device, time: time, eventID: eventID)
        event.severity = .cleared
        event.previousSeverity = alarm.severity
        return event
    }

    /// The alarm, which stands no more.
    mutating func remove(_ key: AlarmKey) -> ActiveAlarm? {
        standing.index(forKey: key).map { remove(at: $0) }
    }

    private mutating func remove(at index: Dictionary<AlarmKey, Entry>.Index) -> ActiveAlarm {
        let alarm = standing.remove(at: index).value.alarm
        ended.insert(alarm.key)
        return alarm
    }

    private func logged(
        _ interpretation: Interpretation, device: EventDevice, time: Timestamp, eventID: Int64, reason: String?
    ) -> Event {
        Event(
            id: eventID, time: time, deviceTime: interpretation.deviceTime, transition: .logged, reason: reason,
            alarm: interpretation.alarm, oid: interpretation.trapOID, severity: interpretation.severity,
            highestSeverity: interpretation.severity, device: device, source: interpretation.source,
            text: interpretation.text, eventType: interpretation.eventType,
            probableCause: interpretation.probableCause)
    }

    /// An event of a standing (or just ended) alarm: it keeps the alarm's name, number and history, and takes the text
    /// and the times of the notification.
    private func event(
        _ transition: Transition, of alarm: borrowing ActiveAlarm, by interpretation: Interpretation,
        device: EventDevice,
        time: Timestamp, eventID: Int64
    ) -> Event {
        Event(
            id: eventID, time: time, deviceTime: interpretation.deviceTime, transition: transition, alarmID: alarm.id,
            alarm: alarm.alarm, oid: interpretation.trapOID, severity: alarm.severity,
            highestSeverity: alarm.highestSeverity, device: device, source: alarm.key.source,
            text: interpretation.text, eventType: interpretation.eventType ?? alarm.eventType,
            probableCause: interpretation.probableCause ?? alarm.probableCause, count: alarm.count,
            raised: alarm.raised)
    }
}

extension ActiveAlarm {
    /// It was told once more.
    fileprivate mutating func take(_ interpretation: Interpretation, device: EventDevice, time: Timestamp) {
        self.device = device
        severity = interpretation.severity
        if interpretation.severity.rawValue > highestSeverity.rawValue { highestSeverity = interpretation.severity }
        text = interpretation.text
        eventType = interpretation.eventType ?? eventType
        probableCause = interpretation.probableCause ?? probableCause
        lastTime = time
        count += 1
    }
}
