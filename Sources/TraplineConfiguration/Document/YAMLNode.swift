/// A value of a YAML document and where it stands, free of the parser that read it.
struct YAMLNode {
    struct Entry {
        var key: String
        var mark: SourceMark
        var value: YAMLNode
    }

    enum Content {
        /// Nothing, `~` or `null`.
        case empty
        /// Any scalar, as it was written: whether `12` is a number or a name is for its reader to say. `isQuoted` for
        /// everything that is not a plain scalar.
        case text(String, isQuoted: Bool)
        case list([YAMLNode])
        /// In the order of the file; keys differ.
        case mapping([Entry])
    }

    var mark: SourceMark
    var content: Content

    /// What an operator calls it: for "expected a list, found text".
    var kind: String {
        switch content {
        case .empty: "nothing"
        case .text: "text"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}
