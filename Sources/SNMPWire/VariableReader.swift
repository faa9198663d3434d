/// The value of a variable where it lies in its datagram: `Value` case by case, with its octets not copied and nothing
/// counted.
public enum ValueView: ~Escapable {
    case integer(Int32)
    case octetString(RawSpan)
    case null
    /// The content octets; none stand for 0.0.
    case objectIdentifier(RawSpan)
    /// In host order: 192.0.2.1 is 0xc0000201.
    case ipAddress(UInt32)
    case counter32(UInt32)
    /// Also Unsigned32, which has the same tag.
    case gauge32(UInt32)
    /// Hundredths of a second.
    case timeTicks(UInt32)
    case opaque(RawSpan)
    /// An IEEE 754 number of 32 bits inside an Opaque.
    case float(Float)
    /// An IEEE 754 number of 64 bits inside an Opaque.
    case double(Double)
    case counter64(UInt64)
    case noSuchObject
    case noSuchInstance
    case endOfMibView
}

/// A name and a value where they lie in their datagram.
public struct VariableView: ~Escapable {
    /// The content octets of the name; none stand for 0.0.
    public let name: RawSpan
    public let value: ValueView

    @_lifetime(copy name, copy value)
    init(name: RawSpan, value: ValueView) {
        self.name = name
        self.value = value
    }
}

/// Walks a list of variables where it lies; nothing is copied or allocated.
public struct VariableReader: ~Escapable {
    private let bytes: RawSpan
    private var reader: BERReader
    /// The two elements that are not told, where they stand somewhere among the others.
    private let header: (uptime: Range<Int>, trapOID: Range<Int>)

    /// - Parameter header: empty ranges where nothing is left out.
    @_lifetime(copy bytes)
    init(
        _ bytes: RawSpan, list: Range<Int>, leniency: Leniency, header: (uptime: Range<Int>, trapOID: Range<Int>)
    ) {
        self.bytes = bytes
        self.reader = BERReader(bytes, leniency: leniency).inside(list)
        self.header = header
    }

    /// The next variable, checked as it is read; `nil` at the list's end.
    @_lifetime(copy self)
    public mutating func read() throws(WireError) -> VariableView? {
        while !reader.isAtEnd {
            let start = reader.position
            let (name, value) = try reader.binding()
            if start == header.trapOID.lowerBound, !header.trapOID.isEmpty { continue }
            if start == header.uptime.lowerBound, !header.uptime.isEmpty { continue }
            return VariableView(name: bytes.octets(name), value: ValueView(value, in: bytes))
        }
        return nil
    }

    /// The next variable of a list that was checked before: it ends with the list and nowhere else.
    @_lifetime(copy self)
    public mutating func next() -> VariableView? {
        do {
            return try read()
        } catch {
            return nil
        }
    }
}

extension ValueView {
    @_lifetime(copy bytes)
    init(_ layout: ValueLayout, in bytes: RawSpan) {
        switch layout {
        case .integer(let number): self = .integer(number)
        case .octetString(let range): self = .octetString(bytes.octets(range))
        case .null: self = .null
        case .objectIdentifier(let range): self = .objectIdentifier(bytes.octets(range))
        case .ipAddress(let address): self = .ipAddress(address)
        case .counter32(let number): self = .counter32(number)
        case .gauge32(let number): self = .gauge32(number)
        case .timeTicks(let number): self = .timeTicks(number)
        case .opaque(let range): self = .opaque(bytes.octets(range))
        case .float(let bits): self = .float(Float(bitPattern: bits))
        case .double(let bits): self = .double(Double(bitPattern: bits))
        case .counter64(let number): self = .counter64(number)
        case .noSuchObject: self = .noSuchObject
        case .noSuchInstance: self = .noSuchInstance
        case .endOfMibView: self = .endOfMibView
        }
    }
}

extension Value {
    /// A copy of a value that lies in a datagram.
    public init(_ view: ValueView) {
        switch view {
        case .integer(let number): self = .integer(number)
        case .octetString(let octets): self = .octetString(octets.array[...])
        case .null: self = .null
        case .objectIdentifier(let octets): self = .objectIdentifier(OID(checked: octets.array[...]))
        case .ipAddress(let address): self = .ipAddress(address)
        case .counter32(let number): self = .counter32(number)
        case .gauge32(let number): self = .gauge32(number)
        case .timeTicks(let number): self = .timeTicks(number)
        case .opaque(let octets): self = .opaque(octets.array[...])
        case .float(let number): self = .float(number)
        case .double(let number): self = .double(number)
        case .counter64(let number): self = .counter64(number)
        case .noSuchObject: self = .noSuchObject
        case .noSuchInstance: self = .noSuchInstance
        case .endOfMibView: self = .endOfMibView
        }
    }

    /// Gives `body` the value as one that lies in a datagram, so that both are shown by the same code.
    public func withView<Result>(_ body: (ValueView) -> Result) -> Result {
        switch self {
        case .integer(let number): body(.integer(number))
        case .octetString(let octets): body(.octetString(octets.rawOctets))
        case .null: body(.null)
        case .objectIdentifier(let oid): body(.objectIdentifier(oid.octets))
        case .ipAddress(let address): body(.ipAddress(address))
        case .counter32(let number): body(.counter32(number))
        case .gauge32(let number): body(.gauge32(number))
        case .timeTicks(let number): body(.timeTicks(number))
        case .opaque(let octets): body(.opaque(octets.rawOctets))
        case .float(let number): body(.float(number))
        case .double(let number): body(.double(number))
        case .counter64(let number): body(.counter64(number))
        case .noSuchObject: body(.noSuchObject)
        case .noSuchInstance: body(.noSuchInstance)
        case .endOfMibView: body(.endOfMibView)
        }
    }
}

extension OID {
    /// The content octets where they lie.
    public var octets: RawSpan {
        @_lifetime(borrow self)
        borrowing get { encoded.rawOctets }
    }
}

extension VariableBindings {
    /// Walks the list where it lies, without a value of its own for each variable.
    public var reader: VariableReader {
        @_lifetime(borrow self)
        borrowing get {
            VariableReader(
                encoded.rawOctets, list: 0..<encoded.count, leniency: .devices, header: (0..<0, 0..<0))
        }
    }
}

extension RawSpan {
    /// The octets in a range; none where it does not lie within.
    @_lifetime(copy self)
    func octets(_ range: Range<Int>) -> RawSpan {
        guard range.lowerBound >= 0, range.upperBound <= byteCount else { return extracting(0..<0) }
        // In bounds, as was just checked.
        return unsafe extracting(unchecked: range)
    }

    /// A copy.
    var array: [UInt8] { unsafe withUnsafeBytes { unsafe [UInt8]($0) } }
}
