/// A cursor over the BER elements of a datagram (X.690 as RFC 3417 §8 narrows it). Any octets give values or a
/// `WireError`; nothing is copied or allocated. Positions count from the datagram's first octet.
struct BERReader: ~Escapable {
    private let bytes: RawSpan
    private(set) var position: Int
    /// Where the element ends that is being read.
    private(set) var end: Int
    let leniency: Leniency

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, leniency: Leniency) {
        self.bytes = bytes
        self.position = 0
        self.end = bytes.byteCount
        self.leniency = leniency
    }

    var isAtEnd: Bool { position >= end }

    /// A reader of the octets in `range`, which must lie within this reader's datagram.
    @_lifetime(copy self)
    func inside(_ range: Range<Int>) -> BERReader {
        var reader = self
        reader.position = range.lowerBound
        reader.end = min(range.upperBound, bytes.byteCount)
        return reader
    }

    /// Goes on behind what was read without moving.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func move(to position: Int) {
        self.position = min(max(position, self.position), end)
    }

    /// 4 octets from `offset` on, the first one lowest; `nil` where they are not all before `end`.
    @inline(__always)
    func fourOctets(_ offset: Int) -> UInt32? {
        guard offset >= 0, offset &+ 4 <= end, end <= bytes.byteCount else { return nil }
        // In bounds, and any 4 octets are a UInt32.
        return UInt32(
            littleEndian: unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
    }

    /// The octet at `offset`; 0 outside the datagram, so that no arithmetic slip can read another's memory.
    @inline(__always)
    func octet(_ offset: Int) -> UInt8 {
        guard offset >= 0, offset < bytes.byteCount else { return 0 }
        // In bounds, and any octet is a UInt8.
        return unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// The tag of the next element, without reading it; 0 at the end.
    var nextTag: UInt8 { isAtEnd ? 0 : octet(position) }

    /// Reads any element and moves past it.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func element() throws(WireError) -> (tag: UInt8, contents: Range<Int>) {
        guard position < end else { throw WireError(missing, at: position) }
        var tag = octet(position)
        var length = Int(octet(position + 1))
        if tag & 0x1f != 0x1f, length < 0x80, length <= end - position - 2 {
            // Nearly all elements.
            position += 2
        } else {
            tag = try self.tag()
            length = try self.length()
        }
        let contents = position..<(position + length)
        position += length
        return (tag, contents)
    }

    /// Reads an element that must have this tag, and moves past it.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func element(_ tag: UInt8) throws(WireError) -> Range<Int> {
        let start = position
        let (found, contents) = try element()
        guard found == tag else { throw WireError(.badType, at: start) }
        return contents
    }

    /// Says that nothing may follow.
    func expectEnd() throws(WireError) {
        guard isAtEnd else { throw WireError(.trailingBytes, at: position) }
    }

    /// What it is when octets are wanted past `end`: the datagram's end, or only that of the element around.
    private var missing: WireError.Code { end >= bytes.byteCount ? .truncated : .badLength }

    @_lifetime(self: copy self)
    private mutating func tag() throws(WireError) -> UInt8 {
        let first = octet(position)
        position += 1
        guard first & 0x1f == 0x1f else { return first }
        // The form for tags of 31 and more, of which SNMP has none: one octet here may hold a smaller one.
        let number = octet(position)
        guard leniency.contains(.longTags), position < end, number < 0x1f else {
            throw WireError(.badType, at: position - 1)
        }
        position += 1
        return first & 0xe0 | number
    }

    @_lifetime(self: copy self)
    private mutating func length() throws(WireError) -> Int {
        let start = position
        guard position < end else { throw WireError(missing, at: position) }
        let first = octet(position)
        position += 1
        var length = Int(first)
        if first & 0x80 != 0 {
            let count = Int(first & 0x7f)
            // None is the indefinite form, which RFC 3417 §8 forbids.
            guard count >= 1, count <= WireLimits.lengthOctets else { throw WireError(.badLength, at: start) }
            guard count <= end - position else { throw WireError(missing, at: end) }
            length = 0
            for _ in 0..<count {
                length = length << 8 | Int(octet(position))
                position += 1
                // No such element fits a datagram, and the next octet might overflow.
                guard length <= WireLimits.datagramOctets else { throw WireError(.truncated, at: start) }
            }
            let isMinimal = length >= 0x80 && (count == 1 || length >> (8 * (count - 1)) != 0)
            guard isMinimal || leniency.contains(.nonMinimalLengths) else { throw WireError(.badLength, at: start) }
        }
        guard length <= end - position else {
            throw WireError(length > bytes.byteCount - position ? .truncated : .badLength, at: start)
        }
        return length
    }
}

