import Testing

@testable import TraplineConfiguration

struct QuotingTests {
    @Test(arguments: [
        ("plain", "\"plain\""), ("", "\"\""), ("two\nlines", "\"two\\nlines\""), ("\u{1b}[31m", "\"\\u{1B}[31m\""),
        ("Zürich", "\"Zürich\""), ("a\u{202e}b", "\"a\\u{202E}b\""),
    ])
    func writesControlCharactersOut(text: String, expected: String) {
        #expect(quoted(text) == expected)
    }

    @Test func cutsLongText() {
        #expect(quoted(String(repeating: "x", count: 60)).hasSuffix("x\""))
        #expect(quoted(String(repeating: "x", count: 61)).hasSuffix("x…\""))
        #expect(quoted(String(repeating: "x", count: 100_000)).count < 70)
    }

    @Test func alternativesReadAsASentence() {
        #expect(alternatives([]) == "nothing")
        #expect(alternatives(["a"]) == "a")
        #expect(alternatives(["a", "b"]) == "a or b")
        #expect(alternatives(["a", "b", "c"]) == "a, b or c")
    }
}
