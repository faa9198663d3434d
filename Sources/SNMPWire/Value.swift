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

/// A value of a datagram as numbers and ranges: what the reader makes of it without touching the heap.
enum ValueLayout {
    case octetString(Range<Int>)
    case objectIdentifier(Range<Int>)
    case opaque(Range<Int>)
    /// A value that holds no octets.
    case number(Value)
}

extension Value {
    /// - Parameter buffer: the datagram that the layout was read from.
    init(_ layout: ValueLayout, in buffer: ArraySlice<UInt8>) {
        switch layout {
        case .octetString(let range): self = .octetString(buffer.octets(range))
        case .objectIdentifier(let range): self = .objectIdentifier(OID(checked: buffer.octets(range)))
        case .opaque(let range): self = .opaque(buffer.octets(range))
        case .number(let value): self = value
        }
    }
}

extension BERReader {
    @_lifetime(self: copy self)
    mutating func value() throws(WireError) -> ValueLayout {
        let start = position
        let (tag, contents) = try element()
        switch tag {
        case BERTag.integer: return .number(.integer(try int32(in: contents)))
        case BERTag.octetString: return .octetString(contents)
        case BERTag.objectIdentifier:
            try checkObjectIdentifier(in: contents)
            return .objectIdentifier(contents)
        case BERTag.ipAddress: return .number(.ipAddress(try ipAddress(in: contents)))
        case BERTag.counter32: return .number(.counter32(try uint32(in: contents)))
        case BERTag.gauge32: return .number(.gauge32(try uint32(in: contents)))
        case BERTag.timeTicks: return .number(.timeTicks(try uint32(in: contents)))
        case BERTag.counter64: return .number(.counter64(try uint64(in: contents)))
        case BERTag.opaque: return opaque(in: contents)
        case BERTag.null: return .number(try empty(.null, contents))
        case BERTag.noSuchObject: return .number(try empty(.noSuchObject, contents))
        case BERTag.noSuchInstance: return .number(try empty(.noSuchInstance, contents))
        case BERTag.endOfMibView: return .number(try empty(.endOfMibView, contents))
        default:
            guard leniency.contains(.obsoleteTypes), let value = try obsoleteValue(tag, contents) else {
                throw WireError(.badType, at: start)
            }
            return value
        }
    }

    /// The types of RFC 1442 as what has taken their place; `nil` for any other.
    private func obsoleteValue(_ tag: UInt8, _ contents: Range<Int>) throws(WireError) -> ValueLayout? {
        switch tag {
        case BERTag.uInteger32: return .number(.gauge32(try uint32(in: contents)))
        case BERTag.nsapAddress: return .octetString(contents)
        case BERTag.bitString:
            // The first octet counts the unused bits of the last.
            guard !contents.isEmpty else { throw WireError(.badValue, at: contents.lowerBound) }
            return .octetString(contents.dropFirst())
        default: return nil
        }
    }

    func ipAddress(in range: Range<Int>) throws(WireError) -> UInt32 {
        guard range.count == 4 else { throw WireError(.badValue, at: range.lowerBound) }
        return range.reduce(0) { $0 << 8 | UInt32(octet($1)) }
    }

    private func empty(_ value: Value, _ contents: Range<Int>) throws(WireError) -> Value {
        guard contents.isEmpty else { throw WireError(.badValue, at: contents.lowerBound) }
        return value
    }

    /// net-snmp's float and double: `9f 78 04` and four octets, or `9f 79 08` and eight. An Opaque may hold anything
    /// (RFC 2578 §7.1.9), so whatever else it holds stays as it is.
    private func opaque(in range: Range<Int>) -> ValueLayout {
        guard range.count > 3, octet(range.lowerBound) == OpaqueTag.context,
            range.count == 3 + Int(octet(range.lowerBound + 2))
        else { return .opaque(range) }
        let bits = (range.lowerBound + 3..<range.upperBound).reduce(0 as UInt64) { $0 << 8 | UInt64(octet($1)) }
        switch (octet(range.lowerBound + 1), range.count) {
        case (OpaqueTag.float, 7): return .number(.float(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
        case (OpaqueTag.double, 11): return .number(.double(Double(bitPattern: bits)))
        default: return .opaque(range)
        }
    }
}

/// The tags inside an Opaque, of the withdrawn draft-perkins-opaque-01 that net-snmp follows.
enum OpaqueTag {
    static let context: UInt8 = 0x9f
    static let float: UInt8 = 0x78
    static let double: UInt8 = 0x79
}

extension ArraySlice<UInt8> {
    /// The octets in a range that counts from the slice's first; empty where the range does not lie within.
    func octets(_ range: Range<Int>) -> ArraySlice<UInt8> {
        guard range.lowerBound >= 0, range.upperBound <= count else { return [] }
        return self[startIndex + range.lowerBound..<startIndex + range.upperBound]
    }
}
