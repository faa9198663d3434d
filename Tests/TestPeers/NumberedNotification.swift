/// Notifications of SNMPv2c that bear a number, so that a test can tell which of them came through. Encoded here and by
/// hand (RFC 3416 §3, X.690): nothing that is tested has a part in what it is tested with.
public struct NumberedNotification: Sendable {
    /// A notification that no rule knows: each is an event of its own, and none raises an alarm.
    public static let oid = "1.3.6.1.4.1.99.0.1"
    /// The variable with the number.
    public static let variable = "1.3.6.1.4.1.99.1"
    /// How the number stands in the event's text.
    public static let textPrefix = "enterprises.99.1 = "

    /// Far above 0, so that the request ID always takes four octets.
    private static let firstRequestID: Int32 = 0x0100_0000

    public let number: Int32
    public let octets: [UInt8]
    /// The one right answer to an inform: its variables and its request ID in a Response-PDU (RFC 3416 §4.2.7).
    public let response: [UInt8]

    /// - Parameter uptime: In hundredths of a second.
    public init(inform number: Int32, uptime: UInt32) {
        self.init(number: number, tag: 0xa6, uptime: uptime)
    }

    public init(trap number: Int32, uptime: UInt32) {
        self.init(number: number, tag: 0xa7, uptime: uptime)
    }

    private init(number: Int32, tag: UInt8, uptime: UInt32) {
        let mib2: [UInt8] = [0x2b, 6, 1, 2, 1]
        let snmpModules: [UInt8] = [0x2b, 6, 1, 6, 3]
        let enterprise: [UInt8] = [0x2b, 6, 1, 4, 1, 99]
        let variables = [
            Self.field(0x06, mib2 + [1, 3, 0]) + Self.field(0x43, Self.integer(Int64(uptime))),
            Self.field(0x06, snmpModules + [1, 1, 4, 1, 0]) + Self.field(0x06, enterprise + [0, 1]),
            Self.field(0x06, enterprise + [1]) + Self.field(0x02, Self.integer(Int64(number))),
        ].flatMap { Self.field(0x30, $0) }
        let noError = Self.field(0x02, [0])
        let pdu =
            Self.field(0x02, Self.integer(Int64(Self.firstRequestID + number))) + noError + noError
            + Self.field(0x30, variables)
        let head = Self.field(0x02, [1]) + Self.field(0x04, Array("public".utf8))
        self.number = number
        octets = Self.field(0x30, head + Self.field(tag, pdu))
        response = Self.field(0x30, head + Self.field(0xa2, pdu))
    }

    /// The number within a text that an event of such a notification has.
    public static func number(inText text: some StringProtocol) -> Int32? {
        text.hasPrefix(textPrefix) ? Int32(text.dropFirst(textPrefix.count)) : nil
    }

    /// All that stands here is shorter than 128 octets, where a length is one octet.
    private static func field(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        [tag, UInt8(content.count)] + content
    }

    /// Two's complement in as few octets as it takes.
    private static func integer(_ value: Int64) -> [UInt8] {
        var octets = [UInt8(truncatingIfNeeded: value)]
        var rest = value >> 8
        while !((rest == 0 && octets[0] < 0x80) || (rest == -1 && octets[0] >= 0x80)) {
            octets.insert(UInt8(truncatingIfNeeded: rest), at: 0)
            rest >>= 8
        }
        return octets
    }
}
