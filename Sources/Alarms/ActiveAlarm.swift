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
    /// When the device says that it was raised, where it says so.
    public var deviceTime: Timestamp?
    /// When it ends by itself; `nil`: when it is cleared.
    public var expires: Timestamp?
    /// Whether it ends when its device begins anew.
    public var clearsOnRestart: Bool
    /// The sysUpTime (hundredths of a second) and the running number of what was told last, where known: what is older
    /// than that comes too late.
    public var uptime: UInt32?
    public var runningNumber: Int32?

    public init(
        id: Int64, key: AlarmKey, alarm: String, device: EventDevice, severity: Severity, highestSeverity: Severity,
        text: String, eventType: String?, probableCause: String?, raised: Timestamp, lastTime: Timestamp, count: Int,
        sinks: [String], deviceTime: Timestamp? = nil, expires: Timestamp? = nil, clearsOnRestart: Bool = false,
        uptime: UInt32? = nil, runningNumber: Int32? = nil
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
        self.deviceTime = deviceTime
        self.expires = expires
        self.clearsOnRestart = clearsOnRestart
        self.uptime = uptime
        self.runningNumber = runningNumber
    }
}
