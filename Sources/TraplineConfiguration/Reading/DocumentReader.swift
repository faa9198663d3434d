import Foundation

/// Reads the values of one file and gathers what is wrong with them. Every method that finds a problem reports it and
/// gives `nil`, so that its caller goes on with the rest.
final class DocumentReader {
    /// What a person can work through; a file with more is the wrong file.
    static let maximumProblems = 200
    /// Longer than any path, template or address.
    static let maximumTextLength = 4_096

    let file: String
    /// The file's folder: what relative paths in it start from.
    let folder: String
    private(set) var problems: [ConfigurationProblem] = []
    /// How many errors there were, those past the limit too.
    private(set) var errorCount = 0

    init(file: String) {
        self.file = file
        // Foundation's own traps on a name of one letter.
        folder =
            switch file.lastIndex(of: "/") {
            case file.startIndex?: "/"
            case let slash?: String(file[..<slash])
            case nil: "."
            }
    }

    /// The root of the file's document; `nil` where it cannot be read or holds nothing.
    func open() -> YAMLNode? {
        switch SourceFile.read(file) {
        case .success(let source):
            return parse(source.text)
        case .failure(let failure):
            report(.error, { failure.message }, at: failure.mark)
            return nil
        }
    }

    func parse(_ text: String) -> YAMLNode? {
        let document = YAMLDocument(text)
        for problem in document.problems { error(problem.message, at: problem.mark) }
        return document.root
    }

    // MARK: Problems

    func error(_ message: @autoclosure () -> String, at mark: SourceMark) {
        report(.error, message, at: mark)
    }

    func warning(_ message: @autoclosure () -> String, at mark: SourceMark) {
        report(.warning, message, at: mark)
    }

    /// A message is made only if it is kept: a hint in it looks at every word that was possible.
    private func report(_ severity: ConfigurationProblem.Severity, _ message: () -> String, at mark: SourceMark?) {
        if severity == .error { errorCount += 1 }
        // The first error is always shown: a file must not fail without a word because of its many warnings.
        guard problems.count < DocumentReader.maximumProblems || severity == .error && errorCount == 1 else { return }
        let problem = ConfigurationProblem(
            file: file, line: mark?.line, column: mark?.column, severity: severity, message: message())
        // A value behind an alias is read once for each use.
        if !problems.contains(problem) { problems.append(problem) }
    }

    // MARK: Values

    /// Any scalar, as written.
    func text(_ node: YAMLNode, _ what: String = "text") -> String? {
        guard case .text(let text, _) = node.content else {
            error("expected \(what), found \(node.kind)", at: node.mark)
            return nil
        }
        guard !text.isEmpty else {
            error("expected \(what), found an empty one", at: node.mark)
            return nil
        }
        guard text.utf8.count <= DocumentReader.maximumTextLength else {
            error("longer than \(DocumentReader.maximumTextLength) octets", at: node.mark)
            return nil
        }
        return text
    }

    func boolean(_ node: YAMLNode) -> Bool? {
        guard case .text(let text, isQuoted: false) = node.content, let value = Bool(text) else {
            error("expected true or false, found \(described(node))", at: node.mark)
            return nil
        }
        return value
    }

    func integer(_ node: YAMLNode, in range: ClosedRange<Int>) -> Int? {
        guard case .text(let text, isQuoted: false) = node.content, let value = Int(text) else {
            error("expected a whole number, found \(described(node))", at: node.mark)
            return nil
        }
        guard range.contains(value) else {
            error("\(value) is not within \(range.lowerBound) to \(range.upperBound)", at: node.mark)
            return nil
        }
        return value
    }

    func duration(_ node: YAMLNode, in range: ClosedRange<Duration>) -> Duration? {
        guard case .text(let text, _) = node.content, let value = DurationText.parse(text) else {
            error("expected a duration such as 30s (units ms, s, m, h, d), found \(described(node))", at: node.mark)
            return nil
        }
        guard range.contains(value) else {
            let bounds = (DurationText.format(range.lowerBound), DurationText.format(range.upperBound))
            error("\(text) is not within \(bounds.0) to \(bounds.1)", at: node.mark)
            return nil
        }
        return value
    }

    func size(_ node: YAMLNode, in range: ClosedRange<Int>) -> Int? {
        guard case .text(let text, _) = node.content, let value = SizeText.parse(text) else {
            error(
                "expected a size such as 64MiB (units B, kB, KiB, MB, MiB, …), found \(described(node))", at: node.mark)
            return nil
        }
        guard range.contains(value) else {
            let bounds = (SizeText.format(range.lowerBound), SizeText.format(range.upperBound))
            error("\(text) is not within \(bounds.0) to \(bounds.1)", at: node.mark)
            return nil
        }
        return value
    }

    /// One of a closed set of words.
    func word<Word: RawRepresentable & CaseIterable>(_ node: YAMLNode, _ type: Word.Type = Word.self) -> Word?
    where Word.RawValue == String {
        guard let text = text(node) else { return nil }
        if let word = Word(rawValue: text) { return word }
        let words = Word.allCases.map(\.rawValue)
        error(
            "expected \(alternatives(words)), found \(quoted(text))\(Suggestion.hint(for: text, in: words))",
            at: node.mark)
        return nil
    }

    func list(_ node: YAMLNode, of what: String) -> [YAMLNode]? {
        guard case .list(let elements) = node.content else {
            error("expected a list of \(what), found \(node.kind)", at: node.mark)
            return nil
        }
        return elements
    }

    /// A list, or what one element of it would be.
    func oneOrMore(_ node: YAMLNode) -> [YAMLNode] {
        if case .list(let elements) = node.content { return elements }
        return [node]
    }

    /// A path, made absolute or relative to the current folder from one relative to the file's.
    func path(_ node: YAMLNode) -> String? {
        guard let text = text(node, "a path") else { return nil }
        guard !text.utf8.contains(0) else {
            error("a path with a NUL in it", at: node.mark)
            return nil
        }
        return resolve(text)
    }

    func resolve(_ path: String) -> String {
        if path.hasPrefix("/") || folder == "." { return path }
        return folder == "/" ? "/" + path : folder + "/" + path
    }

    /// What stands there, for "expected …, found …".
    func described(_ node: YAMLNode) -> String {
        guard case .text(let text, _) = node.content else { return node.kind }
        return text.isEmpty ? "nothing" : quoted(text)
    }
}
