public import SNMPWire

/// What is wrong with a device: what it raises a trap for, and what then stands in its active table.
public struct DeviceAlarm: Sendable, Hashable {
    /// An alarm is one by its trap and its source: raised anew with both, it is the same.
    public struct Key: Sendable, Hashable {
        public var trap: OID
        public var source: String

        public init(trap: OID, source: String) {
            self.trap = trap
            self.source = source
        }
    }

    public var key: Key
    public var severity: DeviceSeverity
    public var text: String
    /// X.733 event type in the vendor's numbers: other 0, communications 1, quality of service 2, processing error 3,
    /// equipment 4, environmental 5.
    public var eventType: Int32
    /// X.733 probable cause in the vendor's numbers, 0 (other) to 74.
    public var probableCause: Int32
    /// AdditionalInfo1 to 3; what is missing is empty.
    public var additionalInfo: [String]

    public init(
        trap: OID, source: String, severity: DeviceSeverity, text: String = "", eventType: Int32 = 0,
        probableCause: Int32 = 0, additionalInfo: [String] = []
    ) {
        self.key = Key(trap: trap, source: source)
        self.severity = severity
        self.text = text
        self.eventType = eventType
        self.probableCause = probableCause
        self.additionalInfo = additionalInfo
    }

    /// An alarm by its number under the vendor's traps: 10 is acBoardEthernetLinkAlarm.
    public init(
        _ number: UInt32, source: String, severity: DeviceSeverity, text: String = "", eventType: Int32 = 0,
        probableCause: Int32 = 0, additionalInfo: [String] = []
    ) {
        self.init(
            trap: DeviceAlarm.trap(number), source: source, severity: severity, text: text, eventType: eventType,
            probableCause: probableCause, additionalInfo: additionalInfo)
    }

    /// The OID of one of the vendor's traps by its number.
    public static func trap(_ number: UInt32) -> OID { VendorOID.traps.appending(number) }

    /// acBoardEthernetLinkAlarm of one of the device's links.
    public static func ethernetLink(_ link: Int, _ severity: DeviceSeverity = .major) -> DeviceAlarm {
        DeviceAlarm(
            10, source: "Board#1/EthernetLink#\(link)", severity: severity,
            text: "Ethernet link alarm. LAN port number \(link) is down.", eventType: 1, probableCause: 56)
    }

    /// acProxyConnectionLost of one of the device's proxy sets.
    public static func proxyLost(_ proxySet: Int, _ severity: DeviceSeverity = .major) -> DeviceAlarm {
        DeviceAlarm(
            94, source: "System#0/ProxyConnectionLost#\(proxySet)", severity: severity,
            text: "Proxy Set Alarm. Proxy Set \(proxySet): Proxy lost. Looking for another proxy", eventType: 1,
            probableCause: 6)
    }
}
