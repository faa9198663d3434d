/// Up to 32 octets that live where they stand and not on the heap: the names and engine IDs by which each datagram's
/// user and keys are looked up.
struct ShortOctets: Sendable, Hashable {
    /// RFC 3411's SnmpEngineID and RFC 3414's usmUserName end here.
    static let maximumCount = 32

    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    private(set) var count = 0

    /// `nil` for more than fit.
    init?(_ octets: RawSpan) {
        guard octets.byteCount <= Self.maximumCount else { return nil }
        count = octets.byteCount
        unsafe withUnsafeMutableBytes(of: &words) { words in
            unsafe octets.withUnsafeBytes { unsafe words.copyMemory(from: $0) }
        }
    }

    var octets: [UInt8] {
        unsafe withUnsafeBytes(of: words) { unsafe Array($0.prefix(count)) }
    }

    static func == (left: ShortOctets, right: ShortOctets) -> Bool {
        left.count == right.count && left.words == right.words
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        hasher.combine(words.0)
        hasher.combine(words.1)
        // Most engine IDs and names end before.
        if count > 16 {
            hasher.combine(words.2)
            hasher.combine(words.3)
        }
    }
}
