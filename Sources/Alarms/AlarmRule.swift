public import SNMPWire

/// What one notification means, as data: a row of the rules file.
public struct AlarmRule: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Raises, changes or clears an alarm, by its severity.
        case alarm
        /// Is logged and never stands.
        case event
        /// Only refreshes the device: no event.
        case keepAlive = "keep-alive"
        /// The device began anew (coldStart): an event, and the restart is noted.
        case restart
    }

    public enum SeverityRule: Sendable, Hashable {
        case fixed(Severity)
        /// By the integer value of a variable; `otherwise` where it is absent or not in the map.
        case mapped(variable: OID, severities: [Int32: Severity], otherwise: Severity)
        /// As the vendor's severity variable says.
        case vendor
    }

    /// A part of the alarm's source.
    public enum KeyPart: Sendable, Hashable {
        /// The variable's value; its instance where it is absent from the notification but another column of its
        /// table is there.
        case value(OID)
        /// The instance of the first variable below this OID.
        case instance(OID)
        /// The variable's value, an OID, without its last arc: RFC 3877's model pointer ends in the state, which
        /// differs between the raise and its clear.
        case parent(OID)
        /// A constant, for a notification whose object is known without a variable: upsTrapOnBattery is
        /// upsTrapAlarmEntryAdded for one well-known entry.
        case literal(String)
    }

    /// What a notification must say for the rule to hold.
    public struct Condition: Sendable, Hashable {
        public var variable: OID
        /// Any of these integer values.
        public var values: Set<Int32>

        public init(variable: OID, values: Set<Int32>) {
            self.variable = variable
            self.values = values
        }
    }

    /// What becomes of the alarm when its device begins anew.
    public enum Restart: String, Sendable, Hashable, CaseIterable {
        /// It ends: the device tells anew what still is.
        case clear
        /// It stands until it is cleared.
        case keep
    }

    public var notification: OID
    public var kind: Kind
    /// All must hold; otherwise the rule before it counts.
    public var when: [Condition]
    /// The alarm's name; `nil` for the name of the notification (or of `alarmOID` where that is set).
    public var alarm: String?
    /// The OID in the alarm's key; `nil` for `notification`. A clear names its raise here, an alternate its twin.
    public var alarmOID: OID?
    public var severity: SeverityRule
    /// Empty: the device itself (or the vendor's source variable, for the vendor's traps).
    public var key: [KeyPart]
    /// With `{IF-MIB::ifDescr}` placeholders, filled with the variable's text; `nil` for a text made of the variables
    /// (or the vendor's description).
    public var text: String?
    public var eventType: String?
    public var probableCause: String?
    /// How long the alarm stands after it was told last, for one whose clear never comes; `nil`: until it is cleared.
    public var expires: Duration?
    /// `nil`: the vendor's alarms are cleared, all others kept.
    public var restart: Restart?

    public init(
        notification: OID, kind: Kind, alarm: String? = nil, alarmOID: OID? = nil, severity: SeverityRule,
        key: [KeyPart] = [], text: String? = nil, eventType: String? = nil, probableCause: String? = nil,
        when: [Condition] = [], expires: Duration? = nil, restart: Restart? = nil
    ) {
        self.notification = notification
        self.kind = kind
        self.alarm = alarm
        self.alarmOID = alarmOID
        self.severity = severity
        self.key = key
        self.text = text
        self.eventType = eventType
        self.probableCause = probableCause
        self.when = when
        self.expires = expires
        self.restart = restart
    }
}
