import Basics

/// Writes a JSON object member by member, for the documents that are made by the thousand: the same octets as
/// `JSONLine` gives, without a tree between. The caller adds the keys in their order.
struct JSONMembers {
    private var isEmpty = true

    /// A key that needs no escaping; its value is to follow.
    mutating func add(_ key: StaticString, to json: inout OctetWriter) {
        json.append(isEmpty ? "{\"" : ",\"")
        json.append(key)
        json.append("\":")
        isEmpty = false
    }

    mutating func add(_ key: StaticString, _ text: String, to json: inout OctetWriter) {
        add(key, to: &json)
        json.append(json: text)
    }

    /// Left out where there is no value, as are all below.
    mutating func add(_ key: StaticString, _ text: String?, to json: inout OctetWriter) {
        if let text { add(key, text, to: &json) }
    }

    mutating func add(_ key: StaticString, _ number: (some FixedWidthInteger)?, to json: inout OctetWriter) {
        guard let number else { return }
        add(key, to: &json)
        json.append(decimal: Int64(truncatingIfNeeded: number))
    }

    mutating func add(_ key: StaticString, _ texts: [String]?, to json: inout OctetWriter) {
        guard let texts else { return }
        add(key, to: &json)
        json.append(UInt8(ascii: "["))
        for (index, text) in texts.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json.append(json: text)
        }
        json.append(UInt8(ascii: "]"))
    }

    func end(_ json: inout OctetWriter) {
        json.append(isEmpty ? "{}" : "}")
    }
}

extension OctetWriter {
    /// A string with its quotes. Escaped are what JSON asks for and what a terminal obeys (`TerminalText`).
    mutating func append(json text: String) {
        append(UInt8(ascii: "\""))
        if text.isPlainJSON {
            append(text)
        } else {
            for scalar in text.unicodeScalars { append(escaped: scalar) }
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func append(escaped scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": append("\\\"")
        case "\\": append("\\\\")
        case "\u{08}": append("\\b")
        case "\u{0c}": append("\\f")
        case "\n": append("\\n")
        case "\r": append("\\r")
        case "\t": append("\\t")
        case _ where TerminalText.isHarmful(scalar):
            // All lie in the Basic Multilingual Plane.
            append("\\u")
            append(hex: UInt8(truncatingIfNeeded: scalar.value >> 8))
            append(hex: UInt8(truncatingIfNeeded: scalar.value))
        default: append(String(Character(scalar)))
        }
    }

    /// A number as Foundation's encoder writes it: what is whole has no point.
    mutating func append(json number: Double) {
        let text = number.description
        append(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }
}

extension String {
    /// ASCII that JSON takes as it is; nearly all strings are.
    fileprivate var isPlainJSON: Bool {
        var isPlain = true
        // Without a way out in the middle, which lets the compiler look at many octets at a time.
        for octet in utf8 {
            isPlain =
                isPlain && octet >= 0x20 && octet < 0x7f && octet != UInt8(ascii: "\"") && octet != UInt8(ascii: "\\")
        }
        return isPlain
    }
}
