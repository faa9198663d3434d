import Yams

/// A YAML text as a tree of `YAMLNode`s: the one place that knows the parser.
///
/// The parser gives up at its first mapping with a duplicate key. An operator wants to see all of them, so the first
/// occurrence is renamed in the text (within its columns) and the text is parsed again.
struct YAMLDocument {
    /// What aliases may expand a document to; a text of the maximal size has fewer nodes of its own.
    static let maximumNodes = 1_000_000
    /// Settings are at most six levels deep; each level costs stack in the parser and in us.
    static let maximumDepth = 64
    /// Duplicate keys that are told apart in one run; past it some are reported without their twin and none beyond.
    static let maximumDuplicates = 50
    /// Octets that the parser is given in all, again and again.
    static let maximumParsedSize = 4 * SourceFile.maximumSize
    /// YAML's private-use characters never begin a key of ours.
    private static let renamed: Unicode.Scalar = "\u{e000}"

    /// `nil` where the text is no YAML or holds nothing.
    private(set) var root: YAMLNode?
    private(set) var problems: [(mark: SourceMark, message: String)] = []

    private var nodes = 0
    /// Keys that were renamed, by their place.
    private var renamedKeys: [SourceMark: String] = [:]

    init(_ text: String) {
        if let refused = YAMLDocument.firstForbidden(in: text) ?? AliasGuard.check(text) {
            problems.append((refused.mark, refused.message))
            return
        }
        var text = text
        let rounds = min(YAMLDocument.maximumDuplicates, YAMLDocument.maximumParsedSize / max(1, text.utf8.count))
        for _ in 0...rounds {
            do {
                guard let tree = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot() else { return }
                root = convert(tree, depth: 0)
                return
            } catch let error as YamlError {
                guard case .duplicatedKeysInMapping(let keys, let context) = error,
                    let key = keys.first, let next = rename(key, at: context.mark, in: text)
                else {
                    problems = duplicates() + [describe(error)]
                    return
                }
                text = next
            } catch {
                problems.append((.start, "no YAML"))
                return
            }
        }
        problems = duplicates()
    }

