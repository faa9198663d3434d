/// net-snmp's log of a run, made into one problem per cause.
///
/// net-snmp tells one fault several times over: what it expected, which definition failed for it, which module failed
/// for that, and then each name that is missing elsewhere because of it.
struct ParserComplaints: Sendable {
    private(set) var problems: [CatalogProblem] = []
    /// Files whose modules net-snmp gave up, so that nothing of them is in the tree.
    private(set) var failedFiles: Set<String> = []
    /// Modules of which some nodes hang on nothing.
    private(set) var unlinkedModules: Set<String> = []

    /// More names than this in one problem tell nothing more.
    static let maximumNames = 5
    /// Nobody reads further.
    static let maximumProblems = 1_000

    private let files: [String: ModuleFile]
    /// Names that an import did not bring, by importing file and module.
    private(set) var missing: [(file: String, module: String, names: [String])] = []
    private var unlinked: (name: String, module: String)?
    private var lastFile: String?

    init(_ messages: [String], files: [String: ModuleFile]) {
        self.files = files
        for message in messages { add(message.split(separator: "\n").joined(separator: " ")) }
        for (file, module, names) in missing {
            let listed = names.prefix(Self.maximumNames).joined(separator: ", ")
            let more = names.count > Self.maximumNames ? " and \(names.count - Self.maximumNames) more" : ""
            let line = names.first.flatMap { files[file]?.line(of: $0) }
            append(
                CatalogProblem(
                    file: file, line: line, message: "imports \(listed)\(more) from \(module), which has none"))
        }
        if problems.count > Self.maximumProblems {
            let more = problems.count - Self.maximumProblems
            problems.removeLast(more)
            problems.append(CatalogProblem(message: "and \(more) further problems"))
        }
    }

    private mutating func add(_ message: String) {
        if let located = Located(message) {
            add(located)
        } else if let parts = message.parts(between: ["Did not find '", "' in module ", " (", ")"]) {
            noteMissing(parts[0], module: parts[1], file: parts[2])
        } else if let parts = message.parts(between: ["Unlinked OID in ", ": ", " ::= { "]) {
            unlinked = (parts[1], parts[0])
            unlinkedModules.insert(parts[0])
        } else if let parts = message.parts(between: ["Undefined identifier: ", " near line ", " of "], toEnd: true) {
            let name = unlinked.map { "\($0.name) stands under " } ?? ""
            append(
                CatalogProblem(
                    file: parts[2], line: Int(parts[1]),
                    message: "\(name)\(parts[0]), which is neither defined nor imported"))
        } else if let parts = message.parts(between: ["Cannot adopt OID in ", ": ", " ::= { ", " "]) {
            // What hangs on the missing name is told once a module, as it was linked.
            if !unlinkedModules.contains(parts[0]) {
                append(
                    CatalogProblem(message: "\(parts[0])::\(parts[1]) stands under \(parts[2]), which nobody defines"))
            }
            unlinkedModules.insert(parts[0])
        } else if let parts = message.parts(between: ["Warning: ", " is both ", " and ", " (", ")"]) {
            append(CatalogProblem(file: parts[3], message: "\(parts[0]) is named both \(parts[1]) and \(parts[2])"))
        } else if !Self.isNoise(message) {
            append(CatalogProblem(message: message))
        }
    }

    private mutating func add(_ complaint: Located) {
        let text = complaint.text
        if Self.isNoise(text) { return }
        // net-snmp knows no types of rows, which is as it should be.
        if let parts = text.parts(between: ["Warning: No known translation for type (", ")"]),
            files[complaint.file]?.definesSequence(parts[0]) ?? false
        {
            return
        }
        let isSummary = text.hasPrefix("Bad parse of ") || text == "Bad object identifier"
        let isGivenUp =
            (text.hasPrefix("Bad parse of ") && text != "Bad parse of MACRO") || text.hasPrefix("Bad operator")
            || text.hasPrefix("Error, ")
        if isGivenUp { failedFiles.insert(complaint.file) }
        // A summary only repeats what was expected just before it.
        if isSummary, lastFile == complaint.file { return }
        lastFile = complaint.file
        append(CatalogProblem(file: complaint.file, line: complaint.line, message: Self.reworded(text)))
    }

    private static func reworded(_ text: String) -> String {
        if let parts = text.parts(between: ["Cannot find module (", ")"]) {
            return "needs module \(parts[0]), which is in none of the folders"
        }
        if let parts = text.parts(between: ["Warning: No known translation for type (", ")"]) {
            return "the type \(parts[0]) is neither defined nor imported"
        }
        return text
    }

    /// What net-snmp says at its most talkative and nobody needs to know.
    private static func isNoise(_ message: String) -> Bool {
        message.hasPrefix("MIB search path:") || message.hasSuffix("parsed and ignored). ")
            || message.hasSuffix("parsed and ignored).") || message.hasPrefix("Warning: string too long")
            || message.hasPrefix("Warning: Upper bound not handled correctly") || message.hasPrefix("Warning: Module ")
            || message.hasPrefix("Loading replacement module ") || message.hasPrefix("Importing ")
            || message.isEmpty
    }

    private mutating func noteMissing(_ name: String, module: String, file: String) {
        if let index = missing.firstIndex(where: { $0.file == file && $0.module == module }) {
            missing[index].names.append(name)
        } else {
            missing.append((file, module, [name]))
        }
    }

    /// Two complaints about one line have one cause.
    private mutating func append(_ problem: CatalogProblem) {
        let isKnown = problems.contains {
            $0.file == problem.file && $0.line == problem.line && ($0.line != nil || $0.message == problem.message)
        }
        // The bound on the search is the bound on what is kept, well past what is shown.
        if !isKnown { problems.append(problem) }
    }
}

/// A complaint of the form `TEXT: At line N in FILE`.
private struct Located {
    let text: String
    let line: Int
    let file: String

    init?(_ message: String) {
        guard let middle = message.ranges(of: ": At line ").last else { return nil }
        let rest = message[middle.upperBound...]
        guard let separator = rest.firstRange(of: " in "), let line = Int(rest[..<separator.lowerBound]) else {
            return nil
        }
        self.text = String(message[..<middle.lowerBound])
        self.line = line
        self.file = String(rest[separator.upperBound...])
    }
}

extension String {
    /// The texts between fixed parts, the first of which begins the string: `(a|b)` between `(`, `|` and `)` gives a
    /// and b. `toEnd`: also what follows the last part.
    fileprivate func parts(between fixed: [String], toEnd: Bool = false) -> [String]? {
        guard let first = fixed.first, hasPrefix(first) else { return nil }
        var rest = dropFirst(first.count)
        var parts: [String] = []
        for part in fixed.dropFirst() {
            guard let range = rest.firstRange(of: part) else { return nil }
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        if toEnd { parts.append(String(rest)) }
        return parts
    }
}
