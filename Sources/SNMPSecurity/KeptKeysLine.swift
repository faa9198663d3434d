internal import Basics
internal import SNMPWire

/// A line of the file of kept keys: user, engine, protocol and key of the authentication, the same of the privacy, and a
/// mark where there is one. Read and written as octets: there may be some hundred thousand of them.
enum KeptKeysLine {
    /// In hexadecimal digits a user, an engine, a key of SHA-512 and one of AES-256; protocols, mark and spaces.
    static let longest = 2 * (2 * ShortOctets.maximumCount + 64 + 32) + 64
    static let end = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")
    /// What stands where there is no privacy.
    private static let none = UInt8(ascii: "-")

    /// Where a line lies, and whether it has an end.
    struct Place {
        let octets: Range<Int>
        let isWhole: Bool
    }

    /// Those that are not empty.
    static func lines(_ octets: [UInt8]) -> [Place] {
        var lines: [Place] = []
        var start = 0
        for index in octets.indices where octets[index] == end {
            if index > start { lines.append(Place(octets: start..<index, isWhole: true)) }
            start = index + 1
        }
        if start < octets.count { lines.append(Place(octets: start..<octets.count, isWhole: false)) }
        return lines
    }

    static func write(
        _ entries: [KeptKeys.Entry], _ mark: (KeptKeys.Entry) -> UInt64?
    ) -> [UInt8] {
        var text = OctetWriter(capacity: 256 * entries.count)
        for entry in entries {
            text.append(hex: entry.user.octets.rawOctets)
            text.append(space)
            text.append(hex: entry.engine.octets.rawOctets)
            write(entry.keys.authenticationProtocol.rawValue, entry.keys.authenticationKey, to: &text)
            if let privacy = entry.keys.privacyProtocol, let key = entry.keys.privacyKey {
                write(privacy.rawValue, key, to: &text)
            } else {
                text.append(space)
                text.append(none)
                text.append(space)
                text.append(none)
            }
            if let mark = mark(entry) { text.append(" \(mark)") }
            text.append(end)
        }
        return text.copy()
    }

    private static func write(_ name: String, _ key: Key, to text: inout OctetWriter) {
        text.append(space)
        text.append(name)
        text.append(space)
        text.append(hex: key.octets.rawOctets)
    }

    /// - Returns: `nil` for what is none of our lines.
    static func read(_ octets: [UInt8], _ line: Range<Int>) -> (KeptKeys.Entry, mark: UInt64?)? {
        var rest = octets[line]
        guard let name = hexadecimal(field(&rest)), let user = ShortOctets(name.rawOctets),
            let id = hexadecimal(field(&rest)), let engine = EngineID(id),
            let authentication = field(&rest).flatMap({ AuthenticationProtocol(rawValue: text($0)) }),
            let authenticationKey = hexadecimal(field(&rest)), authenticationKey.count == authentication.keyLength,
            let privacyName = field(&rest), let privacyText = field(&rest)
        else { return nil }
        var privacy: PrivacyProtocol?
        var privacyKey: Key?
        if !privacyName.elementsEqual(CollectionOfOne(none)) {
            guard let named = PrivacyProtocol(rawValue: text(privacyName)), let key = hexadecimal(privacyText),
                key.count == named.keyLength
            else { return nil }
            privacy = named
            privacyKey = Key(key)
        }
        var mark: UInt64?
        if let last = field(&rest) {
            guard let number = UInt64(text(last)), field(&rest) == nil else { return nil }
            mark = number
        }
        let keys = LocalisedKeys(
            authenticationProtocol: authentication, authenticationKey: Key(authenticationKey),
            privacyProtocol: privacy, privacyKey: privacyKey)
        return (KeptKeys.Entry(user: user, engine: engine, keys: keys), mark)
    }

    /// The octets up to the next space; `nil` at the line's end.
    private static func field(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        let end = rest.firstIndex(of: space) ?? rest.endIndex
        defer { rest = rest[min(end + 1, rest.endIndex)...] }
        return rest[..<end]
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String { String(decoding: field, as: UTF8.self) }

    private static func hexadecimal(_ field: ArraySlice<UInt8>?) -> [UInt8]? {
        guard let field, field.count.isMultiple(of: 2) else { return nil }
        var octets: [UInt8] = []
        octets.reserveCapacity(field.count / 2)
        for index in stride(from: field.startIndex, to: field.endIndex, by: 2) {
            guard let high = digit(field[index]), let low = digit(field[index + 1]) else { return nil }
            octets.append(high << 4 | low)
        }
        return octets
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
