/// Serial numbers as devices tell them, made comparable.
public enum SerialNumber {
    /// The vendor's own are at most ten digits, a MAC address has twelve; what is longer is no serial number.
    static let maximumLength = 64

    /// Without blanks and NULs; a MAC address (which some firmware sends in its place) as twelve lower-case hex digits.
    /// `nil` for what identifies nobody: nothing, only zeros, or octets that are no printable ASCII.
    public static func normalised(_ octets: some Collection<UInt8>) -> String? {
        // As nearly all are: digits and nothing else.
        if (1...maximumLength).contains(octets.count), octets.allSatisfy({ (0x30...0x39).contains($0) }) {
            return octets.contains { $0 != UInt8(ascii: "0") } ? String(decoding: octets, as: UTF8.self) : nil
        }
        let kept = octets.filter { $0 != 0 && $0 != UInt8(ascii: " ") }
        guard (1...maximumLength).contains(kept.count), kept.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            return nil
        }
        let text = kept.contains(where: isSeparator) ? macAddress(kept) ?? kept : kept
        guard text.contains(where: { $0 != UInt8(ascii: "0") && !isSeparator($0) }) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    public static func normalised(_ text: String) -> String? { normalised(Array(text.utf8)) }

    private static func isSeparator(_ octet: UInt8) -> Bool { octet == UInt8(ascii: ":") || octet == UInt8(ascii: "-") }

    /// `nil` where it is none.
    private static func macAddress(_ octets: [UInt8]) -> [UInt8]? {
        let digits = octets.filter { !isSeparator($0) }
        guard digits.count == 12, octets.count == 17 else { return nil }
        var lowered: [UInt8] = []
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): lowered.append(digit)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): lowered.append(digit | 0x20)
            default: return nil
            }
        }
        return lowered
    }
}
