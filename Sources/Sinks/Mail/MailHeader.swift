internal import Foundation

/// Header fields (RFC 5322 §2.2) from any text: non-ASCII text as encoded words (RFC 2047), and no way for a text to end
/// its field or begin another.
enum MailHeader {
    /// RFC 5322 §2.1.1 asks for lines of no more than 78 characters.
    static let lineLimit = 78
    /// A subject longer than this is of no use to a reader, and devices' texts are not bounded otherwise.
    static let textLimit = 250
    /// Octets of text in one encoded word: with the field's name before it, it stays within the 76 characters that
    /// RFC 2047 §2 allows a line.
    private static let encodedWordLimit = 39

    /// `Name: text` with its line end, for an unstructured field: Subject.
    static func unstructured(_ name: String, _ text: String) -> String {
        let text = PlainText.shortened(PlainText.oneLine(text), octets: textLimit)
        let isPlain = text.utf8.allSatisfy { (32...126).contains($0) } && !text.contains("=?")
        if isPlain, let folded = folded("\(name): \(text)") { return folded + "\r\n" }
        return "\(name): \(encodedWords(text))\r\n"
    }

    /// The field broken at blanks into lines within the limit (RFC 5322 §2.2.3); `nil` where a word is too long for it.
    private static func folded(_ field: String) -> String? {
        var lines = [""]
        for word in field.split(separator: " ") {
            let last = lines.count - 1
            if lines[last].isEmpty {
                lines[last] = String(word)
            } else if lines[last].utf8.count + 1 + word.utf8.count < lineLimit {
                lines[last] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines.allSatisfy { $0.utf8.count < lineLimit } ? lines.joined(separator: "\r\n ") : nil
    }

    /// The same for a field whose value is made of tokens that are known to be harmless, one a line.
    static func structured(_ name: String, _ values: [String], separator: String = "") -> String {
        "\(name): " + values.joined(separator: separator + "\r\n ") + "\r\n"
    }

    /// A display name: as it is, quoted, or encoded.
    static func phrase(_ text: String) -> String {
        let text = PlainText.shortened(PlainText.oneLine(text), octets: textLimit)
        let isShort = text.utf8.count <= lineLimit / 2
        if isShort, !text.contains("=?"), text.utf8.allSatisfy({ (32...126).contains($0) }) {
            if text.utf8.allSatisfy({ isAtomText($0) || $0 == UInt8(ascii: " ") }) { return text }
            let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
            return "\"\(escaped)\""
        }
        return encodedWords(text)
    }

    /// RFC 5322 §3.2.3, atext.
    static func isAtomText(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-/=?^_`{|}~".utf8.contains(octet)
        }
    }

    /// RFC 5322 §3.3, in UTC.
    static func date(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.weekday, .day, .month, .year, .hour, .minute, .second], from: date)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func number(_ value: Int?) -> String {
            let value = value ?? 0
            return value < 10 ? "0\(value)" : String(value)
        }
        return "\(days[(parts.weekday ?? 1) - 1]), \(parts.day ?? 1) \(months[(parts.month ?? 1) - 1]) "
            + "\(parts.year ?? 1970) \(number(parts.hour)):\(number(parts.minute)):\(number(parts.second)) +0000"
    }

    /// RFC 2047 §4.1 and §5: base64 words, each of whole characters, one a line.
    private static func encodedWords(_ text: String) -> String {
        var words: [String] = []
        var rest = text[...]
        repeat {
            let word = PlainText.prefix(rest, octets: encodedWordLimit)
            words.append("=?UTF-8?B?\(Data(word.utf8).base64EncodedString())?=")
            rest = rest[word.endIndex...]
        } while !rest.isEmpty
        return words.joined(separator: "\r\n ")
    }
}
