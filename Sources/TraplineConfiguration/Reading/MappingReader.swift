/// Reads one mapping key by key. What was asked for is known; what is left at `finish` is reported as unknown, with the
/// nearest of the known keys.
final class MappingReader {
    let reader: DocumentReader
    let mark: SourceMark
    private let entries: [YAMLNode.Entry]
    private let keysAreSecret: Bool
    private var known: [String] = []
    private var reserved: [String: String] = [:]

    /// `nil`, with a problem, where the node is no mapping. Nothing at all (`console:`) is an empty mapping.
    /// `keysAreSecret` where an operator may have put a secret in a key's place: then no message shows it.
    init?(_ node: YAMLNode, _ reader: DocumentReader, of what: String, keysAreSecret: Bool = false) {
        switch node.content {
        case .mapping(let entries): self.entries = entries
        case .empty: self.entries = []
        case .text, .list:
            reader.error("expected a mapping of \(what), found \(node.kind)", at: node.mark)
            return nil
        }
        self.reader = reader
        self.mark = node.mark
        self.keysAreSecret = keysAreSecret
    }

    /// The key's value, if the key is there.
    func take(_ key: String) -> YAMLNode? {
        entry(key)?.value
    }

    func entry(_ key: String) -> YAMLNode.Entry? {
        if !known.contains(key) { known.append(key) }
        return entries.first { $0.key == key }
    }

    func take<Value>(_ key: String, _ read: (YAMLNode) -> Value?) -> Value? {
        take(key).flatMap(read)
    }

    /// The value of a key that must be there.
    func require<Value>(_ key: String, _ what: String, _ read: (YAMLNode) -> Value?) -> Value? {
        guard let node = take(key) else {
            reader.error("\(key): is missing: \(what)", at: mark)
            return nil
        }
        return read(node)
    }

    /// Keys that are known and not read: each is an error with its reason.
    func refuse(_ keys: [String], _ reason: String) {
        for key in keys { reserved[key] = reason }
    }

    private func hint(for key: String, _ names: [String]) -> String {
        let near = Suggestion.hint(for: key, in: names + reserved.keys.sorted())
        return near.isEmpty ? "; the keys here are \(names.joined(separator: ", "))" : near
    }

    /// Reports every key that nobody asked for.
    func finish() {
        let names = known.filter { reserved[$0] == nil }
        for entry in entries where !known.contains(entry.key) {
            if let reason = reserved[entry.key] {
                reader.error("\(entry.key): \(reason)", at: entry.mark)
            } else if keysAreSecret {
                // Of what stands there it tells no more than that it is near to a key.
                reader.error("an unknown key\(hint(for: entry.key, names))", at: entry.mark)
            } else {
                reader.error("unknown key \(quoted(entry.key))\(hint(for: entry.key, names))", at: entry.mark)
            }
        }
    }
}
