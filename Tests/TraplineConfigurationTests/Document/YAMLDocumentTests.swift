import Testing

@testable import TraplineConfiguration

struct YAMLDocumentTests {
    @Test func keepsScalarsAsTheyAreWritten() throws {
        let document = YAMLDocument("[0123, 1.10, yes, 'quoted', \"\\u0041\", ~, null, '', , 12:30]")
        #expect(
            document.problems.map(\.message) == [
                "no YAML: did not find expected node content; text that holds a comma, a bracket or a colon must stand in quotes"
            ])
        let list = try #require(YAMLDocument("[0123, 1.10, yes, 'quoted', \"\\u0041\", ~, null, '', 12:30]").root)
        guard case .list(let elements) = list.content else {
            Issue.record("no list")
            return
        }
        #expect(elements.map(text) == ["0123", "1.10", "yes", "quoted", "A", nil, nil, "", "12:30"])
    }

    private func text(_ node: YAMLNode) -> String? {
        if case .text(let text, _) = node.content { text } else { nil }
    }

    @Test func marksStandAtTheValue() throws {
        let root = try #require(YAMLDocument("a: 1\nb:\n  - ü: [x,  y]\n").root)
        guard case .mapping(let entries) = root.content, case .list(let list) = entries[1].value.content,
            case .mapping(let inner) = list[0].content, case .list(let pair) = inner[0].value.content
        else {
            Issue.record("another shape")
            return
        }
        #expect(entries.map(\.mark) == [SourceMark(line: 1, column: 1), SourceMark(line: 2, column: 1)])
        #expect(inner[0].mark == SourceMark(line: 3, column: 5))
        #expect(pair.map(\.mark) == [SourceMark(line: 3, column: 9), SourceMark(line: 3, column: 13)])
    }

    @Test func theFirstOfDuplicateKeysHolds() throws {
        let document = YAMLDocument("a: 1\n\"a\": 2\nb: {c: 1, 'c': 2, c: 3}\na: 4\n")
        #expect(document.problems.map(\.mark.line) == [2, 3, 3, 4])
        let root = try #require(document.root)
        guard case .mapping(let entries) = root.content else {
            Issue.record("no mapping")
            return
        }
        #expect(entries.map(\.key) == ["a", "b"])
        #expect(text(entries[0].value) == "1")
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func duplicateKeysAreFoundWhateverEndsALine(end: String) {
        let document = YAMLDocument("x: 0\(end)a: 1\(end)b: 2\(end)a: 3\(end)")
        #expect(document.problems.map(\.message) == ["the key \"a\" stands twice: first on line 2"])
        #expect(document.problems.map(\.mark.line) == [4])
    }

    @Test func moreDuplicatesThanTheLimitAreStillAProblem() {
        let count = YAMLDocument.maximumDuplicates * 2
        let document = YAMLDocument((0..<count).map { "k\($0): {a: 1, a: 2}" }.joined(separator: "\n"))
        #expect(document.root == nil)
        #expect(document.problems.count > YAMLDocument.maximumDuplicates)
    }

    /// A text of the largest size is not parsed again and again.
    @Test func manyDuplicatesInALargeFileAreFewParses() {
        let line = "abcdefghij: klmnopqrstuvwxyz\n"
        let document = YAMLDocument(String(repeating: line, count: SourceFile.maximumSize / 2 / line.utf8.count))
        #expect(document.root == nil)
        #expect(document.problems.count < 12)
    }

    @Test(arguments: ["&a [*a]", "[&a {b: *a}]", "*a"])
    func anAliasOfItselfIsNoYAML(text: String) {
        #expect(YAMLDocument(text).problems.count == 1)
        #expect(YAMLDocument(text).root == nil)
    }

    @Test func aliasesStandForWholeValues() throws {
        let document = YAMLDocument("a: &x [1, 2]\nb: *x\n")
        #expect(document.problems.isEmpty)
        let root = try #require(document.root)
        guard case .mapping(let entries) = root.content,
            case .list(let list) = entries[1].value.content
        else {
            Issue.record("another shape")
            return
        }
        #expect(list.map(text) == ["1", "2"])
        #expect(list[0].mark.line == 1)
    }

    @Test(arguments: [100, 900, 1_100, 50_000])
    func deepNestingIsRefused(depth: Int) {
        let nested = [
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth),
            String(repeating: "- ", count: depth) + "x",
            String(repeating: "{a: ", count: depth) + "x" + String(repeating: "}", count: depth),
        ]
        for text in nested { #expect(!YAMLDocument(text).problems.isEmpty) }
    }
}
