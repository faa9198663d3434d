import Foundation
import Testing

@testable import Documents

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("plain – ünïcode 漢 🛑", "plain – ünïcode 漢 🛑"),
        ("two\r\nlines\tand\u{0b}more\u{85}breaks\u{2028}here", "two lines and more breaks here"),
        ("  blanks   inside  ", "blanks inside"),
        ("\u{1b}[2Jgone", "\\u{1b}[2Jgone"),
        ("\u{9b}31mred", "\\u{9b}31mred"),
        ("bell\u{7}nul\u{0}del\u{7f}", "bell\\u{7}nul\\u{0}del\\u{7f}"),
        ("\u{202e}drawkcab\u{2066}", "\\u{202e}drawkcab\\u{2066}"),
        ("\n\n", ""),
        ("", ""),
    ])
    func aLineIsOneAndHarmless(text: String, expected: String) {
        #expect(TerminalText.line(text) == expected)
    }

    @Test func aLongTextIsCut() {
        let line = TerminalText.line(String(repeating: "a", count: 5_000))
        #expect(line == String(repeating: "a", count: 1_024) + "…")
        let marks = TerminalText.line("a" + String(repeating: "\u{301}", count: 100_000))
        #expect(marks.unicodeScalars.count == 1_025, "one character can be of any length")
    }

    @Test func everyScalarIsSafeInBothForms() throws {
        for value in (0...0x2100 as ClosedRange<UInt32>) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "a" + String(Character(scalar)) + "b"
            let json = JSONLine.encode([text])
            for output in [TerminalText.line(text), json] {
                #expect(!output.unicodeScalars.contains(where: isControl), "\(value)")
            }
            #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == [text], "\(value)")
        }
    }

    /// General category Cc.
    private func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
    }
}
