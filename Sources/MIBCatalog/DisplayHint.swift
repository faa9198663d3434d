internal import Basics
internal import SNMPWire

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

    /// Whether the formats show octets as a text, whatever its length: one of text with nothing between.
    static func isPlainText(_ formats: [OctetFormat]) -> Bool {
        guard let format = formats.first, formats.count == 1 else { return false }
        return format.isText && format.separator == nil && !format.isRepeated
    }

    /// Writes octets as the formats want them, as UTF-8.
    static func append(_ octets: RawSpan, _ formats: Span<OctetFormat>, to text: inout OctetWriter) {
        guard !formats.isEmpty else { return }
        let last = formats[formats.count - 1]
        // Devices end texts with the NUL of their C strings, which no terminal or log wants.
        let octets = last.isText ? octets.withoutTrailingNULs : octets
        let start = text.count
        var mayBeBroken = false
        var position = 0
        var index = 0
        while position < octets.byteCount {
            // The last format is used again until the octets are used up.
            let isLast = index >= formats.count - 1
            let format = isLast ? last : formats[index]
            let isAlone = isLast && format.separator == nil
            mayBeBroken = mayBeBroken || format.isText
            index += 1
            var count = 1
            if format.isRepeated {
                count = Int(octets.octet(position))
                position += 1
            }
            while count > 0, position < octets.byteCount {
                let end = min(position + format.width, octets.byteCount)
                format.append(octets.extracting(position..<end), isAlone: isAlone, to: &text)
                position = end
                count -= 1
                if let separator = format.separator, position < octets.byteCount { text.append(separator) }
            }
            if let terminator = format.terminator, position < octets.byteCount { text.append(terminator) }
        }
        // A delimiter may be an octet of a longer character too.
        if mayBeBroken || formats.hasWideDelimiter { text.repairText(from: start) }
    }

    /// Writes a number as the hint wants it.
    static func append(_ number: Int64, _ format: NumberFormat, to text: inout OctetWriter) {
        switch format {
        case .decimal(let fraction):
            guard fraction > 0 else { return text.append(decimal: number) }
            let digits = String(number.magnitude)
            let padded = String(repeating: "0", count: max(0, fraction + 1 - digits.count)) + digits
            if number < 0 { text.append(UInt8(ascii: "-")) }
            text.append(String(padded.dropLast(fraction)))
            text.append(UInt8(ascii: "."))
            text.append(String(padded.suffix(fraction)))
        case .hexadecimal: text.append(String(UInt32(truncatingIfNeeded: number), radix: 16))
        case .octal: text.append(String(UInt32(truncatingIfNeeded: number), radix: 8))
        case .binary:
            let digits = String(UInt32(truncatingIfNeeded: number), radix: 2)
            text.append(UInt8(ascii: "0"), times: 32 - digits.utf8.count)
            text.append(digits)
        }
    }
}

extension DisplayHint.OctetFormat {
    /// Shows up to `width` octets. `isAlone`: no separator keeps one octet's digits apart from the next one's.
    fileprivate func append(_ octets: RawSpan, isAlone: Bool, to text: inout OctetWriter) {
        switch format {
        case .ascii, .utf8:
            for offset in octets.byteOffsets {
                let octet = octets.octet(offset)
                text.append(octet == 0 ? UInt8(ascii: ".") : octet)
            }
        case .hexadecimal, .decimal, .octal:
            var number: UInt64 = 0
            for offset in max(0, octets.byteCount - 8)..<octets.byteCount {
                number = number << 8 | UInt64(octets.octet(offset))
            }
            if format == .decimal { return text.append(decimal: number) }
            // The RFC asks for no leading zeros. One octet after another without a separator could then not be read
            // back, so that net-snmp, and we, give such an octet both its digits.
            if format == .hexadecimal, width == 1, isAlone || number > 0xf {
                return text.append(hex: UInt8(truncatingIfNeeded: number))
            }
            text.append(String(number, radix: format == .hexadecimal ? 16 : 8))
        }
    }
}

extension Span<DisplayHint.OctetFormat> {
    /// Whether a separator or terminator is no ASCII.
    fileprivate var hasWideDelimiter: Bool {
        for index in indices where self[index].separator ?? 0 > 0x7f || self[index].terminator ?? 0 > 0x7f {
            return true
        }
        return false
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
