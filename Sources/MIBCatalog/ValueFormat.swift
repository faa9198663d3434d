internal import Basics
internal import Glibc
internal import SNMPWire

/// How the values of one object are shown to people.
///
/// The forms are those of net-snmp's tools without the name of the type in front: `up(1)`, `(123) 0:00:01.23`,
/// `1500 milliseconds`, `00:1b:fc`. Where this differs from them, it is for people's sake:
///
/// - a text stands without quotes and escapes, is a text also when it is UTF-8 beyond ASCII, and loses the NULs that
///   devices written in C leave at its end;
/// - octets in hexadecimal stay on one line and have no blank at their end;
/// - a value of another type than its object's is shown by its own type, with no remark;
/// - `d-2` shows 5 as `0.05` rather than `.05`, and a negative number in `x` or `o` has 32 bits.
struct ValueFormat: Sendable {
    /// The base type that the object's values have.
    enum Syntax: Sendable {
        case integer, unsigned, counter32, counter64, octetString, bits, objectIdentifier, ipAddress, timeTicks, opaque
        /// Not an object, or none that is known: each value speaks for itself.
        case any
    }

    enum Hint: Sendable {
        case none
        /// A text of any length, as `255a`.
        case text
        /// Of `CatalogTables.hints`.
        case octets(CatalogTables.Run)
        case number(DisplayHint.NumberFormat)
    }

    var syntax: Syntax
    var labels = CatalogTables.Run()
    var hint = Hint.none
    /// With the blank in front; empty where there is none.
    var units = CatalogTables.Text()

    static let untyped = ValueFormat(syntax: .any)

    /// Whether the value has the type that labels, hint and units were written for.
    @inline(__always)
    func matches(_ value: ValueView) -> Bool {
        switch (syntax, value) {
        case (.any, _), (.integer, .integer), (.unsigned, .gauge32), (.counter32, .counter32), (.counter64, .counter64),
            (.octetString, .octetString), (.bits, .octetString), (.objectIdentifier, .objectIdentifier),
            (.ipAddress, .ipAddress), (.timeTicks, .timeTicks), (.opaque, .opaque), (.opaque, .float),
            (.opaque, .double):
            true
        default: false
        }
    }
}

extension CatalogTables {
    /// Writes the value of an object.
    /// - Parameter appendName: names an OID that stands as a value.
    @inline(__always)
    func append(
        _ value: ValueView, _ format: ValueFormat, to text: inout OctetWriter,
        appendName: (RawSpan, inout OctetWriter) -> Void
    ) {
        guard format.matches(value) else {
            return appendBare(value, .untyped, to: &text, appendName: appendName)
        }
        appendBare(value, format, to: &text, appendName: appendName)
        if format.units.count > 0 { append(format.units, to: &text) }
    }

    @inline(__always)
    private func appendBare(
        _ value: ValueView, _ format: ValueFormat, to text: inout OctetWriter,
        appendName: (RawSpan, inout OctetWriter) -> Void
    ) {
        switch value {
        case .integer(let number):
            if let label = label(of: number, in: format.labels) { return append(label.text, to: &text) }
            append(number: Int64(number), format.hint, to: &text)
        case .gauge32(let number): append(number: Int64(number), format.hint, to: &text)
        case .counter32(let number): text.append(decimal: number)
        case .counter64(let number): text.append(decimal: number)
        case .octetString(let octets):
            if format.syntax == .bits { return appendBits(octets, format.labels, to: &text) }
            append(octets: octets, format.hint, to: &text)
        case .objectIdentifier(let oid): appendName(oid, &text)
        case .ipAddress(let address): text.append(dotted: address)
        case .timeTicks(let ticks): text.append(duration: ticks)
        case .opaque(let octets): text.append(hex: octets, isUppercase: true, separator: UInt8(ascii: " "))
        case .float(let number): text.append(fixedPoint: Double(number))
        case .double(let number): text.append(fixedPoint: number)
        case .null: text.append("NULL")
        case .noSuchObject: text.append("no such object")
        case .noSuchInstance: text.append("no such instance")
        case .endOfMibView: text.append("end of the MIB view")
        }
    }

