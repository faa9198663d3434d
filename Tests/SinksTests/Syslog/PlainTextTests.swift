import Testing

@testable import Sinks

@Suite struct PlainTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("a\r\nb", "a b"), ("  a \t b  ", "a b"), ("pad\u{0}\u{0}", "pad"),
        ("a b", "a b"), ("a  b", "a b"), (" a", "a"), ("a ", "a"), (" ", ""),
        ("\u{1b}[1m", "\\x1b[1m"),
        ("bell\u{7}", "bell\\x07"), ("c1\u{9b}", "c1\\x9b"), ("\u{202e}x", "\\x202ex"), ("ä€😀", "ä€😀"), ("", ""),
    ])
    func `one line`(text: String, line: String) {
        #expect(PlainText.oneLine(text) == line)
    }

    @Test func `a cut never parts a character`() {
        for limit in 0...12 {
            let cut = PlainText.prefix("aä€😀z", octets: limit)
            #expect("aä€😀z".hasPrefix(cut))
            #expect(cut.utf8.count <= limit)
            #expect(cut.utf8.count > limit - 4 || limit > 11)
        }
        #expect(PlainText.shortened("abcdef", octets: 5) == "ab…")
        #expect(PlainText.shortened("abcde", octets: 5) == "abcde")
        #expect(PlainText.shortened("abcde", octets: 2) == "")
    }
}
