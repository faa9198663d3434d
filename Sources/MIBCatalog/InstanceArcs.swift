internal import Basics
internal import SNMPWire

/// The arcs that are left of an OID behind an object, taken one by one off its encoded octets.
struct InstanceArcs: ~Escapable {
    private let encoded: RawSpan
    private var position: Int
    /// How many are left.
    private(set) var count: Int
    /// The one that was taken last.
    private(set) var previous: UInt32?

    /// - Parameter start: where they begin in the checked octets of the OID.
    @_lifetime(copy encoded)
    init(_ encoded: RawSpan, from start: Int) {
        self.encoded = encoded
        self.position = start
        self.count = 0
        for offset in start..<max(start, encoded.byteCount) where octet(offset) & 0x80 == 0 { count += 1 }
    }

    var first: UInt32? {
        var copy = self
        return count > 0 ? copy.removeFirst() : nil
    }

    /// 0 where none is left.
    @discardableResult
    @_lifetime(self: copy self)
    mutating func removeFirst() -> UInt32 {
        var arc: UInt32 = 0
        while position < encoded.byteCount {
            let octet = octet(position)
            position += 1
            arc = arc << 7 | UInt32(octet & 0x7f)
            if octet & 0x80 == 0 { break }
        }
        count = max(0, count - 1)
        previous = arc
        return arc
    }

    /// So many of them with points between.
    @_lifetime(self: copy self)
    mutating func appendNumbers(_ number: Int, to text: inout OctetWriter) {
        for index in 0..<number {
            if index > 0 { text.append(UInt8(ascii: ".")) }
            text.append(decimal: removeFirst())
        }
    }

    @inline(__always)
    private func octet(_ offset: Int) -> UInt8 {
        guard offset < encoded.byteCount else { return 0 }
        // In bounds, and any octet is a UInt8.
        return unsafe encoded.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}
