/// An OBJECT IDENTIFIER as its BER content octets, so that comparing, hashing and matching a prefix need no decoding.
/// It may share the buffer of the datagram that it came in; `compacted()` gives one that does not.
public struct OID: Sendable {
    /// The content octets (X.690 §8.19): minimal sub-identifiers of at most 2^32-1, the first standing for two arcs.
    /// Never empty.
    public let encoded: ArraySlice<UInt8>

    /// Checks the content octets: 2 to 128 arcs, each at most 2^32-1 and in as few octets as it needs.
    public init(encoded: ArraySlice<UInt8>) throws(WireError) {
        let reader = BERReader(encoded.rawOctets, leniency: .none)
        try reader.checkObjectIdentifier(in: 0..<encoded.count)
        self.encoded = encoded
    }

    /// From `1.3.6.1` or `.1.3.6.1`; `nil` for anything else, and for fewer than 2 or more than 128 arcs.
    public init?(_ dotted: some StringProtocol) {
        var arcs: [UInt32] = []
        let parts = dotted.utf8.first == UInt8(ascii: ".") ? dotted.dropFirst()[...] : dotted[...]
        for part in parts.split(separator: ".", maxSplits: WireLimits.arcs, omittingEmptySubsequences: false) {
            // UInt32's own reader takes a sign.
            guard part.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
                let arc = UInt32(part)
            else { return nil }
            arcs.append(arc)
        }
        self.init(arcs: arcs)
    }

    /// `nil` for fewer than 2 or more than 128 arcs, or for a beginning that X.660 does not have (3.…, 0.40.…, 1.40.…).
    public init?(arcs: some Collection<UInt32>) {
        var iterator = arcs.makeIterator()
        guard arcs.count <= WireLimits.arcs, let first = iterator.next(), let second = iterator.next(), first <= 2,
            first == 2 || second < 40, second <= UInt32.max - 80
        else { return nil }
        var octets: [UInt8] = []
        octets.reserveCapacity(arcs.count + 8)
        OID.append(first * 40 + second, to: &octets)
        while let arc = iterator.next() {
            OID.append(arc, to: &octets)
        }
        self.encoded = octets[...]
    }

    /// Octets that were checked before. The empty form of a lenient reader is 0.0.
    init(checked encoded: ArraySlice<UInt8>) {
        self.encoded = encoded.isEmpty ? OID.zeroDotZero.encoded : encoded
    }

    /// 2 to 128 numbers.
    public var arcs: [UInt32] {
        var arcs: [UInt32] = []
        arcs.reserveCapacity(encoded.count + 1)
        var iterator = makeArcIterator()
        while let arc = iterator.next() {
            arcs.append(arc)
        }
        return arcs
    }

    public var arcCount: Int { OID.arcCount(of: encoded) }

    /// Of content octets that are checked.
    private static func arcCount(of octets: some Sequence<UInt8>) -> Int {
        octets.reduce(1) { $1 & 0x80 == 0 ? $0 + 1 : $0 }
    }

    /// The arcs one by one, without an array.
    public func makeArcIterator() -> ArcIterator {
        ArcIterator(encoded)
    }

    /// Whether this is `prefix` or lies below it.
    public func hasPrefix(_ prefix: OID) -> Bool {
        let (own, other) = (encoded.rawOctets, prefix.encoded.rawOctets)
        guard own.byteCount >= other.byteCount else { return false }
        // From the end: what is compared mostly shares its beginning.
        for offset in stride(from: other.byteCount - 1, through: 0, by: -1) {
            // In bounds, and any octet is a UInt8.
            let isSame =
                unsafe own.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
                == other.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
            if !isSame { return false }
        }
        return true
    }

    /// The arcs after `prefix`, none for `prefix` itself; `nil` where this does not lie below it.
    public func arcs(after prefix: OID) -> [UInt32]? {
        guard hasPrefix(prefix) else { return nil }
        var arcs: [UInt32] = []
        var iterator = ArcIterator(rest: encoded.dropFirst(prefix.encoded.count))
        while let arc = iterator.next() {
            arcs.append(arc)
        }
        return arcs
    }

    /// This OID with arcs below it; what would pass 128 arcs is cut off.
    public func appending(_ arcs: UInt32...) -> OID {
        appending(arcs: arcs)
    }

