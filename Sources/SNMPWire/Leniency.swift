/// What the reader lets through although the standards forbid it (or, for lengths, only just allow it).
public struct Leniency: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// A length in more octets than it needs (`82 00 05`). RFC 3417 §8 permits it, and encoders that leave room for a
    /// length and fill it in afterwards write it, such as net-snmp's own when it builds packets from the front.
    public static let nonMinimalLengths = Leniency(rawValue: 1 << 0)
    /// An INTEGER with leading octets that say nothing (`02 04 00 00 00 05`): gosnmp's request IDs, every number of the
    /// library that ntopng carries, and Huawei line terminals.
    public static let nonMinimalIntegers = Leniency(rawValue: 1 << 1)
    /// An unsigned number without the zero octet that keeps its top bit from being a sign (`41 04 ff ff ff ff`), from
    /// agents that write counters with their INTEGER encoder. Read as unsigned, as net-snmp and Wireshark do.
    public static let negativeUnsigned = Leniency(rawValue: 1 << 2)
    /// A community of type NULL: read as an empty one. Named by our specification; neither net-snmp nor Wireshark
    /// reads it.
    public static let nullCommunity = Leniency(rawValue: 1 << 3)
    /// A community without octets: devices whose operator left the field blank, net-snmp's clients among them.
    public static let emptyCommunity = Leniency(rawValue: 1 << 4)
    /// Octets after the message, as senders leave which transmit their whole buffer.
    public static let trailingBytes = Leniency(rawValue: 1 << 5)
    /// An OBJECT IDENTIFIER without contents (`06 00`), which net-snmp and Wireshark read as 0.0.
    public static let emptyOID = Leniency(rawValue: 1 << 6)
    /// `sysUpTime.0` and `snmpTrapOID.0` anywhere among the variables, and `sysUpTime.0` as any number or absent (then
    /// 0): Kapacitor and CloudStack left it out, Seyren wrote the two the other way round.
    public static let misplacedHeader = Leniency(rawValue: 1 << 7)
    /// A Trap-PDU in a v2c message, or an SNMPv2-Trap or InformRequest in a v1 message: senders whose version was
    /// switched in one place only. net-snmp and Wireshark read both.
    public static let pduOfOtherVersion = Leniency(rawValue: 1 << 8)
    /// A tag below 31 in the form for larger ones (`bf 04` for `a4`): no device, but test suites (PROTOS c06), and
    /// Wireshark reads it.
    public static let longTags = Leniency(rawValue: 1 << 9)
    /// A request ID of 2^31 to 2^32-1 (`02 05 00 ff ff ff ff`), from senders that count unsigned. It is kept as the
    /// Int32 of the same bits, and an inform is answered with the octets that came.
    public static let unsignedRequestID = Leniency(rawValue: 1 << 10)
    /// Values of the types that RFC 1442 had and RFC 1902 withdrew: UInteger32 is read as Gauge32, NsapAddress and
    /// BIT STRING as OCTET STRING. net-snmp reads them too.
    public static let obsoleteTypes = Leniency(rawValue: 1 << 11)

    /// The standards to the letter.
    public static let none: Leniency = []
    /// All: what a receiver needs that must not lose a real device's alarm.
    public static let devices: Leniency = [
        .nonMinimalLengths, .nonMinimalIntegers, .negativeUnsigned, .nullCommunity, .emptyCommunity, .trailingBytes,
        .emptyOID, .misplacedHeader, .pduOfOtherVersion, .longTags, .unsignedRequestID, .obsoleteTypes,
    ]
}
