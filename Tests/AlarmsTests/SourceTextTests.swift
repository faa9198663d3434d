import Testing

@testable import Alarms

@Suite struct SourceTextTests {
    @Test(arguments: [
        ("Board#1/EthernetLink#0", "Board#1/EthernetLink#0"),
        ("  Board#1 \0\0", "Board#1"),
        ("\0", ""),
        ("", ""),
        (" \t\r\n", ""),
        ("Board\0#1", "Board#1"),
        ("a b", "a b"),
        ("Zürich", "Zürich"),
    ])
    func nulsAndSurroundingBlanksAreDropped(octets: String, expected: String) {
        #expect(SourceText.normalised(ArraySlice(octets.utf8)) == expected)
    }

    @Test func octetsThatAreNotUTF8StayDifferent() {
        #expect(SourceText.normalised([0x5a, 0xfc]) == "Zü")
        #expect(SourceText.normalised([0xff]) != SourceText.normalised([0xfe]))
    }

    @Test func aCutKeepsWholeCharacters() {
        #expect(SourceText.cut("abc", to: 3) == "abc")
        #expect(SourceText.cut("abcd", to: 3) == "abc")
        #expect(SourceText.cut("aüü", to: 4) == "aü")
        #expect(SourceText.limited(String(repeating: "x", count: 70_000)).utf8.count == 1_024)
    }
}
