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
struct ValueText: Sendable {
    /// The base type that the object's values have.
    enum Syntax: Sendable {
        case integer, unsigned, counter32, counter64, octetString, bits, objectIdentifier, ipAddress, timeTicks, opaque
        /// Not an object, or none that is known: each value speaks for itself.
        case any
    }

    let syntax: Syntax
    let enumeration: [Int32: String]
    let hint: DisplayHint?
    let units: String?

    static let untyped = ValueText(syntax: .any, enumeration: [:], hint: nil, units: nil)

    /// - Parameter name: names an OID that stands as a value.
    func text(of value: Value, name: (OID) -> String) -> String {
        guard matches(value) else { return ValueText.untyped.text(of: value, name: name) }
        let text = bareText(of: value, name: name)
        return units.map { "\(text) \($0)" } ?? text
    }

    private func bareText(of value: Value, name: (OID) -> String) -> String {
        switch value {
        case .integer(let number):
            if let label = enumeration[number] { return "\(label)(\(number))" }
            return hint?.text(of: Int64(number)) ?? String(number)
        case .gauge32(let number): return hint?.text(of: Int64(number)) ?? String(number)
        case .counter32(let number): return String(number)
        case .counter64(let number): return String(number)
        case .octetString(let octets):
            if syntax == .bits { return bitsText(of: octets) }
            return hint?.text(of: octets) ?? ValueText.text(of: octets)
        case .objectIdentifier(let oid): return name(oid)
        case .ipAddress(let address): return ValueText.dotted(address)
        case .timeTicks(let ticks): return ValueText.duration(ticks)
        case .opaque(let octets): return ValueText.hexadecimal(octets)
        case .float(let number): return ValueText.fixedPoint(Double(number))
        case .double(let number): return ValueText.fixedPoint(number)
        case .null: return "NULL"
        case .noSuchObject: return "no such object"
        case .noSuchInstance: return "no such instance"
        case .endOfMibView: return "end of the MIB view"
        }
    }

    /// Whether the value has the type that enumeration, hint and units were written for.
    private func matches(_ value: Value) -> Bool {
        switch (syntax, value) {
        case (.any, _), (.integer, .integer), (.unsigned, .gauge32), (.counter32, .counter32), (.counter64, .counter64),
            (.octetString, .octetString), (.bits, .octetString), (.objectIdentifier, .objectIdentifier),
            (.ipAddress, .ipAddress), (.timeTicks, .timeTicks), (.opaque, .opaque), (.opaque, .float),
            (.opaque, .double):
            true
        default: false
        }
    }

    /// The octets, then the names of the bits that are set: `a0 critical(0) minor(2)`.
    private func bitsText(of octets: ArraySlice<UInt8>) -> String {
        var parts = octets.isEmpty ? [] : [ValueText.hexadecimal(octets)]
        for (offset, octet) in octets.enumerated() {
            for bit in 0..<8 where octet & (0x80 >> UInt8(bit)) != 0 {
                let number = offset * 8 + bit
                parts.append(enumeration[Int32(number)].map { "\($0)(\(number))" } ?? String(number))
            }
        }
        return parts.joined(separator: " ")
    }
}

extension ValueText {
    /// A text if it can be read as one, else hexadecimal.
    static func text(of octets: ArraySlice<UInt8>) -> String {
        let trimmed = octets[..<(octets.lastIndex { $0 != 0 }.map { $0 + 1 } ?? octets.startIndex)]
        // Several NULs and nothing else are a binary value, one is C's empty text.
        if trimmed.isEmpty, octets.count > 1 { return hexadecimal(octets) }
        if let text = String(validating: trimmed, as: UTF8.self), text.unicodeScalars.allSatisfy(isPrintable) {
            return text
        }
        return hexadecimal(octets)
    }

    /// Neither a control character of C0 or C1 (blanks and line ends excepted) nor one that is no character.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0d, 0x20...0x7e: true
        case 0x00...0x9f: false
        default: scalar.properties.generalCategory != .unassigned
        }
    }

    static func hexadecimal(_ octets: some Collection<UInt8>) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(octets.count * 3)
        for octet in octets {
            if !text.isEmpty { text.append(UInt8(ascii: " ")) }
            text.append(digits[Int(octet >> 4)])
            text.append(digits[Int(octet & 0x0f)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func dotted(_ address: UInt32) -> String {
        "\(address >> 24).\(address >> 16 & 0xff).\(address >> 8 & 0xff).\(address & 0xff)"
    }

    /// `(123) 0:00:01.23`, `(8640000) 1 day, 0:00:00.00`: hundredths of a second, then hours, minutes and seconds.
    static func duration(_ ticks: UInt32) -> String {
        let seconds = ticks / 100
        let days = seconds / 86_400
        let dayText = days == 0 ? "" : days == 1 ? "1 day, " : "\(days) days, "
        let time = [seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60, ticks % 100]
        let padded = time.map { $0 < 10 ? "0\($0)" : String($0) }
        return "(\(ticks)) \(dayText)\(time[0]):\(padded[1]):\(padded[2]).\(padded[3])"
    }

    /// Six digits after the point, as C's `%f`.
    static func fixedPoint(_ number: Double) -> String {
        // The largest double has 309 digits before its point.
        var buffer = [CChar](repeating: 0, count: 400)
        let count = unsafe withVaList([number]) { unsafe vsnprintf(&buffer, buffer.count, "%f", $0) }
        return String(decoding: buffer.prefix(max(0, Int(count))).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
