import Foundation

/// A mail read back, strictly, as far as `MailComposer` uses the format; lines may end in CRLF or (as delivered) LF.
struct ParsedMail {
    struct Malformed: Error {
        var reason: String
    }

    /// Unfolded; a field that occurs twice is an error.
    var headers: [String: String] = [:]
    var text = ""
    var html = ""
    var partCount = 0
    var size: Int

    /// With `ignoring`, fields that a server on the way adds are passed over, however often they occur.
    init(_ mail: String, ignoring: Set<String> = []) throws {
        size = mail.utf8.count
        let mail = mail.replacing("\r\n", with: "\n")
        let (head, body) = try Self.split(mail)
        for (name, value) in try Self.fields(head) where !ignoring.contains(name) {
            guard headers.updateValue(value, forKey: name) == nil else { throw Malformed(reason: "two of \(name)") }
        }
        guard let type = headers["Content-Type"], let quote = type.range(of: "boundary=\""),
            let end = type[quote.upperBound...].firstIndex(of: "\"")
        else { throw Malformed(reason: "no boundary") }
        let boundary = "--" + type[quote.upperBound..<end]
        let parts = ("\n" + body).components(separatedBy: "\n" + boundary)
        guard parts.last?.hasPrefix("--") == true else { throw Malformed(reason: "no closing boundary") }
        for part in parts.dropFirst().dropLast() {
            partCount += 1
            let (head, body) = try Self.split(String(part.dropFirst()))
            let fields = Dictionary(try Self.fields(head)) { first, _ in first }
            guard fields["Content-Transfer-Encoding"] == "quoted-printable" else {
                throw Malformed(reason: "not quoted-printable")
            }
            switch fields["Content-Type"] {
            case "text/plain; charset=utf-8": text = try Self.decode(body)
            case "text/html; charset=utf-8": html = try Self.decode(body)
            default: throw Malformed(reason: "unexpected part")
            }
        }
    }

    private static func split(_ text: String) throws -> (String, String) {
        guard let gap = text.range(of: "\n\n") else { throw Malformed(reason: "no end of headers") }
        return (String(text[..<gap.lowerBound]), String(text[gap.upperBound...]))
    }

    private static func fields(_ head: String) throws -> [(String, String)] {
        var fields: [(String, String)] = []
        for line in head.components(separatedBy: "\n") {
            if line.first == " " || line.first == "\t" {
                guard !fields.isEmpty else { throw Malformed(reason: "folding before a field") }
                fields[fields.count - 1].1 += " " + line.drop { $0 == " " || $0 == "\t" }
            } else {
                guard let colon = line.firstIndex(of: ":") else { throw Malformed(reason: "no field: \(line)") }
                let value = line[colon...].dropFirst().drop { $0 == " " }
                fields.append((String(line[..<colon]), String(value)))
            }
        }
        return fields
    }

    private static func decode(_ text: String) throws -> String {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "=") else {
                octets.append(octet)
                continue
            }
            if rest.first == 10 {
                rest = rest.dropFirst()
            } else {
                guard rest.count >= 2, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
                else { throw Malformed(reason: "bad escape") }
                octets.append(code)
                rest = rest.dropFirst(2)
            }
        }
        guard let decoded = String(validating: octets, as: UTF8.self) else { throw Malformed(reason: "no UTF-8") }
        return decoded
    }
}

/// Reads encoded words (RFC 2047) back.
enum MailHeaderReader {
    static func decode(_ value: String) -> String {
        // White space between two encoded words is not shown (§6.2).
        value.replacing("?= =?", with: "?==?").components(separatedBy: "=?UTF-8?B?").enumerated().map { index, piece in
            guard index > 0, let end = piece.range(of: "?="),
                let data = Data(base64Encoded: String(piece[..<end.lowerBound]))
            else { return piece }
            return String(decoding: data, as: UTF8.self) + piece[end.upperBound...]
        }.joined()
    }
}
