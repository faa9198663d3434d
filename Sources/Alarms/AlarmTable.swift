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

    private var standing: [AlarmKey: ActiveAlarm] = [:]
    /// Keys whose stored row is out of date since the last `takeChanges()`.
    private var touched: Set<AlarmKey> = []
    private let limit: Int

    public init(_ active: [ActiveAlarm] = [], limit: Int = AlarmTable.defaultLimit) {
        self.limit = limit
        for alarm in active { standing[alarm.key] = alarm }
    }

    public var count: Int { standing.count }

    /// All that stand, the oldest raise first.
    public var alarms: [ActiveAlarm] { standing.values.sorted { $0.id < $1.id } }

    public func alarm(for key: AlarmKey) -> ActiveAlarm? { standing[key] }

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
        switch interpretation.kind {
        case .keepAlive:
            return nil
        case .event, .restart:
            return logged(interpretation, device: device, time: time, eventID: eventID, reason: nil)
        case .alarm:
            break
        }
        let key = AlarmTable.key(for: interpretation, device: device)
        guard let alarm = standing[key] else {
            if interpretation.severity == .cleared {
                return logged(
                    interpretation, device: device, time: time, eventID: eventID,
                    reason: AlarmTable.reasonNothingStanding)
            }
            guard standing.count < limit else {
                return logged(
                    interpretation, device: device, time: time, eventID: eventID, reason: AlarmTable.reasonTableFull)
            }
            return raise(interpretation, key: key, device: device, time: time, eventID: eventID)
        }
        if interpretation.severity == .cleared {
            return clear(alarm, by: interpretation, device: device, time: time, eventID: eventID)
        }
        return update(alarm, by: interpretation, device: device, time: time, eventID: eventID)
    }

    /// Remembers which sinks were told of the alarm, so that what follows goes to them too. Nothing happens if it no
    /// longer stands.
    public mutating func note(sinks: [String], for key: AlarmKey) {
        guard var alarm = standing[key] else { return }
        let union = Set(alarm.sinks).union(sinks)
        guard union.count != alarm.sinks.count else { return }
        alarm.sinks = union.sorted()
        standing[key] = alarm
        touched.insert(key)
    }

    /// What the store has to write to hold what this table holds, since the last call; in a fixed order, so that one
    /// journal always gives the same transactions.
    public mutating func takeChanges() -> (upserts: [ActiveAlarm], removals: [AlarmKey]) {
        var upserts: [ActiveAlarm] = []
        var removals: [AlarmKey] = []
        for key in touched {
            if let alarm = standing[key] { upserts.append(alarm) } else { removals.append(key) }
        }
        touched.removeAll(keepingCapacity: true)
        upserts.sort { $0.id < $1.id }
        removals.sort { ($0.device, $0.source, $0.oid) < ($1.device, $1.source, $1.oid) }
        return (upserts, removals)
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
        store(alarm)
        return event(.raised, of: alarm, by: interpretation, device: device, time: time, eventID: eventID)
    }

    private mutating func update(
        _ before: ActiveAlarm, by interpretation: Interpretation, device: EventDevice, time: Timestamp, eventID: Int64
    ) -> Event {
        var alarm = before
        alarm.device = device
        alarm.severity = interpretation.severity
        if interpretation.severity.rawValue > before.highestSeverity.rawValue {
            alarm.highestSeverity = interpretation.severity
        }
        alarm.text = interpretation.text
        alarm.eventType = interpretation.eventType ?? before.eventType
        alarm.probableCause = interpretation.probableCause ?? before.probableCause
        alarm.lastTime = time
        alarm.count += 1
        store(alarm)
        let isChange = interpretation.severity != before.severity
        var event = event(
            isChange ? .changed : .repeated, of: alarm, by: interpretation, device: device, time: time,
            eventID: eventID)
        if isChange { event.previousSeverity = before.severity }
        return event
    }

    private mutating func clear(
        _ alarm: ActiveAlarm, by interpretation: Interpretation, device: EventDevice, time: Timestamp, eventID: Int64
    ) -> Event {
        standing[alarm.key] = nil
        touched.insert(alarm.key)
        var event = event(.cleared, of: alarm, by: interpretation, device: device, time: time, eventID: eventID)
        event.severity = .cleared
        event.previousSeverity = alarm.severity
        return event
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
        _ transition: Transition, of alarm: ActiveAlarm, by interpretation: Interpretation, device: EventDevice,
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

    private mutating func store(_ alarm: ActiveAlarm) {
        standing[alarm.key] = alarm
        touched.insert(alarm.key)
    }
}
