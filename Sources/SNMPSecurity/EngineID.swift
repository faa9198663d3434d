internal import Basics
internal import SNMPWire

/// What an SNMP engine is called (SnmpEngineID of RFC 3411 §5): 5 to 32 octets. It takes no memory of its own.
public struct EngineID: Sendable, Hashable {
    public static let lengths = 5...32

    let short: ShortOctets

    /// `nil` where the octets are too few or too many.
    public init?(_ octets: RawSpan) {
        guard Self.lengths.contains(octets.byteCount), let short = ShortOctets(octets) else { return nil }
        self.short = short
    }

    public init?(_ octets: [UInt8]) {
        self.init(octets.rawOctets)
    }

    public init?(_ octets: ArraySlice<UInt8>) {
        self.init(octets.rawOctets)
    }

    /// As operators write it: hexadecimal digits, with `0x` before them or not, with colons or blanks between octets or
    /// not.
    public init?(hexadecimal text: some StringProtocol) {
        let digits = text.hasPrefix("0x") || text.hasPrefix("0X") ? text.dropFirst(2) : text[...]
        var octets: [UInt8] = []
        var half: UInt8?
        for character in digits {
            if half == nil, character == ":" || character == " " { continue }
            guard let value = character.hexDigitValue, character.isASCII else { return nil }
            if let high = half {
                octets.append(high << 4 | UInt8(value))
                half = nil
            } else {
                half = UInt8(value)
            }
        }
        guard half == nil else { return nil }
        self.init(octets)
    }

    public var octets: [UInt8] { short.octets }
}

extension EngineID: CustomStringConvertible {
    /// `80001f8880…`: lower-case hexadecimal, as `serialised` engine IDs stand everywhere in Trapline.
    public var description: String {
        var text = OctetWriter(capacity: 64)
        text.append(hex: octets.rawOctets)
        return text.text()
    }
}
