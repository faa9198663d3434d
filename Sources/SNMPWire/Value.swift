/// The value of a variable: ObjectSyntax or an exception (RFC 3416 §3), with the two floating-point types that net-snmp
/// wraps in Opaque. Octets may share the datagram's buffer.
public enum Value: Sendable {
    case integer(Int32)
    case octetString(ArraySlice<UInt8>)
    case null
    case objectIdentifier(OID)
    /// In host order: 192.0.2.1 is 0xc0000201.
    case ipAddress(UInt32)
    case counter32(UInt32)
    /// Also Unsigned32, which has the same tag.
    case gauge32(UInt32)
    /// Hundredths of a second.
    case timeTicks(UInt32)
    case opaque(ArraySlice<UInt8>)
    /// An IEEE 754 number of 32 bits inside an Opaque.
    case float(Float)
    /// An IEEE 754 number of 64 bits inside an Opaque.
    case double(Double)
    case counter64(UInt64)
    case noSuchObject
    case noSuchInstance
    case endOfMibView

    /// The SMI's name of the type: `INTEGER`, `OCTET STRING`, `Counter64`, `noSuchObject`, …
    public var typeName: String {
        switch self {
        case .integer: "INTEGER"
        case .octetString: "OCTET STRING"
        case .null: "NULL"
        case .objectIdentifier: "OBJECT IDENTIFIER"
        case .ipAddress: "IpAddress"
        case .counter32: "Counter32"
        case .gauge32: "Gauge32"
        case .timeTicks: "TimeTicks"
        case .opaque: "Opaque"
        case .float: "Float"
        case .double: "Double"
        case .counter64: "Counter64"
        case .noSuchObject: "noSuchObject"
        case .noSuchInstance: "noSuchInstance"
        case .endOfMibView: "endOfMibView"
        }
    }
}

extension Value: Hashable {
    /// Floating-point numbers by their bits: what was sent equals itself, even where it is no number.
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left == right
        case (.octetString(let left), .octetString(let right)), (.opaque(let left), .opaque(let right)): left == right
        case (.objectIdentifier(let left), .objectIdentifier(let right)): left == right
        case (.ipAddress(let left), .ipAddress(let right)), (.counter32(let left), .counter32(let right)),
            (.gauge32(let left), .gauge32(let right)), (.timeTicks(let left), .timeTicks(let right)):
            left == right
        case (.float(let left), .float(let right)): left.bitPattern == right.bitPattern
        case (.double(let left), .double(let right)): left.bitPattern == right.bitPattern
        case (.counter64(let left), .counter64(let right)): left == right
        case (.null, .null), (.noSuchObject, .noSuchObject), (.noSuchInstance, .noSuchInstance),
            (.endOfMibView, .endOfMibView):
            true
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .integer(let number): hasher.combine(number)
        case .octetString(let octets), .opaque(let octets): hasher.combine(octets)
        case .objectIdentifier(let oid): hasher.combine(oid)
        case .ipAddress(let number), .counter32(let number), .gauge32(let number), .timeTicks(let number):
            hasher.combine(number)
        case .float(let number): hasher.combine(number.bitPattern)
        case .double(let number): hasher.combine(number.bitPattern)
        case .counter64(let number): hasher.combine(number)
        case .null, .noSuchObject, .noSuchInstance, .endOfMibView: hasher.combine(typeName)
        }
    }
}
