/// A name and a value (VarBind of RFC 3416 §3).
public struct VariableBinding: Sendable, Hashable {
    public var name: OID
    public var value: Value

    public init(name: OID, value: Value) {
        self.name = name
        self.value = value
    }
}

/// A list of variables, kept as it came: the encoded list in the datagram's buffer, decoded anew by each walk. Walking
/// allocates nothing.
public struct VariableBindings: Sendable {
    /// The content octets of the VarBindList.
    public let encoded: ArraySlice<UInt8>
    public let count: Int

    public init(_ bindings: [VariableBinding] = []) {
        var writer = BERWriter()
        for binding in bindings {
            writer.append(binding)
        }
        self.encoded = writer.octets[...]
        self.count = bindings.count
    }

    /// Octets that were checked before.
    init(checked encoded: ArraySlice<UInt8>, count: Int) {
        self.encoded = encoded
        self.count = count
    }

    /// The value of the first variable of this name.
    public func value(of name: OID) -> Value? {
        first { $0.name == name }?.value
    }
}

extension VariableBindings: Collection {
    /// A variable's place: the octet at which it begins.
    public struct Index: Sendable, Hashable, Comparable {
        let offset: Int

        public static func < (left: Index, right: Index) -> Bool { left.offset < right.offset }
    }

    public struct Iterator: IteratorProtocol, Sendable {
        fileprivate let encoded: ArraySlice<UInt8>
        fileprivate var offset: Int

        public mutating func next() -> VariableBinding? {
            guard let (binding, next) = VariableBindings.binding(at: offset, in: encoded) else { return nil }
            offset = next
            return binding
        }
    }

    public var startIndex: Index { Index(offset: 0) }
    public var endIndex: Index { Index(offset: encoded.count) }
    public var isEmpty: Bool { encoded.isEmpty }

    public func makeIterator() -> Iterator {
        Iterator(encoded: encoded, offset: 0)
    }

    public func index(after index: Index) -> Index {
        guard let (_, next) = VariableBindings.binding(at: index.offset, in: encoded) else { return endIndex }
        return Index(offset: next)
    }

    public subscript(index: Index) -> VariableBinding {
        guard let (binding, _) = VariableBindings.binding(at: index.offset, in: encoded) else {
            preconditionFailure("an index of another list of variables")
        }
        return binding
    }

    /// The variable at a number from 0; it walks the list up to there.
    public subscript(number: Int) -> VariableBinding {
        self[index(startIndex, offsetBy: number)]
    }

    /// The list was checked when it was made, so that this ends with the list and nowhere else.
    private static func binding(at offset: Int, in encoded: ArraySlice<UInt8>) -> (VariableBinding, next: Int)? {
        guard offset < encoded.count else { return nil }
        let whole = BERReader(encoded.rawOctets, leniency: .devices)
        var reader = whole.inside(offset..<encoded.count)
        guard let layout = try? reader.binding() else { return nil }
        let binding = VariableBinding(
            name: OID(checked: encoded.octets(layout.name)), value: Value(layout.value, in: encoded))
        return (binding, reader.position)
    }
}

extension VariableBindings: Hashable {
    public static func == (left: VariableBindings, right: VariableBindings) -> Bool {
        left.count == right.count && left.elementsEqual(right)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for binding in self {
            hasher.combine(binding)
        }
    }
}

extension VariableBindings: ExpressibleByArrayLiteral {
    public init(arrayLiteral bindings: VariableBinding...) {
        self.init(bindings)
    }
}

extension BERReader {
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func binding() throws(WireError) -> (name: Range<Int>, value: ValueLayout) {
        guard let (name, tag, contents) = shortBinding() else { return try anyBinding() }
        try checkObjectIdentifier(in: name)
        let value = try value(tag, contents, at: name.upperBound)
        move(to: contents.upperBound)
        return (name, value)
    }

    /// A binding whose three lengths have an octet each and fit each other, as nearly all have; `nil` for any other,
    /// and for one that is not sound.
    @inline(__always)
    private func shortBinding() -> (name: Range<Int>, tag: UInt8, contents: Range<Int>)? {
        guard let head = fourOctets(position) else { return nil }
        let length = Int(truncatingIfNeeded: head >> 8 & 0xff)
        let nameLength = Int(truncatingIfNeeded: head >> 24)
        let limit = position &+ 2 &+ length
        let valueStart = position &+ 4 &+ nameLength
        guard head & 0x80ff_80ff == UInt32(BERTag.objectIdentifier) << 16 | UInt32(BERTag.sequence), limit <= end,
            valueStart &+ 2 <= limit
        else { return nil }
        let tag = octet(valueStart)
        let valueLength = Int(octet(valueStart &+ 1))
        guard tag & 0x1f != 0x1f, valueLength < 0x80, valueStart &+ 2 &+ valueLength == limit else { return nil }
        return (position &+ 4..<valueStart, tag, valueStart &+ 2..<limit)
    }

    @_lifetime(self: copy self)
    private mutating func anyBinding() throws(WireError) -> (name: Range<Int>, value: ValueLayout) {
        let contents = try element(BERTag.sequence)
        var reader = inside(contents)
        let name = try reader.objectIdentifier()
        let value = try reader.value()
        try reader.expectEnd()
        return (name, value)
    }

    /// Checks all that is left as a list of variables, and counts them.
    @_lifetime(self: copy self)
    mutating func countBindings() throws(WireError) -> Int {
        var count = 0
        while !isAtEnd {
            _ = try binding()
            count += 1
        }
        return count
    }
}
