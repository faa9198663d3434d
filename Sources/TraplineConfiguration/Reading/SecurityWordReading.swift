import SNMPSecurity
import SNMPWire

extension DocumentReader {
    /// A protocol of SNMPv3, by any of its names. A password stands beside it, and may have been put in its place: what
    /// was found is not shown.
    func spelled<Word: SpelledWord>(_ node: YAMLNode, _ type: Word.Type = Word.self) -> Word? {
        guard let text = text(node) else { return nil }
        if let word = Word(spelled: text) { return word }
        let words = Word.allCases.map(\.rawValue)
        let expected = "expected \(alternatives(words)), "
        if let why = Word.whyUnsupported(text) {
            error(expected + "and \(why)", at: node.mark)
        } else {
            error(expected + "found another word\(Suggestion.hint(for: text, in: words))", at: node.mark)
        }
        return nil
    }

    /// `noAuthNoPriv`, `authNoPriv` or `authPriv`.
    func level(_ node: YAMLNode) -> SecurityLevel? {
        guard let text = text(node) else { return nil }
        if let level = SecurityLevel(spelled: text) { return level }
        let words = SecurityLevel.allCases.map(\.description)
        error(
            "expected \(alternatives(words)), found \(quoted(text))\(Suggestion.hint(for: text, in: words))",
            at: node.mark)
        return nil
    }
}
