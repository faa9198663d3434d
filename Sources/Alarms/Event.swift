public import Basics
public import SNMPWire

/// The device an event speaks of.
public struct EventDevice: Sendable, Hashable {
    /// What tells it from every other device; the sender's address until a better identity is known.
    public var id: String
    /// What the operator calls it; the address where it has no name.
    public var name: String
    /// The address that its last datagram came from.
    public var address: IPAddress
    /// Where it belongs, by its network or by the operator's word.
    public var group: String?
    public var tenant: String?
    public var site: String?

    public init(
        id: String, name: String, address: IPAddress, group: String? = nil, tenant: String? = nil, site: String? = nil
    ) {
        self.id = id
        self.name = name
        self.address = address
        self.group = group
        self.tenant = tenant
        self.site = site
    }
}

/// What a notification meant: one row of the event log.
public struct Event: Sendable, Hashable {
    /// The row's number in the event log, from 1; never reused.
    public var id: Int64
    /// When the datagram was received.
    public var time: Timestamp
    /// When the device says that it happened, where it says so.
    public var deviceTime: Timestamp?
    public var transition: Transition
    /// Why the transition came about, where the notification alone does not tell: `nothing standing`, ….
    public var reason: String?
    /// The number of the event that raised the alarm; `nil` for `logged`.
    public var alarmID: Int64?
    /// The alarm's or event's name, without its module: `acBoardEthernetLinkAlarm`, `linkDown`.
    public var alarm: String
    /// The notification's snmpTrapOID.0 value (RFC 3416 §4.2.6; RFC 3584 §3.1 for a v1 trap).
    public var oid: OID
    public var severity: Severity
    /// What it was before, with `changed` and `cleared`.
    public var previousSeverity: Severity?
    /// The highest severity since the raise; what `changed` and `cleared` are routed by.
    public var highestSeverity: Severity
    public var device: EventDevice
    /// The managed object within the device: `Board#1/EthernetLink#0`, `ifIndex.7`; empty for the device itself.
    public var source: String
    /// One line or more for a person.
    public var text: String
    /// X.733 event type: `communicationsAlarm`, ….
    public var eventType: String?
    /// X.733 probable cause: `lossOfSignal`, ….
    public var probableCause: String?
    /// How often the alarm was told since its raise; 1 for the raise itself and for `logged`.
    public var count: Int
    /// When the alarm was raised; `nil` for `logged`.
    public var raised: Timestamp?
    /// The notification's sysUpTime, in hundredths of a second; `nil` where its device's clock is not to be relied on,
    /// and of what no device told.
    public var uptime: UInt32?
    /// The vendor's running number.
    public var runningNumber: Int32?

    public init(
        id: Int64, time: Timestamp, deviceTime: Timestamp? = nil, transition: Transition, reason: String? = nil,
        alarmID: Int64? = nil, alarm: String, oid: OID, severity: Severity, previousSeverity: Severity? = nil,
        highestSeverity: Severity, device: EventDevice, source: String, text: String, eventType: String? = nil,
        probableCause: String? = nil, count: Int = 1, raised: Timestamp? = nil,
        uptime: UInt32? = nil, runningNumber: Int32? = nil
    ) {
        self.id = id
        self.time = time
        self.deviceTime = deviceTime
        self.transition = transition
        self.reason = reason
        self.alarmID = alarmID
        self.alarm = alarm
        self.oid = oid
        self.severity = severity
        self.previousSeverity = previousSeverity
        self.highestSeverity = highestSeverity
        self.device = device
        self.source = source
        self.text = text
        self.eventType = eventType
        self.probableCause = probableCause
        self.count = count
        self.raised = raised
        self.uptime = uptime
        self.runningNumber = runningNumber
    }
}
