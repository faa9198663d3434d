internal import Glibc

/// A text that grows octet by octet, for what is written many thousand times a second: emptied and filled again, it
/// allocates nothing once it has its size. What must be a `String` or an array in the end is copied out of it.
@safe public struct OctetWriter: ~Copyable, @unchecked Sendable {
    // Owned: allocated by `init` and `grow`, freed by `deinit`; the first `count` octets are written.
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    @usableFromInline var used = 0

    /// - Parameter capacity: the octets that it takes before it has to grow.
    public init(capacity: Int = 256) {
        self.capacity = max(64, capacity)
        unsafe self.base = UnsafeMutablePointer.allocate(capacity: self.capacity)
    }

    deinit {
        unsafe base.deallocate()
    }

    /// How many octets stand there.
    @inlinable public var count: Int { used }
    @inlinable public var isEmpty: Bool { used == 0 }

    // MARK: - Appending

    @inlinable @inline(__always)
    public mutating func append(_ octet: UInt8) {
        makeRoom(1)
        unsafe base[count] = octet
        used &+= 1
    }

    /// Octets as they are.
    @inlinable @inline(__always)
    public mutating func append(_ octets: RawSpan) {
        unsafe octets.withUnsafeBytes { octets in
            guard let source = octets.baseAddress else { return }
            unsafe append(source.assumingMemoryBound(to: UInt8.self), octets.count)
        }
    }

    /// A text that is known when the program is built; it must be ASCII or UTF-8, as Swift's literals are.
    @inlinable @inline(__always)
    public mutating func append(_ text: StaticString) {
        unsafe append(text.utf8Start, text.utf8CodeUnitCount)
    }

    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { octets in
            guard let source = octets.baseAddress else { return }
            unsafe append(source, octets.count)
        }
    }

    public mutating func append(_ octets: ArraySlice<UInt8>) {
        unsafe octets.withUnsafeBufferPointer { octets in
            guard let source = octets.baseAddress else { return }
            unsafe append(source, octets.count)
        }
    }

    public mutating func append(_ octets: [UInt8]) { append(octets[...]) }

    /// All that stands in another one.
    public mutating func append(_ other: borrowing OctetWriter) {
        unsafe append(UnsafePointer(other.base), other.count)
    }

    @inlinable @inline(__always)
    mutating func append(_ source: UnsafePointer<UInt8>, _ number: Int) {
        makeRoom(number)
        unsafe (base + count).update(from: source, count: number)
        used &+= number
    }

    /// The same octet several times.
    public mutating func append(_ octet: UInt8, times: Int) {
        guard times > 0 else { return }
        makeRoom(times)
        unsafe (base + count).update(repeating: octet, count: times)
        used &+= times
    }

    // MARK: - What stands there

    /// All of it, as long as nothing is appended.
    public var octets: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get {
            let span = unsafe Span(_unsafeStart: UnsafePointer(base), count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Gives C all of it.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// The octets from a place on, copied.
    public func copy(from start: Int = 0) -> [UInt8] {
        precondition(start >= 0 && start <= count, "a place in another text")
        return unsafe [UInt8](UnsafeBufferPointer(start: base + start, count: count - start))
    }

    /// The text from a place on; what is not UTF-8 is shown with replacement characters.
    public func text(from start: Int = 0) -> String {
        precondition(start >= 0 && start <= count, "a place in another text")
        return unsafe String(decoding: UnsafeBufferPointer(start: base + start, count: count - start), as: UTF8.self)
    }

    /// Whether what stands from a place on is UTF-8.
    public func isUTF8(from start: Int) -> Bool {
        precondition(start >= 0 && start <= used, "a place in another text")
        let octets = unsafe UnsafeBufferPointer(start: base + start, count: used - start)
        if unsafe octets.allSatisfy({ $0 < 0x80 }) { return true }
        return unsafe String(validating: octets, as: UTF8.self) != nil
    }

    /// Takes back what was appended since there were so many octets. The room is kept.
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count, "a place in another text")
        used = count
    }

    public mutating func removeAll() { used = 0 }

    // MARK: - Room

    /// Room for so many more octets.
    @inlinable @inline(__always)
    mutating func makeRoom(_ number: Int) {
        if number > capacity - count { grow(number) }
    }

    /// At least doubles, so that a text of any length is copied a few times at most.
    @usableFromInline
    mutating func grow(_ number: Int) {
        let (wanted, isTooLong) = count.addingReportingOverflow(number)
        precondition(!isTooLong, "a text longer than memory")
        let larger = max(capacity * 2, wanted)
        let next = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe next.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = next
        capacity = larger
    }
}
