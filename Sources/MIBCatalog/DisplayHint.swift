/// A compiled DISPLAY-HINT (RFC 2579 §3.1): how octets or a number are shown to people.
enum DisplayHint: Sendable, Hashable {
    case octets([OctetFormat])
    case number(NumberFormat)

    /// One octet-format specification: so many octets, shown so, followed by these characters.
    struct OctetFormat: Sendable, Hashable {
        enum Format: UInt8, Sendable {
            case hexadecimal = 0x78
            case decimal = 0x64
            case octal = 0x6f
            case ascii = 0x61
            case utf8 = 0x74
        }

        /// `*`: the next octet of the value says how often the format repeats.
        let isRepeated: Bool
        let width: Int
        let format: Format
        let separator: UInt8?
        let terminator: UInt8?

        var isText: Bool { format == .ascii || format == .utf8 }
    }

    enum NumberFormat: Sendable, Hashable {
        /// `d` or `d-2`: so many digits after the point.
        case decimal(fraction: Int)
        case hexadecimal
        case octal
        case binary
    }

    /// Wider formats than any datagram's value can fill are the same as this.
    static let maximumWidth = 65_535
    /// A 32-bit number has 10 digits; RFC 2579 names no limit, and more zeros than this help nobody.
    static let maximumFraction = 32

    /// `nil` for a hint that is not as the RFC writes it; the value is then shown as if it had none.
    init?(_ text: String, isForOctets: Bool) {
        var scanner = Scanner(Array(text.utf8))
        if isForOctets {
            guard let formats = scanner.octetFormats() else { return nil }
            self = .octets(formats)
        } else {
            guard let format = scanner.numberFormat() else { return nil }
            self = .number(format)
        }
    }

    /// The value as the hint wants it; `nil` if this is a hint for numbers.
    func text(of octets: some Collection<UInt8>) -> String? {
        guard case .octets(let formats) = self, let last = formats.last else { return nil }
        var octets = Array(octets)
        // Devices end texts with the NUL of their C strings, which no terminal or log wants.
        if last.isText { while octets.last == 0 { octets.removeLast() } }
        var shown: [UInt8] = []
        shown.reserveCapacity(octets.count * 3)
        var position = 0
        var index = 0
        while position < octets.count {
            // The last format is used again until the octets are used up.
            let isLast = index >= formats.count - 1
            let format = isLast ? last : formats[index]
            let isAlone = isLast && format.separator == nil
            index += 1
            var count = 1
            if format.isRepeated {
                count = Int(octets[position])
                position += 1
            }
            while count > 0, position < octets.count {
                let end = min(position + format.width, octets.count)
                format.append(octets[position..<end], isAlone: isAlone, to: &shown)
                position = end
                count -= 1
                if let separator = format.separator, position < octets.count { shown.append(separator) }
            }
            if let terminator = format.terminator, position < octets.count { shown.append(terminator) }
        }
        return String(decoding: shown, as: UTF8.self)
    }

    /// The value as the hint wants it; `nil` if this is a hint for octets.
    func text(of number: Int64) -> String? {
        guard case .number(let format) = self else { return nil }
        switch format {
        case .decimal(let fraction):
            let digits = String(number.magnitude)
            let sign = number < 0 ? "-" : ""
            guard fraction > 0 else { return sign + digits }
            let padded = String(repeating: "0", count: max(0, fraction + 1 - digits.count)) + digits
            return "\(sign)\(padded.dropLast(fraction)).\(padded.suffix(fraction))"
        case .hexadecimal: return String(UInt32(truncatingIfNeeded: number), radix: 16)
        case .octal: return String(UInt32(truncatingIfNeeded: number), radix: 8)
        case .binary:
            let digits = String(UInt32(truncatingIfNeeded: number), radix: 2)
            return String(repeating: "0", count: 32 - digits.count) + digits
        }
    }
}

extension DisplayHint.OctetFormat {
    /// Shows up to `width` octets. `isAlone`: no separator keeps one octet's digits apart from the next one's.
    fileprivate func append(_ octets: ArraySlice<UInt8>, isAlone: Bool, to shown: inout [UInt8]) {
        switch format {
        case .ascii, .utf8:
            shown.append(contentsOf: octets.lazy.map { $0 == 0 ? UInt8(ascii: ".") : $0 })
        case .hexadecimal, .decimal, .octal:
            let radix = format == .hexadecimal ? 16 : format == .decimal ? 10 : 8
            let digits = String(octets.suffix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }, radix: radix)
            // The RFC asks for no leading zeros. One octet after another without a separator could then not be read
            // back, so that net-snmp, and we, give such an octet both its digits.
            if format == .hexadecimal, width == 1, isAlone, digits.utf8.count == 1 { shown.append(UInt8(ascii: "0")) }
            shown.append(contentsOf: digits.utf8)
        }
    }
}

/// Reads hints; total over any text.
private struct Scanner {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) {
        self.text = text
    }

    private var current: UInt8? { position < text.count ? text[position] : nil }

    mutating func octetFormats() -> [DisplayHint.OctetFormat]? {
        var formats: [DisplayHint.OctetFormat] = []
        while current != nil {
            let isRepeated = take(UInt8(ascii: "*"))
            // The width is not optional, yet vendors leave it out where they mean 1.
            let width = number(limit: DisplayHint.maximumWidth) ?? 1
            guard let format = current.flatMap(DisplayHint.OctetFormat.Format.init) else { return nil }
            position += 1
            let separator = delimiter()
            let terminator = separator == nil ? nil : delimiter()
            formats.append(
                .init(
                    isRepeated: isRepeated, width: width, format: format, separator: separator, terminator: terminator))
        }
        // A width of 0 only writes its separator, as in `0a[2x:2x]0a:2d`. The last format is used until the octets are
        // used up, which such a one would never do.
        guard let last = formats.last, last.width > 0 else { return nil }
        return formats
    }

    mutating func numberFormat() -> DisplayHint.NumberFormat? {
        defer { position += 1 }
        switch current {
        case UInt8(ascii: "x"): return text.count == 1 ? .hexadecimal : nil
        case UInt8(ascii: "o"): return text.count == 1 ? .octal : nil
        case UInt8(ascii: "b"): return text.count == 1 ? .binary : nil
        case UInt8(ascii: "d"):
            position += 1
            if current == nil { return .decimal(fraction: 0) }
            guard take(UInt8(ascii: "-")), let fraction = number(limit: DisplayHint.maximumFraction), current == nil
            else { return nil }
            return .decimal(fraction: fraction)
        default: return nil
        }
    }

    /// A separator or terminator is any character but a digit and `*`.
    private mutating func delimiter() -> UInt8? {
        guard let current, current != UInt8(ascii: "*"), !isDigit(current) else { return nil }
        position += 1
        return current
    }

    private mutating func take(_ octet: UInt8) -> Bool {
        guard current == octet else { return false }
        position += 1
        return true
    }

    /// Digits up to a limit; `nil` if there is none.
    private mutating func number(limit: Int) -> Int? {
        var value: Int?
        while let digit = current, isDigit(digit) {
            value = min((value ?? 0) * 10 + Int(digit - UInt8(ascii: "0")), limit)
            position += 1
        }
        return value
    }

    private func isDigit(_ octet: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
    }
}
