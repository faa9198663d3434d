internal import SNMPWire

/// The known beginnings of one length, each with its place in the tree: a hash table of fixed size with open addressing,
/// compared as two numbers.
struct OIDBeginnings: Sendable {
    /// 1.3.6.1.4.1 and a vendor's number are 8 octets with one arc more, 1.3.6.1.2.1 and a standard module's table are 8
    /// too; 12 reach most objects of either but for the last steps.
    static let shortLength = 8
    static let longLength = 12

    private struct Slot: Sendable {
        var head: UInt64
        var tail: UInt32
        /// Its `point` is -1 where the slot is free.
        var place: OIDPlace
    }

    let length: Int
    private var slots: [Slot] = []
    private var mask = 0
    private var known: [[UInt8]: OIDPlace] = [:]

    /// - Parameter length: in octets, 8 to 12.
    init(length: Int) {
        self.length = length
    }

    mutating func add(_ beginning: [UInt8], _ place: OIDPlace) {
        known[beginning] = place
    }

    /// Lays the table out once all are added.
    mutating func close() {
        guard !known.isEmpty else { return }
        // A quarter full, so that nearly every search ends at its first look.
        var size = 4
        while size < known.count * 4 { size *= 2 }
        mask = size - 1
        slots = Array(
            repeating: Slot(head: 0, tail: 0, place: OIDPlace(point: -1, position: 0, entry: -1, end: 0)), count: size)
        for (beginning, place) in known {
            let (head, tail) = key(of: beginning.rawOctets)
            var index = OIDBeginnings.hash(head, tail) & mask
            while slots[index].place.point >= 0 { index = (index + 1) & mask }
            slots[index] = Slot(head: head, tail: tail, place: place)
        }
        known = [:]
    }

    /// The place that the OID's first octets lead to; `nil` where they are not known, or too few.
    @inline(__always)
    func place(of encoded: RawSpan) -> OIDPlace? {
        guard encoded.byteCount >= length, !slots.isEmpty else { return nil }
        let (head, tail) = key(of: encoded)
        let slots = slots.span
        var index = OIDBeginnings.hash(head, tail) & mask
        while slots[index].place.point >= 0 {
            if slots[index].head == head, slots[index].tail == tail { return slots[index].place }
            index = (index + 1) & mask
        }
        return nil
    }

    /// The caller has seen that there are `length` octets.
    @inline(__always)
    private func key(of encoded: RawSpan) -> (UInt64, UInt32) {
        let head = unsafe encoded.unsafeLoadUnaligned(fromUncheckedByteOffset: 0, as: UInt64.self)
        guard length > 8 else { return (head, 0) }
        return (head, unsafe encoded.unsafeLoadUnaligned(fromUncheckedByteOffset: length - 4, as: UInt32.self))
    }

    /// The upper half of a product depends on all lower octets, the lower half on none above: both halves together
    /// depend on all. Who chooses OIDs cannot choose what stands in the table, and so not how long a search is.
    @inline(__always)
    private static func hash(_ head: UInt64, _ tail: UInt32) -> Int {
        // The golden ratio's digits, which have no pattern.
        let factor: UInt64 = 0x9e37_79b9_7f4a_7c15
        let product = (head ^ UInt64(tail) << 29).multipliedFullWidth(by: factor)
        return Int(truncatingIfNeeded: product.high ^ product.low) & Int.max
    }
}
