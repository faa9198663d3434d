public import Basics
public import SNMPWire

/// What tells one alarm from another: the device, the trap and the managed object.
public struct AlarmKey: Sendable, Hashable {
    public var device: String
    /// The OID of the trap that raises it; alternates of one alarm share one (BGP's two trees, linkUp and linkDown).
    public var oid: OID
    /// Normalised: without NULs and surrounding blanks.
    public var source: String

    public init(device: String, oid: OID, source: String) {
        self.device = device
        self.oid = oid
        self.source = source
    }
}

extension AlarmKey: Comparable {
    public static func < (left: AlarmKey, right: AlarmKey) -> Bool {
        (left.device, left.source, left.oid) < (right.device, right.source, right.oid)
    }
}

/// An alarm that stands.
public struct ActiveAlarm: Sendable, Hashable {
    /// The number of the event that raised it.
    public var id: Int64
    public var key: AlarmKey
    public var alarm: String
    public var device: EventDevice
    public var severity: Severity
    public var highestSeverity: Severity
    public var text: String
    public var eventType: String?
    public var probableCause: String?
    public var raised: Timestamp
    public var lastTime: Timestamp
    public var count: Int
    /// The sinks that got its raise or a change since, and so get what follows; sorted by name.
    public var sinks: [String]
    /// Who has taken it on; `nil` where nobody has.
    public var acknowledged: AlarmRemark?
    /// The last note.
    public var note: AlarmRemark?

    public init(
        id: Int64, key: AlarmKey, alarm: String, device: EventDevice, severity: Severity, highestSeverity: Severity,
        text: String, eventType: String?, probableCause: String?, raised: Timestamp, lastTime: Timestamp, count: Int,
        sinks: [String]
    ) {
        self.id = id
        self.key = key
        self.alarm = alarm
        self.device = device
        self.severity = severity
        self.highestSeverity = highestSeverity
        self.text = text
        self.eventType = eventType
        self.probableCause = probableCause
        self.raised = raised
        self.lastTime = lastTime
        self.count = count
        self.sinks = sinks
    }
}
