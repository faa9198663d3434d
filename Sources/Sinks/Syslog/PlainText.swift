/// What a device says, made harmless for formats that end a message or a header at a line break.
enum PlainText {
    /// `text` on one line: line breaks, tabs and NULs (which devices pad their strings with) become single blanks, and
    /// every other control character its code, as in `\x1b`, so that no text of a trap can end a line, begin another or
    /// drive a terminal. Blanks at both ends go.
    static func oneLine(_ text: String) -> String {
        // As nearly all of it comes: making it anew scalar by scalar costs twenty times this look.
        if isPlainLine(text) { return text }
        var result = ""
        result.reserveCapacity(text.utf8.count)
        var isBlankDue = false
        for scalar in text.unicodeScalars {
            if isSpace(scalar) {
                isBlankDue = !result.isEmpty
                continue
            }
            if isBlankDue {
                result.unicodeScalars.append(" ")
                isBlankDue = false
            }
            if isControl(scalar) {
                let code = String(scalar.value, radix: 16)
                result += "\\x" + (code.count < 2 ? "0" : "") + code
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The same with the line breaks kept (as LF), for a body where lines are wanted.
    static func lines(_ text: String) -> [String] {
        text.split(omittingEmptySubsequences: false) { $0.isNewline }.map { oneLine(String($0)) }
    }

    /// The longest beginning of `text` that takes at most `limit` octets and ends between characters of Unicode.
    static func prefix(_ text: Substring, octets limit: Int) -> Substring {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: max(0, limit))
        // An octet 10xxxxxx goes on with a character (RFC 3629 §3).
        while text.utf8[end] & 0xc0 == 0x80, end > text.startIndex { end = text.utf8.index(before: end) }
        return text[..<end]
    }

    /// `text` cut like `prefix`, with `…` at its end where something was cut off.
    static func shortened(_ text: String, octets limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let ellipsis = "…"
        guard limit >= ellipsis.utf8.count else { return "" }
        return prefix(text[...], octets: limit - ellipsis.utf8.count) + ellipsis
    }

    /// All that RFC 5424 §6 calls PRINTUSASCII: what its header fields are made of.
    static func isPrintableASCII(_ octet: UInt8) -> Bool { (33...126).contains(octet) }

    /// Whether it is ASCII without control characters, its blanks stand alone between others, and `isAllowed` says so of
    /// every octet that is no blank.
    static func isPlainLine(_ text: String, where isAllowed: (UInt8) -> Bool = { _ in true }) -> Bool {
        let blank: UInt8 = 0x20
        var last = blank
        for octet in text.utf8 {
            guard octet == blank ? last != blank : isPrintableASCII(octet) && isAllowed(octet) else { return false }
            last = octet
        }
        return last != blank || text.isEmpty
    }

    /// The same for text that is still octets.
    static func isPlainLine(_ octets: Span<UInt8>, where isAllowed: (UInt8) -> Bool = { _ in true }) -> Bool {
        let blank: UInt8 = 0x20
        var last = blank
        for index in octets.indices {
            let octet = octets[index]
            guard octet == blank ? last != blank : isPrintableASCII(octet) && isAllowed(octet) else { return false }
            last = octet
        }
        return last != blank || octets.isEmpty
    }

    static func isPrintableASCII(_ octets: Span<UInt8>) -> Bool {
        octets.indices.allSatisfy { isPrintableASCII(octets[$0]) }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00, 0x09...0x0d, 0x20, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// C0, DEL, C1, and the marks that turn the direction of what follows (a way to make a line read as another).
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1f, 0x7f...0x9f, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
