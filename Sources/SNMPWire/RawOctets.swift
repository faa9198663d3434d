// `Span.bytes` is unsafe in general, since an element may have padding; an octet has none. So the reader's way into an
// array is marked here, once.

extension Array where Element == UInt8 {
    /// The octets where they lie, as the readers want them.
    public var rawOctets: RawSpan {
        @_lifetime(borrow self)
        borrowing get { unsafe span.bytes }
    }
}

extension ArraySlice where Element == UInt8 {
    /// The octets where they lie, as the readers want them.
    public var rawOctets: RawSpan {
        @_lifetime(borrow self)
        borrowing get { unsafe span.bytes }
    }
}

extension ArraySlice where Element == UInt8 {
    /// The octets in a range that counts from the slice's first; empty where the range does not lie within.
    func octets(_ range: Range<Int>) -> ArraySlice<UInt8> {
        guard range.lowerBound >= 0, range.upperBound <= count else { return [] }
        return self[startIndex + range.lowerBound..<startIndex + range.upperBound]
    }
}
