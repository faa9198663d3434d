/// A value of a datagram as numbers and ranges: what the reader makes of it without touching the heap. It mirrors `Value`
/// case by case, since a case that could hold a slice would have every check of a datagram count references.
enum ValueLayout {
    case integer(Int32)
    case octetString(Range<Int>)
    case null
    case objectIdentifier(Range<Int>)
    case ipAddress(UInt32)
    case counter32(UInt32)
    case gauge32(UInt32)
    case timeTicks(UInt32)
    case opaque(Range<Int>)
    case float(UInt32)
    case double(UInt64)
    case counter64(UInt64)
    case noSuchObject
    case noSuchInstance
    case endOfMibView
}

extension Value {
    /// - Parameter buffer: the datagram that the layout was read from.
    init(_ layout: ValueLayout, in buffer: ArraySlice<UInt8>) {
        switch layout {
        case .integer(let number): self = .integer(number)
        case .octetString(let range): self = .octetString(buffer.octets(range))
        case .null: self = .null
        case .objectIdentifier(let range): self = .objectIdentifier(OID(checked: buffer.octets(range)))
        case .ipAddress(let address): self = .ipAddress(address)
        case .counter32(let number): self = .counter32(number)
        case .gauge32(let number): self = .gauge32(number)
        case .timeTicks(let number): self = .timeTicks(number)
        case .opaque(let range): self = .opaque(buffer.octets(range))
        case .float(let bits): self = .float(Float(bitPattern: bits))
        case .double(let bits): self = .double(Double(bitPattern: bits))
        case .counter64(let number): self = .counter64(number)
        case .noSuchObject: self = .noSuchObject
        case .noSuchInstance: self = .noSuchInstance
        case .endOfMibView: self = .endOfMibView
        }
    }
}

extension BERReader {
    @_lifetime(self: copy self)
    mutating func value() throws(WireError) -> ValueLayout {
        let start = position
        let (tag, contents) = try element()
        return try value(tag, contents, at: start)
    }

    /// - Parameter start: where the element begins.
    @inline(__always)
    func value(_ tag: UInt8, _ contents: Range<Int>, at start: Int) throws(WireError) -> ValueLayout {
        switch tag {
        case BERTag.integer: return .integer(try int32(in: contents))
        case BERTag.octetString: return .octetString(contents)
        case BERTag.objectIdentifier:
            try checkObjectIdentifier(in: contents)
            return .objectIdentifier(contents)
        case BERTag.ipAddress: return .ipAddress(try ipAddress(in: contents))
        case BERTag.counter32: return .counter32(try uint32(in: contents))
        case BERTag.gauge32: return .gauge32(try uint32(in: contents))
        case BERTag.timeTicks: return .timeTicks(try uint32(in: contents))
        case BERTag.counter64: return .counter64(try uint64(in: contents))
        case BERTag.opaque: return opaque(in: contents)
        case BERTag.null: return try empty(.null, contents)
        case BERTag.noSuchObject: return try empty(.noSuchObject, contents)
        case BERTag.noSuchInstance: return try empty(.noSuchInstance, contents)
        case BERTag.endOfMibView: return try empty(.endOfMibView, contents)
        default:
            guard leniency.contains(.obsoleteTypes), let value = try obsoleteValue(tag, contents) else {
                throw WireError(.badType, at: start)
            }
            return value
        }
    }

    func ipAddress(in range: Range<Int>) throws(WireError) -> UInt32 {
        guard range.count == 4 else { throw WireError(.badValue, at: range.lowerBound) }
        return UInt32(truncatingIfNeeded: bigEndian(in: range))
    }

    private func empty(_ value: ValueLayout, _ contents: Range<Int>) throws(WireError) -> ValueLayout {
        guard contents.isEmpty else { throw WireError(.badValue, at: contents.lowerBound) }
        return value
    }

    /// The types of RFC 1442 as what has taken their place; `nil` for any other.
    private func obsoleteValue(_ tag: UInt8, _ contents: Range<Int>) throws(WireError) -> ValueLayout? {
        switch tag {
        case BERTag.uInteger32: return .gauge32(try uint32(in: contents))
        case BERTag.nsapAddress: return .octetString(contents)
        case BERTag.bitString:
            // The first octet counts the unused bits of the last.
            guard !contents.isEmpty else { throw WireError(.badValue, at: contents.lowerBound) }
            return .octetString(contents.dropFirst())
        default: return nil
        }
    }

    /// net-snmp's float and double: `9f 78 04` and four octets, or `9f 79 08` and eight. An Opaque may hold anything
    /// (RFC 2578 §7.1.9), so whatever else it holds stays as it is.
    private func opaque(in range: Range<Int>) -> ValueLayout {
        guard range.count > 3, octet(range.lowerBound) == OpaqueTag.context,
            range.count == 3 + Int(octet(range.lowerBound + 2))
        else { return .opaque(range) }
        switch (octet(range.lowerBound + 1), range.count) {
        case (OpaqueTag.float, 7):
            return .float(UInt32(truncatingIfNeeded: bigEndian(in: range.lowerBound + 3..<range.upperBound)))
        case (OpaqueTag.double, 11): return .double(bigEndian(in: range.lowerBound + 3..<range.upperBound))
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
