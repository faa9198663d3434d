// `Span.bytes` is unsafe in general, since an element may have padding; an octet has none. So the reader's way into an
// array is marked here, once.

extension Array where Element == UInt8 {
    var rawOctets: RawSpan {
        @_lifetime(borrow self)
        borrowing get { unsafe span.bytes }
    }
}

extension ArraySlice where Element == UInt8 {
    var rawOctets: RawSpan {
        @_lifetime(borrow self)
        borrowing get { unsafe span.bytes }
    }
}
