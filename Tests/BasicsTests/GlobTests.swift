import Basics
import TestPeers
import Testing

@Suite struct GlobTests {
    @Test(arguments: [
        ("", "", true), ("", "a", false), ("*", "", true), ("*", "anything", true),
        ("?", "", false), ("?", "a", true), ("?", "ab", false), ("?", "ü", true), ("??", "ü", false),
        ("abc", "abc", true), ("abc", "abcd", false), ("abc", "ab", false), ("abc", "ABC", false),
        ("a*", "a", true), ("a*", "ba", false), ("*c", "abc", true), ("*c", "cb", false),
        ("a*c", "ac", true), ("a*c", "abbc", true), ("a*c", "acb", false),
        ("a**c", "abc", true), ("*b*", "abc", true), ("*b*", "ac", false),
        ("Board#1/*", "Board#1/EthernetLink#0", true), ("Board#1/*", "Board#2/EthernetLink#0", false),
        ("Board#?/EthernetLink#*", "Board#1/EthernetLink#12", true),
        ("*ab", "aab", true), ("*aab", "aaab", true), ("a*b*c", "a1b2b3c", true), ("a*b*c", "a1c2b", false),
        ("*ü?", "aüä", true), ("a?c*e", "abcde", true),
        ("[a]", "a", false), ("[a]", "[a]", true), ("a.c", "abc", false), ("\\*", "\\x", true),
    ])
    func matches(pattern: String, text: String, expected: Bool) {
        #expect(Glob(pattern).matches(text) == expected)
    }

    /// Against the definition: try every way to spend the star.
    @Test(arguments: 0..<20)
    func agreesWithTheDefinition(round: Int) {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let pattern = word("ab?*", upTo: 6, using: &random)
            let text = word("ab", upTo: 8, using: &random)
            let expected = naive(Array(pattern), Array(text))
            #expect(Glob(pattern).matches(text) == expected, "seed \(seed): \(pattern) on \(text)")
        }
    }

    @Test func aHostileTextTakesStepsByItsLengthOnly() {
        // With a step back to every star this would not end before the sun does.
        let pattern = String(repeating: "*a", count: 30) + "*b"
        #expect(!Glob(pattern).matches(String(repeating: "a", count: 10_000)))
    }

    @Test(arguments: [
        ("*", "anything", true), ("*", "a*", true), ("a*", "*", false), ("abc", "abc", true), ("a*", "abc", true),
        ("a*", "ab*", true), ("ab*", "a*", false), ("a?", "ab", true), ("a?", "a?", true), ("*a", "ba", true),
        ("a*b", "axb", true), ("a*b", "ax*b", false), ("**", "x", true),
    ])
    func covers(pattern: String, other: String, expected: Bool) {
        #expect(Glob(pattern).covers(Glob(other)) == expected)
    }

    @Test(arguments: 0..<10)
    func whatIsCoveredMatches(round: Int) {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<1_000 {
            let wide = Glob(word("ab?*", upTo: 4, using: &random))
            let narrow = Glob(word("ab?*", upTo: 4, using: &random))
            let text = word("ab", upTo: 5, using: &random)
            if wide.covers(narrow), narrow.matches(text) {
                #expect(wide.matches(text), "seed \(seed): \(wide.pattern) over \(narrow.pattern) on \(text)")
            }
        }
    }

    private func word(_ letters: String, upTo length: Int, using random: inout SeededGenerator) -> String {
        let count = Int.random(in: 0...length, using: &random)
        return String((0..<count).compactMap { _ in letters.randomElement(using: &random) })
    }

    private func naive(_ pattern: [Character], _ text: [Character]) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = Array(pattern.dropFirst())
        if first == "*" { return (0...text.count).contains { naive(rest, Array(text.dropFirst($0))) } }
        return !text.isEmpty && (first == "?" || first == text[0]) && naive(rest, Array(text.dropFirst()))
    }
}