    /// What YAML 1.2 §5.1 does not let stand in a text, and nesting that no document needs.
    private static func firstForbidden(in text: String) -> (message: String, mark: SourceMark)? {
        var mark = SourceMark.start
        var depth = 0
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0a:
                mark = SourceMark(line: mark.line + 1, column: 0)
            case 0x09, 0x0d, 0x20...0x7e, 0x85, 0xa0...0xd7ff, 0xe000...0xfefe, 0xff00...0xfffd, 0x10000...0x10ffff:
                // Brackets in quoted text count too: a text with so many of them is none of ours either.
                if scalar == "[" || scalar == "{" { depth += 1 }
                if scalar == "]" || scalar == "}" { depth = max(0, depth - 1) }
                if depth > maximumDepth { return ("lists and mappings nested more than \(maximumDepth) deep", mark) }
            default:
                let code = String(scalar.value, radix: 16, uppercase: true)
                return ("the control character U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)", mark)
            }
            mark.column += 1
        }
        return nil
    }

    // MARK: The tree

    private mutating func convert(_ node: Node, depth: Int) -> YAMLNode? {
        let mark = SourceMark(node.mark)
        nodes += 1
        guard depth <= YAMLDocument.maximumDepth else {
            problems.append((mark, "lists and mappings nested more than \(YAMLDocument.maximumDepth) deep"))
            return nil
        }
        guard nodes <= YAMLDocument.maximumNodes else {
            if nodes == YAMLDocument.maximumNodes + 1 {
                problems.append((mark, "aliases that expand to more than \(YAMLDocument.maximumNodes) values"))
            }
            return nil
        }
        checkTag(node, mark)
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            if isPlain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) {
                return YAMLNode(mark: mark, content: .empty)
            }
            return YAMLNode(mark: mark, content: .text(scalar.string, isQuoted: !isPlain))
        case .sequence(let sequence):
            return YAMLNode(mark: mark, content: .list(sequence.compactMap { convert($0, depth: depth + 1) }))
        case .mapping(let mapping):
            return YAMLNode(mark: mark, content: .mapping(entries(of: mapping, depth: depth)))
        case .alias:
            // The parser resolves aliases itself.
            return YAMLNode(mark: mark, content: .empty)
        }
    }

    private mutating func entries(of mapping: Node.Mapping, depth: Int) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var first: [String: SourceMark] = [:]
        for (keyNode, valueNode) in mapping {
            let mark = SourceMark(keyNode.mark)
            guard case .scalar(let scalar) = keyNode else {
                problems.append((mark, "a key must be one word, not a list or a mapping"))
                continue
            }
            let key = renamedKeys[mark] ?? scalar.string
            if let earlier = first[key] {
                problems.append((mark, "the key \(quoted(key)) stands twice: first on line \(earlier.line)"))
                continue
            }
            first[key] = mark
            guard key != "<<" else {
                problems.append((mark, "merge keys (<<) are not supported; an alias stands for a whole value"))
                continue
            }
            guard let value = convert(valueNode, depth: depth + 1) else { continue }
            entries.append(YAMLNode.Entry(key: key, mark: mark, value: value))
        }
        return entries
    }

    private mutating func checkTag(_ node: Node, _ mark: SourceMark) {
        let known: [Tag.Name] = [.implicit, .nonSpecific, .str, .seq, .map, .null, .bool, .int, .float]
        let tag = node.tag.rawValue
        if !known.contains(where: { $0.rawValue == tag }) {
            // The tag is not shown: it may be a password that begins so.
            problems.append((mark, "a tag (!…) is not supported; text that begins with ! must stand in quotes"))
        }
    }

    // MARK: Problems

    /// The text with the key at `mark` renamed to something that no other key is called; `nil` where that is no plain
    /// or quoted word.
    private mutating func rename(_ key: String, at mark: Mark, in text: String) -> String? {
        let mark = SourceMark(mark)
        guard renamedKeys[mark] == nil else { return nil }
        var scalars = Array(text.unicodeScalars)
        guard var index = scalars.index(of: mark) else { return nil }
        if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        guard index < scalars.count, !"\n\r\"'[{&*!?|>".unicodeScalars.contains(scalars[index]) else { return nil }
        guard let marker = Unicode.Scalar(YAMLDocument.renamed.value + UInt32(renamedKeys.count)) else { return nil }
        scalars[index] = marker
        renamedKeys[mark] = key
        var renamed = String.UnicodeScalarView()
        renamed.append(contentsOf: scalars)
        return String(renamed)
    }

    /// The keys that were renamed, where the text could not be read to its end to find their twins.
    private func duplicates() -> [(mark: SourceMark, message: String)] {
        renamedKeys.sorted { $0.key < $1.key }.map { ($0.key, "the key \(quoted($0.value)) stands twice") }
    }

    private func describe(_ error: YamlError) -> (mark: SourceMark, message: String) {
        switch error {
        case .composer(_, let problem, let mark, _):
            return (SourceMark(mark), "no YAML: \(YAMLDocument.advice(for: problem))")
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            var message = "no YAML: \(YAMLDocument.advice(for: problem))"
            // What began on the same line needs no finding.
            if let context, context.mark.line != mark.line {
                message += " (\(context.text), which begins on line \(context.mark.line))"
            }
            return (SourceMark(mark), message)
        case .duplicatedKeysInMapping(let keys, let context):
            return (SourceMark(context.mark), "the key \(quoted(keys.first ?? "")) stands twice")
        case .reader(let problem, _, _, _):
            return (.start, "no YAML: \(problem)")
        default:
            // The parser's own description quotes the text, which may hold a secret.
            return (.start, "no YAML")
        }
    }

    /// The parser's words, and for the slips that operators make, what to do about them.
    private static func advice(for problem: String) -> String {
        switch problem {
        case "found character that cannot start any token":
            problem + "; a tab, @, ` and % must stand in quotes, and lines are indented with blanks"
        case "found a tab character where an indentation space is expected",
            "found a tab character that violates indentation":
            problem + "; lines are indented with blanks"
        case "did not find expected alphabetic or numeric character", "found undefined alias":
            problem + "; text that begins with * or & must stand in quotes"
        case "did not find expected comment or line break":
            problem + "; text that begins with > or | must stand in quotes"
        case "did not find expected node content", "did not find expected ',' or ']'",
            "did not find expected ',' or '}'":
            problem + "; text that holds a comma, a bracket or a colon must stand in quotes"
        case let problem where problem.hasPrefix("Maximum nesting level"):
            "lists and mappings nested too deep"
        case "but found another document":
            "a file holds one document; a second one begins here"
        case "mapping values are not allowed in this context":
            problem + "; text that holds a colon and a blank must stand in quotes"
        default: problem
        }
    }
}

extension SourceMark {
    fileprivate init(_ mark: Mark?) {
        // The parser gives line 0 where it knows of no place.
        self.init(line: max(1, mark?.line ?? 1), column: max(1, mark?.column ?? 1))
    }
}

extension [Unicode.Scalar] {
    fileprivate func index(of mark: SourceMark) -> Int? {
        var line = 1
        var index = 0
        while line < mark.line {
            guard index < count else { return nil }
            let isSplit = self[index] == "\r" && index + 1 < count && self[index + 1] == "\n"
            if "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains(self[index]), !isSplit { line += 1 }
            index += 1
        }
        index += mark.column - 1
        return index < count ? index : nil
    }
}
