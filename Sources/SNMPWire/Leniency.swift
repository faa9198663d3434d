/// What the reader lets through although the standards forbid it (or, for lengths, only just allow it).
public struct Leniency: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// A length in more octets than it needs (`82 00 05`). RFC 3417 §8 permits it; encoders that leave room for a
    /// length and fill it in afterwards do so, net-snmp's forward encoder among them.
    public static let nonMinimalLengths = Leniency(rawValue: 1 << 0)
    /// An INTEGER with leading octets that say nothing (`02 04 00 00 00 05`), as agents write which copy a C `long`.
    public static let nonMinimalIntegers = Leniency(rawValue: 1 << 1)
    /// An unsigned number without the zero octet that keeps its top bit from being a sign (`41 04 ff ff ff ff`), as
    /// agents write which use their INTEGER encoder for counters. Read as net-snmp reads it: the sign is extended, and
    /// the bits are taken as unsigned.
    public static let negativeUnsigned = Leniency(rawValue: 1 << 2)
    /// A community of type NULL: read as an empty one.
    public static let nullCommunity = Leniency(rawValue: 1 << 3)
    /// A community without octets, as devices send whose operator left the field blank.
    public static let emptyCommunity = Leniency(rawValue: 1 << 4)
    /// Octets after the message, as senders leave which transmit their whole buffer.
    public static let trailingBytes = Leniency(rawValue: 1 << 5)
    /// An OBJECT IDENTIFIER without contents (`06 00`), which net-snmp writes and reads for 0.0.
    public static let emptyOID = Leniency(rawValue: 1 << 6)
    /// `sysUpTime.0` and `snmpTrapOID.0` anywhere among the variables, `sysUpTime.0` even absent (then 0): home-made
    /// senders and relays put them where they like.
    public static let misplacedHeader = Leniency(rawValue: 1 << 7)
    /// A Trap-PDU in a v2c message, or an SNMPv2-Trap-PDU in a v1 message: senders whose version was switched in one
    /// place only. net-snmp and Wireshark read both.
    public static let pduOfOtherVersion = Leniency(rawValue: 1 << 8)

    /// The standards to the letter.
    public static let none: Leniency = []
    /// All: what a receiver needs that must not lose a real device's alarm.
    public static let devices: Leniency = [
        .nonMinimalLengths, .nonMinimalIntegers, .negativeUnsigned, .nullCommunity, .emptyCommunity, .trailingBytes,
        .emptyOID, .misplacedHeader, .pduOfOtherVersion,
    ]
}
