/// The order in which a number's octets stand in a file: both capture formats are written in either.
package enum ByteOrder: Sendable, Hashable {
    case little
    case big
}

extension ArraySlice<UInt8> {
    /// The unsigned number at `offset` octets from the slice's start; `nil` where the slice ends before it does, so
    /// that no header field can be read past the octets that were captured.
    func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type, at offset: Int, _ order: ByteOrder = .big
    ) -> Number? {
        let size = MemoryLayout<Number>.size
        guard offset >= 0, offset <= count - size else { return nil }
        let start = startIndex + offset
        var number: Number = 0
        for index in 0..<size {
            let octet = self[order == .big ? start + index : start + size - 1 - index]
            number = size == 1 ? Number(octet) : number << 8 | Number(octet)
        }
        return number
    }

    /// What is left after `length` octets; `nil` where there are fewer.
    func after(_ length: Int) -> ArraySlice<UInt8>? {
        length >= 0 && length <= count ? self[(startIndex + length)...] : nil
    }

    /// `length` octets from `offset`; `nil` where there are fewer.
    func octets(at offset: Int, _ length: Int) -> ArraySlice<UInt8>? {
        guard offset >= 0, length >= 0, offset <= count, length <= count - offset else { return nil }
        return self[startIndex + offset..<startIndex + offset + length]
    }
}
