/// Octets of a device made into text that can be compared and shown.
enum SourceText {
    /// The longest source that an alarm's key holds, in octets: ten times the vendor's own limit of 100. What is past
    /// it is cut, so that one datagram cannot put 64 KiB into a key that is kept as long as its alarm.
    static let maximumSourceLength = 1_024

    /// The longest text of an event, in octets: room for every var-bind of a normal notification.
    static let maximumTextLength = 4_096

    /// Without NULs (devices send fixed buffers, and "\0" for an empty string) and without surrounding blanks. Octets
    /// that are not UTF-8 are read as ISO 8859-1, which keeps different octets different.
    static func normalised(_ octets: ArraySlice<UInt8>) -> String {
        let kept = octets.contains(0) ? ArraySlice(octets.filter { $0 != 0 }) : octets
        let start = kept.firstIndex { !isBlank($0) } ?? kept.endIndex
        let end = kept.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
        let trimmed = kept[start..<end]
        return String(validating: trimmed, as: UTF8.self)
            ?? String(String.UnicodeScalarView(trimmed.map { Unicode.Scalar($0) }))
    }

    static func normalised(_ text: String) -> String {
        normalised(ArraySlice(text.utf8))
    }

    static func limited(_ source: String) -> String {
        cut(source, to: maximumSourceLength)
    }

    /// The text, or as many whole characters of it as fit into `limit` octets.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var length = 0
        let kept = text.prefix { character in
            length += character.utf8.count
            return length <= limit
        }
        return String(kept)
    }

    private static func isBlank(_ octet: UInt8) -> Bool {
        octet == UInt8(ascii: " ") || 0x09...0x0d ~= octet
    }
}
