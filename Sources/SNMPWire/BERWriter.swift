/// Appends BER elements, each length in as few octets as it needs (RFC 3417 §8).
struct BERWriter {
    private(set) var octets: [UInt8] = []

    init(capacity: Int = 0) {
        octets.reserveCapacity(capacity)
    }

    /// An element around what `contents` writes.
    mutating func append(_ tag: UInt8, _ contents: (inout BERWriter) -> Void) {
        let start = octets.count
        contents(&self)
        let header = BERWriter.header(tag, octets.count - start)
        octets.insert(contentsOf: header, at: start)
    }

    mutating func append(_ tag: UInt8, _ contents: some Collection<UInt8>) {
        octets.append(contentsOf: BERWriter.header(tag, contents.count))
        octets.append(contentsOf: contents)
    }

    mutating func append(_ value: Int32, tag: UInt8 = BERTag.integer) {
        appendNumber(tag, UInt64(bitPattern: Int64(value)), isNegative: value < 0)
    }

    mutating func append(unsigned value: UInt64, tag: UInt8) {
        appendNumber(tag, value, isNegative: false)
    }

    mutating func append(_ oid: OID) {
        append(BERTag.objectIdentifier, oid.encoded)
    }

    /// Octets that are elements already.
    mutating func append(encoded elements: some Collection<UInt8>) {
        octets.append(contentsOf: elements)
    }

    mutating func append(_ binding: VariableBinding) {
        append(BERTag.sequence) { writer in
            writer.append(binding.name)
            writer.append(binding.value)
        }
    }

    mutating func append(_ value: Value) {
        switch value {
        case .integer(let number): append(number)
        case .octetString(let octets): append(BERTag.octetString, octets)
        case .null: append(BERTag.null, EmptyCollection())
        case .objectIdentifier(let oid): append(oid)
        case .ipAddress(let address): append(BERTag.ipAddress, BERWriter.bigEndian(UInt64(address), 4))
        case .counter32(let number): append(unsigned: UInt64(number), tag: BERTag.counter32)
        case .gauge32(let number): append(unsigned: UInt64(number), tag: BERTag.gauge32)
        case .timeTicks(let number): append(unsigned: UInt64(number), tag: BERTag.timeTicks)
        case .counter64(let number): append(unsigned: number, tag: BERTag.counter64)
        case .opaque(let octets): append(BERTag.opaque, octets)
        case .float(let number):
            append(
                BERTag.opaque,
                [OpaqueTag.context, OpaqueTag.float, 4] + BERWriter.bigEndian(UInt64(number.bitPattern), 4))
        case .double(let number):
            append(BERTag.opaque, [OpaqueTag.context, OpaqueTag.double, 8] + BERWriter.bigEndian(number.bitPattern, 8))
        case .noSuchObject: append(BERTag.noSuchObject, EmptyCollection())
        case .noSuchInstance: append(BERTag.noSuchInstance, EmptyCollection())
        case .endOfMibView: append(BERTag.endOfMibView, EmptyCollection())
        }
    }

    /// Two's complement in as few octets as keep the sign: 1 to 9.
    private mutating func appendNumber(_ tag: UInt8, _ bits: UInt64, isNegative: Bool) {
        let magnitude = isNegative ? ~bits : bits
        let count = (64 - magnitude.leadingZeroBitCount) / 8 + 1
        octets.append(tag)
        octets.append(UInt8(truncatingIfNeeded: count))
        for index in stride(from: count - 1, through: 0, by: -1) {
            octets.append(index == 8 ? 0 : UInt8(truncatingIfNeeded: bits >> UInt64(8 * index)))
        }
    }

    private static func header(_ tag: UInt8, _ length: Int) -> [UInt8] {
        guard length >= 0x80 else { return [tag, UInt8(truncatingIfNeeded: length)] }
        let count = (Int.bitWidth - length.leadingZeroBitCount + 7) / 8
        return [tag, 0x80 | UInt8(truncatingIfNeeded: count)] + bigEndian(UInt64(length), count)
    }

    private static func bigEndian(_ bits: UInt64, _ count: Int) -> [UInt8] {
        stride(from: 8 * (count - 1), through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt64($0)) }
    }
}