// MARK: - Primitive contents

extension BERReader {
    @_lifetime(self: copy self)
    mutating func int32() throws(WireError) -> Int32 {
        try int32(in: try element(BERTag.integer))
    }

    /// A signed number of 32 bits (INTEGER, Integer32).
    func int32(in range: Range<Int>) throws(WireError) -> Int32 {
        let value = try signed(in: range)
        guard let small = Int32(exactly: value) else { throw WireError(.badInteger, at: range.lowerBound) }
        return small
    }

    /// An unsigned number of 32 bits (Counter32, Gauge32, TimeTicks).
    func uint32(in range: Range<Int>) throws(WireError) -> UInt32 {
        let value = try unsigned(in: range)
        guard let small = UInt32(exactly: value) else { throw WireError(.badInteger, at: range.lowerBound) }
        return small
    }

    /// An unsigned number of 64 bits (Counter64).
    func uint64(in range: Range<Int>) throws(WireError) -> UInt64 {
        try unsigned(in: range)
    }

    /// A request ID is a signed number of 32 bits (RFC 3416 §3).
    @_lifetime(self: copy self)
    mutating func requestID() throws(WireError) -> (value: Int32, contents: Range<Int>) {
        let range = try element(BERTag.integer)
        let value = try signed(in: range)
        if let small = Int32(exactly: value) { return (small, range) }
        guard leniency.contains(.unsignedRequestID), let wide = UInt32(exactly: value) else {
            throw WireError(.badInteger, at: range.lowerBound)
        }
        return (Int32(bitPattern: wide), range)
    }

    /// A number that is never negative, so that one with its top bit set has a zero octet before it.
    private func unsigned(in range: Range<Int>) throws(WireError) -> UInt64 {
        guard range.count >= 1, range.count <= WireLimits.integerOctets + 1 else {
            throw WireError(.badInteger, at: range.lowerBound)
        }
        let first = octet(range.lowerBound)
        if first & 0x80 != 0 {
            guard leniency.contains(.negativeUnsigned) else { throw WireError(.badInteger, at: range.lowerBound) }
        } else if range.count > 1, first == 0, octet(range.lowerBound + 1) & 0x80 == 0 {
            guard leniency.contains(.nonMinimalIntegers) else { throw WireError(.badInteger, at: range.lowerBound) }
        }
        guard range.count <= WireLimits.integerOctets || first == 0 else {
            throw WireError(.badInteger, at: range.lowerBound)
        }
        return bigEndian(in: range)
    }

