import Testing

@testable import TraplineConfiguration

struct SuggestionTests {
    @Test(arguments: [
        ("majr", "major"), ("mayor", "major"), ("MAJOR", "major"), ("facilty", "facility"), ("tcp", "tcp"),
        ("debug_recording", "debug-recording"), ("recieve-buffer", "receive-buffer"), ("conosle", "console"),
    ])
    func findsTheNearest(word: String, expected: String) {
        let candidates = ["minor", "major", "facility", "tcp", "tls", "debug-recording", "receive-buffer", "console"]
        #expect(Suggestion.nearest(to: word, in: candidates) == expected)
    }

    @Test(arguments: ["telegram", "x", "", "minority report", String(repeating: "major", count: 100)])
    func findsNothingWhereNothingIsNear(word: String) {
        #expect(Suggestion.nearest(to: word, in: ["minor", "major", "syslog"]) == nil)
    }

    @Test func theFirstOfEquallyNearOnesIsTaken() {
        #expect(Suggestion.nearest(to: "locl", in: ["local", "locale", "loca"]) == "local")
    }

    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "abd", 1), ("abc", "abcd", 1),
        ("kitten", "sitting", 3), ("ca", "abc", 3),
    ])
    func countsSlips(left: String, right: String, expected: Int) {
        #expect(Suggestion.distance(Array(left.utf8), Array(right.utf8), bound: 10) == expected)
        #expect(Suggestion.distance(Array(right.utf8), Array(left.utf8), bound: 10) == expected)
    }

    @Test func givesUpPastTheBound() {
        #expect(Suggestion.distance(Array("aaaaaaaa".utf8), Array("bbbbbbbb".utf8), bound: 2) > 2)
    }

    @Test func listsTheFewThatThereAre() {
        #expect(Suggestion.hintOrList(for: "pager", in: ["noc", "ops"]) == "; there are noc, ops")
        #expect(Suggestion.hintOrList(for: "pager", in: ["noc"]) == "; there is noc")
        #expect(Suggestion.hintOrList(for: "pager", in: []) == "")
        #expect(Suggestion.hintOrList(for: "pager", in: (0..<100).map { "sink\($0)" }) == "")
    }
}
