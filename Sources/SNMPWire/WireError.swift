/// Why a datagram was refused, and at which octet.
public struct WireError: Error, Sendable, Hashable {
    /// A small closed set, so that its raw values can be the reasons of a metric.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// An element ends past the end of the datagram.
        case truncated
        /// More octets than a UDP datagram can carry.
        case tooLong = "too-long"
        /// A length that is indefinite, wider than `WireLimits.lengthOctets`, past the end of the element around it,
        /// or not minimal where that is not let through.
        case badLength = "bad-length"
        /// Another tag than the message's syntax has at this place.
        case badType = "bad-type"
        /// An INTEGER or unsigned number that is empty, out of its range, or not minimal where that is not let through.
        case badInteger = "bad-integer"
        /// An OBJECT IDENTIFIER that is empty or unfinished, or that passes the limits of RFC 2578 §3.5.
        case badOID = "bad-oid"
        /// A value whose size is not its type's: an IpAddress of other than 4 octets, a NULL with contents.
        case badValue = "bad-value"
        /// A version that is neither v1, v2c nor v3.
        case badVersion = "bad-version"
        /// A community that is NULL or empty where that is not let through.
        case badCommunity = "bad-community"
        /// A v3 header against RFC 3412 §6 or RFC 3414 §2.4.
        case badSecurity = "bad-security"
        /// Octets after the end of the message or of a list.
        case trailingBytes = "trailing-bytes"
        /// A well-formed message of another kind: a request, a response or a report.
        case notANotification = "not-a-notification"
        /// A v2 notification without `snmpTrapOID.0` (or `sysUpTime.0`) in its place (RFC 3416 §4.2.6).
        case missingTrapOID = "missing-trap-oid"
        /// A v3 message whose PDU is encrypted, so that this module alone cannot tell what it is.
        case v3Unsupported = "v3-unsupported"
    }

    public var code: Code
    /// From the datagram's first octet.
    public var offset: Int

    public init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }
}

extension WireError: CustomStringConvertible {
    /// `bad-length at octet 12`.
    public var description: String { "\(code.rawValue) at octet \(offset)" }
}