    private func append(number: Int64, _ hint: ValueFormat.Hint, to text: inout OctetWriter) {
        if case .number(let format) = hint {
            DisplayHint.append(number, format, to: &text)
        } else {
            text.append(decimal: number)
        }
    }

    private func append(octets: RawSpan, _ hint: ValueFormat.Hint, to text: inout OctetWriter) {
        switch hint {
        case .text: text.append(plainText: octets)
        case .octets(let run):
            let formats = hints.span.extracting(Int(run.first)..<Int(run.first + run.count))
            DisplayHint.append(octets, formats, to: &text)
        case .none, .number: text.append(textOrHex: octets)
        }
    }

    /// The octets, then the names of the bits that are set: `a0 critical(0) minor(2)`.
    private func appendBits(_ octets: RawSpan, _ labels: Run, to text: inout OctetWriter) {
        let start = text.count
        text.append(hex: octets, isUppercase: true, separator: UInt8(ascii: " "))
        for offset in octets.byteOffsets {
            for bit in 0..<8 where octets.octet(offset) & (0x80 >> UInt8(bit)) != 0 {
                if text.count > start { text.append(UInt8(ascii: " ")) }
                let number = Int32(truncatingIfNeeded: offset * 8 + bit)
                if let label = label(of: number, in: labels) {
                    append(label.text, to: &text)
                } else {
                    text.append(decimal: number)
                }
            }
        }
    }
}

extension OctetWriter {
    /// A text whatever it holds: without NULs at its end, those within as points, and what is not UTF-8 replaced.
    mutating func append(plainText octets: RawSpan) {
        let octets = octets.withoutTrailingNULs
        if octets.isASCIIWithoutNUL { return append(octets) }
        let start = count
        for offset in octets.byteOffsets {
            let octet = octets.octet(offset)
            append(octet == 0 ? UInt8(ascii: ".") : octet)
        }
        repairText(from: start)
    }

    /// A text if it can be read as one, else hexadecimal.
    mutating func append(textOrHex octets: RawSpan) {
        let trimmed = octets.withoutTrailingNULs
        // Several NULs and nothing else are a binary value, one is C's empty text.
        let isText = trimmed.isEmpty ? octets.byteCount <= 1 : trimmed.isPrintableASCII || trimmed.isPrintableUTF8
        if isText { append(trimmed) } else { append(hex: octets, isUppercase: true, separator: UInt8(ascii: " ")) }
    }

    /// `(123) 0:00:01.23`, `(8640000) 1 day, 0:00:00.00`: hundredths of a second, then hours, minutes and seconds.
    mutating func append(duration ticks: UInt32) {
        let seconds = ticks / 100
        let days = seconds / 86_400
        append(UInt8(ascii: "("))
        append(decimal: ticks)
        append(") ")
        if days > 0 {
            append(decimal: days)
            append(days == 1 ? " day, " : " days, ")
        }
        append(decimal: seconds / 3_600 % 24)
        append(UInt8(ascii: ":"))
        append(decimal: seconds / 60 % 60, width: 2)
        append(UInt8(ascii: ":"))
        append(decimal: seconds % 60, width: 2)
        append(UInt8(ascii: "."))
        append(decimal: ticks % 100, width: 2)
    }

    /// Six digits after the point, as C's `%f`.
    mutating func append(fixedPoint number: Double) {
        // The largest double has 309 digits before its point.
        var buffer = [CChar](repeating: 0, count: 400)
        let count = unsafe withVaList([number]) { unsafe vsnprintf(&buffer, buffer.count, "%f", $0) }
        for character in buffer.prefix(max(0, Int(count))) { append(UInt8(bitPattern: character)) }
    }

    /// What is not UTF-8 from a place on gets replacement characters.
    mutating func repairText(from start: Int) {
        guard !isUTF8(from: start) else { return }
        let repaired = text(from: start)
        truncate(to: start)
        append(repaired)
    }
}

extension RawSpan {
    /// UTF-8 without control characters of C0 or C1 (blanks and line ends excepted) and what is no character.
    fileprivate var isPrintableUTF8: Bool {
        let text = unsafe withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) }
        return text?.unicodeScalars.allSatisfy(RawSpan.isPrintable) ?? false
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0d, 0x20...0x7e: true
        case 0x00...0x9f: false
        default: scalar.properties.generalCategory != .unassigned
        }
    }
}
