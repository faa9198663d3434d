public import Basics

/// What became of an alarm without a notification that says so: to be told as an event, or as a fact of Trapline's own.
public enum AlarmNews: Sendable, Hashable {
    /// It ended: its time was up, or its device began anew.
    case ended(ActiveAlarm, reason: String)
    /// The net change of what was withheld: it ended, has another severity than the one told last, or stands as before.
    case endedMeanwhile(ActiveAlarm, told: Severity, withheld: Int)
    case changedMeanwhile(ActiveAlarm, told: Severity, withheld: Int)
    case standsStill(ActiveAlarm, withheld: Int)
    /// It changed so often that it is held from now on.
    case flapping(AlarmKey, alarm: String, changes: Int)
    case flappingEnded(AlarmKey, alarm: String, withheld: Int)
    /// So much was told of it that no more is from now on.
    case suppressed(AlarmKey, alarm: String, events: Int)
    case suppressionEnded(AlarmKey, alarm: String, withheld: Int)

    /// The reason on the clear of an alarm that its rule lets end by itself.
    public static let reasonExpired = "expired"
    /// The reason on the clear of an alarm that its device had under another identity too.
    public static let reasonSameDevice = "same device"
    /// The reason on the clear of an alarm whose device an operator wants to be known no more.
    public static let reasonForgotten = "device forgotten"
    /// The reason on the clear of an alarm whose device began anew.
    public static let reasonRestarted = "device restarted"
}

extension Event {
    /// The event that tells of an alarm without a notification; `nil` for what is a fact of Trapline's own.
    public init?(id: Int64, of news: AlarmNews, at time: Timestamp) {
        switch news {
        case .ended(let alarm, let reason):
            self.init(id: id, .cleared, of: alarm, at: time, reason: reason)
            previousSeverity = alarm.severity
        case .endedMeanwhile(let alarm, let told, let withheld):
            self.init(id: id, .cleared, of: alarm, at: time, reason: Event.reason(withheld))
            previousSeverity = told
        case .changedMeanwhile(let alarm, let told, let withheld):
            self.init(id: id, .changed, of: alarm, at: time, reason: Event.reason(withheld))
            previousSeverity = told
        case .standsStill(let alarm, let withheld):
            self.init(id: id, .repeated, of: alarm, at: time, reason: Event.reason(withheld))
        case .flapping, .flappingEnded, .suppressed, .suppressionEnded:
            return nil
        }
        if transition == .cleared { severity = .cleared }
    }

    private static func reason(_ withheld: Int) -> String { "\(withheld) withheld" }

    private init(id: Int64, _ transition: Transition, of alarm: ActiveAlarm, at time: Timestamp, reason: String) {
        self.init(
            id: id, time: time, transition: transition, reason: reason, alarmID: alarm.id, alarm: alarm.alarm,
            oid: alarm.key.oid, severity: alarm.severity, highestSeverity: alarm.highestSeverity,
            device: alarm.device, source: alarm.key.source, text: alarm.text, eventType: alarm.eventType,
            probableCause: alarm.probableCause, count: alarm.count, raised: alarm.raised,
            uptime: alarm.uptime, runningNumber: alarm.runningNumber)
    }
}