    /// The last 8 octets in `range` as an unsigned number.
    func bigEndian(in range: Range<Int>) -> UInt64 {
        // Read at once as the end of 8 octets where there are as many before them.
        if range.upperBound >= 8, range.upperBound <= bytes.byteCount, (1...8).contains(range.count) {
            let word = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: range.upperBound - 8, as: UInt64.self)
            let shift = UInt64(64 - 8 * range.count)
            return (UInt64(bigEndian: word) << shift) >> shift
        }
        var value: UInt64 = 0
        for offset in range {
            value = value << 8 | UInt64(octet(offset))
        }
        return value
    }

    /// A number in two's complement, of at most `WireLimits.integerOctets`.
    private func signed(in range: Range<Int>) throws(WireError) -> Int64 {
        guard range.count >= 1, range.count <= WireLimits.integerOctets else {
            throw WireError(.badInteger, at: range.lowerBound)
        }
        let first = octet(range.lowerBound)
        if range.count > 1, !leniency.contains(.nonMinimalIntegers) {
            let second = octet(range.lowerBound + 1)
            let isPadded = (first == 0 && second & 0x80 == 0) || (first == 0xff && second & 0x80 != 0)
            guard !isPadded else { throw WireError(.badInteger, at: range.lowerBound) }
        }
        return Int64(bitPattern: bigEndian(in: range) << UInt64(64 - 8 * range.count)) >> Int64(64 - 8 * range.count)
    }

    @inline(__always)
    @_lifetime(self: copy self)
    mutating func objectIdentifier() throws(WireError) -> Range<Int> {
        let range = try element(BERTag.objectIdentifier)
        try checkObjectIdentifier(in: range)
        return range
    }

    /// Minimal sub-identifiers of at most 2^32-1 (X.690 §8.19.2, RFC 2578 §3.5), and not too many.
    func checkObjectIdentifier(in range: Range<Int>) throws(WireError) {
        guard !range.isEmpty else {
            guard leniency.contains(.emptyOID) else { throw WireError(.badOID, at: range.lowerBound) }
            return
        }
        guard !holdsSmallArcs(range) else { return }
        try checkArcs(in: range)
    }

    /// Whether the octets are, seen at a glance, whole arcs of one or two octets and not too many. Half of a datagram is
    /// names, so that 8 octets are taken at a time.
    @inline(__always)
    private func holdsSmallArcs(_ range: Range<Int>) -> Bool {
        let (start, end) = (range.lowerBound, range.upperBound)
        // In bounds below: what is shorter than 8 octets is read as the end of 8. With fewer octets than arcs are
        // allowed, and the first of them two arcs, there are not too many.
        guard start >= 0, end >= 8, end <= bytes.byteCount, end &- start < WireLimits.arcs else { return false }
        var offset = start
        while offset &+ 8 < end {
            let octets = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
            if !BERReader.areSmallArcs(UInt64(littleEndian: octets)) { return false }
            offset &+= 8
        }
        let octets = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: end &- 8, as: UInt64.self)
        // What lies before the last ones, as seen here, are arcs of 0.
        let rest = UInt64.max &<< UInt64(8 &* (8 &- (end &- offset)))
        return BERReader.areSmallArcs(UInt64(littleEndian: octets) & rest)
    }

    /// Of octets that begin an arc, the first one lowest.
    @inline(__always)
    private static func areSmallArcs(_ octets: UInt64) -> Bool {
        let tops: UInt64 = 0x8080_8080_8080_8080
        let unfinished = octets & tops
        if unfinished == 0 { return true }
        // Neither two such octets in a row, nor one at the end, nor one of nothing but its top bit.
        let isLong = unfinished & (unfinished &<< 8 | 1 &<< 63) != 0
        let bits = octets ^ tops
        let hasEmpty = (bits &- 0x0101_0101_0101_0101) & ~bits & tops != 0
        return !isLong && !hasEmpty
    }

    /// The same octet by octet.
    private func checkArcs(in range: Range<Int>) throws(WireError) {
        // The first sub-identifier stands for two arcs.
        var arcs = 1
        // The bits of an unfinished arc; 0 between arcs, since none begins with an octet of nothing but a set top bit.
        var arc: UInt64 = 0
        for offset in range {
            let octet = octet(offset)
            if octet < 0x80 {
                arc = 0
                arcs += 1
            } else {
                arc = arc << 7 | UInt64(octet & 0x7f)
                // Seven bits more are to come.
                guard arc != 0, arc <= UInt64(UInt32.max >> 7) else { throw WireError(.badOID, at: offset) }
            }
        }
        guard arc == 0, arcs <= WireLimits.arcs else { throw WireError(.badOID, at: range.upperBound) }
    }

    /// Whether the octets in `range` are `oid`'s.
    func holds(_ oid: OID, in range: Range<Int>) -> Bool {
        let other = oid.encoded
        guard range.count == other.count else { return false }
        // From the end: the OIDs that are compared share their beginning.
        for distance in stride(from: range.count - 1, through: 0, by: -1)
        where octet(range.lowerBound + distance) != other[other.startIndex + distance] {
            return false
        }
        return true
    }
}
