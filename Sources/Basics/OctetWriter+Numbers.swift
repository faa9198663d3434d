/// Numbers in digits, without a `String` between.
extension OctetWriter {
    /// A number of 64 bits has 20 digits at most.
    private static let maximumDigits = 20

    public mutating func append(decimal number: UInt32) {
        if number < 10 { return append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number)) }
        let digits = OctetWriter.digitCount(number)
        makeRoom(digits)
        unsafe OctetWriter.write(number, digits, to: base + used)
        used &+= digits
    }

    public mutating func append(decimal number: Int32) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(decimal: number.magnitude)
    }

    public mutating func append(decimal number: UInt64) {
        if let small = UInt32(exactly: number) { return append(decimal: small) }
        // Nine digits at a time: what is divided then fits 32 bits for most of the way.
        let (head, tail) = number.quotientAndRemainder(dividingBy: 1_000_000_000)
        append(decimal: head)
        append(decimal: UInt32(tail), width: 9)
    }

    public mutating func append(decimal number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(decimal: number.magnitude)
    }

    public mutating func append(decimal number: Int) { append(decimal: Int64(number)) }

    /// With zeros in front, so that it has at least `width` digits.
    public mutating func append(decimal number: UInt32, width: Int) {
        let digits = max(OctetWriter.digitCount(number), min(width, OctetWriter.maximumDigits))
        makeRoom(digits)
        unsafe OctetWriter.write(number, digits, to: base + used)
        used &+= digits
    }

    /// Two digits.
    public mutating func append(hex octet: UInt8, isUppercase: Bool = false) {
        let letters = (isUppercase ? UInt8(ascii: "A") : UInt8(ascii: "a")) - 10
        func digit(_ value: UInt8) -> UInt8 { (value < 10 ? UInt8(ascii: "0") : letters) &+ value }
        append(digit(octet >> 4))
        append(digit(octet & 0x0f))
    }

    /// Two digits for each octet.
    public mutating func append(hex octets: RawSpan, isUppercase: Bool = false, separator: UInt8? = nil) {
        makeRoom(octets.byteCount * 3)
        for offset in octets.byteOffsets {
            if let separator, offset > 0 { append(separator) }
            // In bounds, and any octet is a UInt8.
            append(
                hex: unsafe octets.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self), isUppercase: isUppercase
            )
        }
    }

    /// `192.0.2.1`, from host order.
    public mutating func append(dotted address: UInt32) {
        append(decimal: address >> 24)
        append(UInt8(ascii: "."))
        append(decimal: address >> 16 & 0xff)
        append(UInt8(ascii: "."))
        append(decimal: address >> 8 & 0xff)
        append(UInt8(ascii: "."))
        append(decimal: address & 0xff)
    }

    private static func digitCount(_ number: UInt32) -> Int {
        if number < 10 { return 1 }
        if number < 100 { return 2 }
        if number < 1_000 { return 3 }
        if number < 10_000 { return 4 }
        if number < 100_000 { return 5 }
        if number < 1_000_000 { return 6 }
        if number < 10_000_000 { return 7 }
        if number < 100_000_000 { return 8 }
        return number < 1_000_000_000 ? 9 : 10
    }

    /// From the last digit to the first; the caller has made room for as many.
    private static func write(_ number: UInt32, _ digits: Int, to place: UnsafeMutablePointer<UInt8>) {
        var rest = number
        var index = digits - 1
        while index >= 0 {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            unsafe place[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
            rest = quotient
            index -= 1
        }
    }
}
