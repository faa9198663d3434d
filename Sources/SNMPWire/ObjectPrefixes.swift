/// Objects whose scalars are looked for in lists of variables, under any of a few spellings: packed, so that looking
/// takes no more than the octets.
public struct ObjectPrefixes: Sendable, Hashable {
    /// Of each the length in two octets, and its own.
    private let packed: [UInt8]

    public init(_ objects: [OID]) {
        packed = objects.flatMap { object in
            [UInt8(object.encoded.count >> 8), UInt8(object.encoded.count & 0xff)] + object.encoded
        }
    }

    /// The octet behind the first of the objects that the name begins with: an arc, if it is under 128 (X.690 §8.19.2).
    fileprivate func arc(in name: Range<Int>, of octets: borrowing RawSpan) -> UInt8? {
        let packed = packed.rawOctets
        var place = 0
        while place + 2 <= packed.byteCount {
            let length = Int(packed.octet(place)) << 8 | Int(packed.octet(place + 1))
            let start = place + 2
            place = start + length
            guard place <= packed.byteCount, name.count >= length, name.upperBound <= octets.byteCount else { continue }
            // From the end: what is compared mostly shares its beginning.
            var rest = length
            while rest > 0, packed.octet(start + rest - 1) == octets.octet(name.lowerBound + rest - 1) { rest -= 1 }
            guard rest == 0 else { continue }
            return name.count > length ? octets.octet(name.lowerBound + length) : nil
        }
        return nil
    }
}

extension VariableBindings {
    /// The variables below these objects whose next arc is wanted, in their order. What is not wanted is passed over in
    /// its octets, so that looking for one of many costs a fraction of a walk.
    ///
    /// - Parameter arcs: a bit for each arc from 0 to 63.
    public func forEach(below objects: ObjectPrefixes, arcs: UInt64, _ body: (_ arc: UInt8, _ value: Value) -> Void) {
        var reader = BERReader(encoded.rawOctets, leniency: .devices)
        while !reader.isAtEnd {
            guard let layout = try? reader.binding() else { return }
            guard let arc = objects.arc(in: layout.name, of: encoded.rawOctets), arc < 64, arcs >> UInt64(arc) & 1 == 1
            else { continue }
            body(arc, Value(layout.value, in: encoded))
        }
    }
}

extension RawSpan {
    @inline(__always)
    fileprivate func octet(_ offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
}
