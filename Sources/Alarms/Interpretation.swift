public import Basics
public import SNMPWire

/// What one notification says, before it is known what stood before it.
public struct Interpretation: Sendable, Hashable {
    public var kind: AlarmRule.Kind
    /// The alarm's or event's name, without its module.
    public var alarm: String
    /// The OID of the alarm's key: one for a raise, its clear and its alternates.
    public var alarmOID: OID
    /// The notification's own OID, as it was sent.
    public var trapOID: OID
    /// The managed object within the device, normalised; empty for the device itself.
    public var source: String
    public var severity: Severity
    public var text: String
    public var eventType: String?
    public var probableCause: String?
    /// When the device says that it happened.
    public var deviceTime: Timestamp?

    public init(
        kind: AlarmRule.Kind, alarm: String, alarmOID: OID, trapOID: OID, source: String, severity: Severity,
        text: String, eventType: String? = nil, probableCause: String? = nil, deviceTime: Timestamp? = nil
    ) {
        self.kind = kind
        self.alarm = alarm
        self.alarmOID = alarmOID
        self.trapOID = trapOID
        self.source = source
        self.severity = severity
        self.text = text
        self.eventType = eventType
        self.probableCause = probableCause
        self.deviceTime = deviceTime
    }
}
