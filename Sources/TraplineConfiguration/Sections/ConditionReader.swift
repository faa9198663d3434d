import Alarms
import MIBCatalog
import Routing
import SNMPWire

/// Reads the conditions of a route that have a notation of their own.
struct ConditionReader {
    let reader: DocumentReader
    let names: ObjectNames

    // MARK: Severity and transition

    /// `major`, `[major, critical]` or `>=major`.
    func severity(_ node: YAMLNode) -> RouteConditions.SeverityCondition? {
        if case .text(let text, _) = node.content, text.hasPrefix(">=") {
            let word = text.dropFirst(2).drop { $0 == " " }
            guard let severity = severity(named: String(word), at: node.mark) else { return nil }
            guard severity.rawValue >= Severity.warning.rawValue else {
                reader.error(
                    "\(word) has no place in the order warning < minor < major < critical; name it", at: node.mark)
                return nil
            }
            return .atLeast(severity)
        }
        let severities = words(node, "a severity").compactMap { severity(named: $0.text, at: $0.mark) }
        return severities.isEmpty ? nil : .among(Set(severities))
    }

    private func severity(named name: String, at mark: SourceMark) -> Severity? {
        if let severity = Severity(name) { return severity }
        let known = Severity.allCases.map(\.name)
        let isComparison = name.contains { "<>=".contains($0) }
        let hint = isComparison ? "; the one comparison is \">=major\", alone" : Suggestion.hint(for: name, in: known)
        reader.error("expected a severity (\(alternatives(known))), found \(quoted(name))\(hint)", at: mark)
        return nil
    }

    func transitions(_ node: YAMLNode) -> Set<Transition>? {
        var transitions: Set<Transition> = []
        for word in words(node, "a transition") {
            if let transition = Transition(rawValue: word.text) {
                transitions.insert(transition)
            } else {
                let known = Transition.allCases.map(\.rawValue)
                reader.error(
                    "expected a transition (\(alternatives(known))), found \(quoted(word.text))"
                        + Suggestion.hint(for: word.text, in: known), at: word.mark)
            }
        }
        return transitions.isEmpty ? nil : transitions
    }

    private func words(_ node: YAMLNode, _ what: String) -> [(text: String, mark: SourceMark)] {
        let elements = reader.oneOrMore(node)
        if elements.isEmpty { reader.error("an empty list; leave the condition out to mean any", at: node.mark) }
        return elements.compactMap { element in reader.text(element, what).map { ($0, element.mark) } }
    }

    // MARK: Notifications

    func notifications(_ node: YAMLNode) -> [RouteConditions.NotificationPattern] {
        words(node, "a notification's name, OID or pattern").compactMap { notification($0.text, at: $0.mark) }
    }

    private func notification(_ text: String, at mark: SourceMark) -> RouteConditions.NotificationPattern? {
        guard let pattern = RouteConditions.NotificationPattern(text, catalog: names.catalog) else {
            let isSubtree = text.hasSuffix(".*")
            let name = isSubtree ? String(text.dropLast(2)) : text
            if name.contains("*") || name.contains("?") {
                reader.error("\(quoted(text)): in an OID, * stands only at the end, for all below it", at: mark)
            } else {
                reader.error(names.whyUnknown(name), at: mark)
            }
            return nil
        }
        if case .glob = pattern, text.hasSuffix(".*"), !text.dropLast(2).contains(where: { "*?".contains($0) }) {
            // All below a name that nobody knows.
            reader.error(names.whyUnknown(String(text.dropLast(2))), at: mark)
            return nil
        }
        if case .glob = pattern, names.catalog.nodeCount > 0, !names.isMatched(byPattern: text) {
            reader.warning("no name that a MIB module defines matches \(quoted(text))", at: mark)
        }
        if case .exact(let oid) = pattern, let node = names.catalog.node(for: oid), node.oid == oid,
            node.kind != .notification, OID(text) == nil
        {
            reader.error(
                "\(node.qualifiedName) is no notification (a \(node.kind.rawValue)); \"\(text).*\" means all below it",
                at: mark)
            return nil
        }
        return pattern
    }

    // MARK: Variables

    /// `{NAME: VALUE}`; a value is a number or text, with a comparison before it (`">=4"`) or several of them in a list.
    func variables(_ node: YAMLNode) -> [RouteConditions.VariableComparison]? {
        guard case .mapping(let entries) = node.content else {
            reader.error("expected a mapping of variables, {NAME: VALUE}, found \(node.kind)", at: node.mark)
            return nil
        }
        if entries.isEmpty { reader.error("an empty mapping; leave the condition out to mean any", at: node.mark) }
        return entries.flatMap { entry -> [RouteConditions.VariableComparison] in
            let name = YAMLNode(mark: entry.mark, content: .text(entry.key, isQuoted: true))
            let variable = names.oid(name, reader)
            let values = reader.oneOrMore(entry.value)
            if values.isEmpty {
                reader.error("an empty list; leave the variable out to mean any", at: entry.value.mark)
            }
            return values.compactMap { value in
                guard let text = reader.text(value, "a value, with or without a comparison before it"), let variable
                else { return nil }
                return comparison(of: variable, text, at: value.mark)
            }
        }
    }

    /// Longer operators first: `>=` begins with `>`.
    private static let operators = RouteConditions.Comparison.allCases.sorted { $0.rawValue.count > $1.rawValue.count }

    private func comparison(of variable: OID, _ text: String, at mark: SourceMark) -> RouteConditions
        .VariableComparison?
    {
        let found = ConditionReader.operators.first { text.hasPrefix($0.rawValue) }
        let operand = String(text.dropFirst(found?.rawValue.count ?? 0).drop { $0 == " " })
        guard !operand.isEmpty else {
            reader.error("a comparison with nothing", at: mark)
            return nil
        }
        let comparison = found ?? .equal
        guard comparison == .like || isComparable(operand, to: variable, at: mark) else { return nil }
        return .init(variable: variable, comparison: comparison, operand: operand)
    }

    /// A number's value compares to a number or to a label of its enumeration, and to any other text never.
    private func isComparable(_ operand: String, to variable: OID, at mark: SourceMark) -> Bool {
        let numeric = [
            "INTEGER", "Integer32", "Unsigned32", "Gauge32", "Counter32", "Counter64", "TimeTicks",
        ]
        guard let node = names.catalog.node(for: variable), numeric.contains(node.syntax), Double(operand) == nil else {
            return true
        }
        let labels = node.enumeration.sorted { $0.key < $1.key }.map(\.value)
        if labels.contains(operand) || node.enumeration.contains(where: { "\($1)(\($0))" == operand }) { return true }
        reader.error(
            "\(node.qualifiedName) is a number: \(quoted(operand)) is neither one nor a label of it"
                + Suggestion.hint(for: operand, in: labels), at: mark)
        return false
    }

    // MARK: Time

    func time(_ node: YAMLNode) -> RouteConditions.TimeSpan? {
        guard let text = reader.text(node, "a time of the week") else { return nil }
        if let span = WeekTimeText.parse(text) { return span }
        reader.error(
            "expected a time of the week such as mon-fri 08:00-18:00, sat,sun or 22:00-06:00, found \(quoted(text))",
            at: node.mark)
        return nil
    }
}
