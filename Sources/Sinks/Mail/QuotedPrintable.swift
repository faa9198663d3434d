/// The quoted-printable encoding (RFC 2045 §6.7): text that stays readable and in short ASCII lines.
enum QuotedPrintable {
    /// §6.7 (5): a line has no more than 76 characters, a soft break's `=` included.
    private static let lineLimit = 76

    /// Lines of `text` end in LF; those of the result in CRLF.
    static func encode(_ text: String) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count * 5 / 4)
        for (number, line) in text.utf8.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            if number > 0 { result += [13, 10] }
            encode(Array(line), into: &result)
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func encode(_ line: [UInt8], into result: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        let equals = UInt8(ascii: "=")
        var column = 0
        for (index, octet) in line.enumerated() {
            let isLast = index == line.count - 1
            // §6.7 (3): a blank at a line's end would be lost on the way.
            let isPlain = (33...126).contains(octet) && octet != equals || octet == 32 && !isLast
            let width = isPlain ? 1 : 3
            // A full line may hold no soft break's sign any more, so it must be the whole line's end.
            if column + width > lineLimit - (isLast ? 0 : 1) {
                result += [equals, 13, 10]
                column = 0
            }
            if isPlain {
                result.append(octet)
            } else {
                result += [equals, digits[Int(octet >> 4)], digits[Int(octet & 0x0f)]]
            }
            column += width
        }
    }
}