    /// This OID with arcs below it; what would pass 128 arcs is cut off.
    public func appending(arcs: some Collection<UInt32>) -> OID {
        OID.appending(arcs: arcs, to: encoded.rawOctets)
    }

    /// The same from content octets that are checked, wherever they lie: one allocation.
    static func appending(arcs: some Collection<UInt32>, to parent: RawSpan) -> OID {
        var octets: [UInt8] = []
        octets.reserveCapacity(max(parent.byteCount, 1) + arcs.count * 5)
        unsafe parent.withUnsafeBytes { unsafe octets.append(contentsOf: $0) }
        // The empty form of a lenient reader.
        if octets.isEmpty { octets.append(contentsOf: zeroDotZero.encoded) }
        for arc in arcs.prefix(WireLimits.arcs - arcCount(of: octets)) {
            OID.append(arc, to: &octets)
        }
        return OID(checked: octets[...])
    }

    /// This OID without its last `count` arcs; `nil` where fewer than 2 would be left.
    public func dropping(last count: Int) -> OID? {
        guard count > 0 else { return count == 0 ? self : nil }
        guard arcCount - count >= 2 else { return nil }
        var rest = encoded
        for _ in 0..<count {
            rest.removeLast()
            while let last = rest.last, last & 0x80 != 0 {
                rest.removeLast()
            }
        }
        return OID(checked: rest)
    }

    /// The same OID in a buffer of its own, for whoever keeps it longer than its datagram.
    public func compacted() -> OID {
        OID(checked: [UInt8](encoded)[...])
    }

    /// X.690 §8.19.2: base 128, most significant first, the top bit set on all octets but the last.
    static func append(_ arc: UInt32, to octets: inout [UInt8]) {
        var shift = arc.leadingZeroBitCount == 32 ? 0 : (31 - arc.leadingZeroBitCount) / 7 * 7
        while shift > 0 {
            octets.append(UInt8(truncatingIfNeeded: arc >> UInt32(shift)) | 0x80)
            shift -= 7
        }
        octets.append(UInt8(truncatingIfNeeded: arc) & 0x7f)
    }
}

extension OID {
    public struct ArcIterator: IteratorProtocol, Sendable {
        private var rest: ArraySlice<UInt8>
        private var second: UInt32?

        /// Of a whole OID: the first sub-identifier gives two arcs.
        init(_ encoded: ArraySlice<UInt8>) {
            self.rest = encoded
            self.pendingFirst = true
        }

        /// Of the sub-identifiers after a prefix.
        init(rest: ArraySlice<UInt8>) {
            self.rest = rest
            self.pendingFirst = false
        }

        private var pendingFirst: Bool

        public mutating func next() -> UInt32? {
            if let arc = second {
                second = nil
                return arc
            }
            guard let arc = subidentifier() else { return nil }
            guard pendingFirst else { return arc }
            pendingFirst = false
            let first = min(arc / 40, 2)
            second = arc - first * 40
            return first
        }

        private mutating func subidentifier() -> UInt32? {
            var arc: UInt32 = 0
            while let octet = rest.popFirst() {
                arc = arc << 7 | UInt32(octet & 0x7f)
                if octet & 0x80 == 0 { return arc }
            }
            return nil
        }
    }
}

extension OID: Hashable {
    public static func == (left: OID, right: OID) -> Bool {
        left.encoded == right.encoded
    }

    public func hash(into hasher: inout Hasher) {
        unsafe encoded.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}

extension OID: Comparable {
    /// By arcs, as tables are ordered (RFC 3416 §4.2.2).
    public static func < (left: OID, right: OID) -> Bool {
        // The first sub-identifier orders like the two arcs that it stands for.
        var left = ArcIterator(rest: left.encoded)
        var right = ArcIterator(rest: right.encoded)
        while true {
            guard let other = right.next() else { return false }
            guard let arc = left.next() else { return true }
            if arc != other { return arc < other }
        }
    }
}

extension OID: CustomStringConvertible {
    /// Dotted: `1.3.6.1`.
    public var description: String {
        var text = ""
        text.reserveCapacity(encoded.count * 3)
        var iterator = makeArcIterator()
        while let arc = iterator.next() {
            if !text.isEmpty { text += "." }
            text += String(arc)
        }
        return text
    }
}
