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
    /// How long the alarm stands after this; `nil`: until it is cleared.
    public var expires: Duration?
    /// Whether the alarm ends when its device begins anew.
    public var clearsOnRestart: Bool
    /// The vendor's running number of alarms (0…32000), where the notification has one.
    public var runningNumber: Int32?
    /// The serial number of the unit that sent it, where it says so.
    public var serial: String?

    public init(
        kind: AlarmRule.Kind, alarm: String, alarmOID: OID, trapOID: OID, source: String, severity: Severity,
        text: String, eventType: String? = nil, probableCause: String? = nil, deviceTime: Timestamp? = nil,
        expires: Duration? = nil, clearsOnRestart: Bool = false, runningNumber: Int32? = nil, serial: String? = nil
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
        self.expires = expires
        self.clearsOnRestart = clearsOnRestart
        self.runningNumber = runningNumber
        self.serial = serial
    }
}
