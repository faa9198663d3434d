import Alarms
import MIBCatalog
import SNMPWire

/// A file of alarm rules, the shipped one or an operator's: `vendor-trap-root` and `rules`.
struct AlarmRulesFile {
    /// More notifications than all bundled modules define.
    static let maximumRules = 5_000
    /// Parts of an alarm's source; the keys of real tables have up to four.
    static let maximumKeyParts = 8
    /// A repeat each second at the one end; at the other what nobody calls an alarm any more.
    static let expiry: ClosedRange<Duration> = .seconds(1)...(.seconds(365 * 86_400))
    /// ITU-T X.733 §8.1.1 and X.736, by the names of IANAItuEventType (RFC 3877).
    static let eventTypes = [
        "other", "communicationsAlarm", "qualityOfServiceAlarm", "processingErrorAlarm", "equipmentAlarm",
        "environmentalAlarm", "integrityViolation", "operationalViolation", "physicalViolation",
        "securityServiceOrMechanismViolation", "timeDomainViolation",
    ]

    var rules: [AlarmRule] = []
    /// `nil` where the file does not name one.
    var vendorTrapRoot: OID?

    init(_ node: YAMLNode?, _ reader: DocumentReader, names: ObjectNames) {
        guard let node, let mapping = MappingReader(node, reader, of: "rules and vendor-trap-root") else { return }
        vendorTrapRoot = mapping.take("vendor-trap-root") { names.oid($0, reader, "the OID of the vendor's traps") }
        let elements = mapping.take("rules") { reader.list($0, of: "rules") } ?? []
        mapping.finish()
        guard elements.count <= AlarmRulesFile.maximumRules else {
            reader.error("more than \(AlarmRulesFile.maximumRules) rules", at: node.mark)
            return
        }
        let ruleReader = AlarmRuleReader(reader: reader, names: names)
        var lines: [OID: Int] = [:]
        for element in elements {
            guard let rule = ruleReader.read(element) else { continue }
            // A rule that holds only sometimes leaves the rest to the one before it.
            if let line = lines.updateValue(element.mark.line, forKey: rule.notification), rule.when.isEmpty {
                let name = names.catalog.name(of: rule.notification)
                reader.warning("\(name) has a rule on line \(line) already; this one holds", at: element.mark)
            }
            rules.append(rule)
        }
    }
}

/// Reads one rule.
private struct AlarmRuleReader {
    let reader: DocumentReader
    let names: ObjectNames

    /// `nil`, with problems, where anything is wrong with it: half a rule could clear what it should raise.
    func read(_ node: YAMLNode) -> AlarmRule? {
        let errors = reader.errorCount
        guard let mapping = MappingReader(node, reader, of: "a rule's settings") else { return nil }
        let notification = mapping.require("notification", "the name or OID that the rule is for", self.notification)
        let kind = mapping.take("kind") { reader.word($0, AlarmRule.Kind.self) } ?? .alarm
        let alarm = mapping.take("alarm") { reader.text($0, "the alarm's name") }
        let twin = mapping.take("same-as", self.notification)
        let clears = mapping.entry("clears")
        let severity = mapping.entry("severity")
        let key = mapping.take("key", keyParts) ?? []
        let text = mapping.take("text", template)
        let eventType = mapping.take("event-type", eventType)
        let probableCause = mapping.take("probable-cause") { reader.text($0, "a probable cause") }
        let conditions = mapping.take("when", conditions) ?? []
        let expires = mapping.take("expires") { reader.duration($0, in: AlarmRulesFile.expiry) }
        let restart = mapping.take("restart") { reader.word($0, AlarmRule.Restart.self) }
        for name in ["expires", "restart"] where kind != .alarm {
            guard let entry = mapping.entry(name) else { continue }
            reader.error("\(name): only a rule of kind alarm has an alarm that could end", at: entry.mark)
        }
        let isTwin = mapping.take("same-as") != nil
        mapping.finish()

        guard let notification else { return nil }
        var rule = AlarmRule(
            notification: notification, kind: kind, alarm: alarm, alarmOID: twin,
            severity: .fixed(.indeterminate), key: key, text: text, eventType: eventType, probableCause: probableCause,
            when: conditions, expires: expires, restart: restart)
        if let clears {
            if isTwin { reader.error("clears and same-as exclude each other", at: clears.mark) }
            if severity != nil {
                reader.error("clears and severity exclude each other: a clear is cleared", at: clears.mark)
            }
            if kind != .alarm { reader.error("only a rule of kind alarm clears one", at: clears.mark) }
            rule.alarmOID = self.notification(clears.value)
            rule.severity = .fixed(.cleared)
        } else if let severity {
            rule.severity = self.severity(severity.value) ?? rule.severity
        } else if kind == .alarm {
            reader.error("an alarm needs severity or clears", at: node.mark)
        }
        return reader.errorCount == errors ? rule : nil
    }

    private func notification(_ node: YAMLNode) -> OID? {
        guard let oid = names.oid(node, reader, "a notification's name or OID") else { return nil }
        if case .text(let text, _) = node.content, OID(text) == nil, let known = names.catalog.node(for: oid),
            known.oid == oid, known.kind != .notification
        {
            reader.error("\(known.qualifiedName) is no notification (a \(known.kind.rawValue))", at: node.mark)
            return nil
        }
        return oid
    }

    // MARK: Severity

    /// `major`, `vendor` or `{variable: NAME, map: {1: major, up: cleared}, otherwise: indeterminate}`.
    private func severity(_ node: YAMLNode) -> AlarmRule.SeverityRule? {
        if case .text(let text, _) = node.content {
            return text == "vendor" ? .vendor : severity(named: node, also: ["vendor"]).map { .fixed($0) }
        }
        guard let mapping = MappingReader(node, reader, of: "variable, map and otherwise") else { return nil }
        let variable = mapping.require("variable", "the object that tells the severity") { names.oid($0, reader) }
        let map = mapping.require("map", "what its values mean") { $0 }
        let otherwise = mapping.take("otherwise") { severity(named: $0) } ?? .indeterminate
        mapping.finish()
        guard let variable, let map else { return nil }
        guard case .mapping(let entries) = map.content, !entries.isEmpty else {
            reader.error(
                "expected a mapping of values to severities, found \(isEmpty(map) ? "nothing" : map.kind)", at: map.mark
            )
            return nil
        }
        var severities: [Int32: Severity] = [:]
        for entry in entries {
            let severity = severity(named: entry.value)
            if let number = number(entry.key, of: variable, at: entry.mark) { severities[number] = severity }
        }
        return .mapped(variable: variable, severities: severities, otherwise: otherwise)
    }

    /// A value of `variable`, as a number or by its label.
    private func number(_ text: String, of variable: OID, at mark: SourceMark) -> Int32? {
        let enumeration = names.catalog.node(for: variable)?.enumeration ?? [:]
        if let number = Int32(text) ?? enumeration.first(where: { $0.value == text })?.key { return number }
        let labels = enumeration.sorted { $0.key < $1.key }.map(\.value)
        let hint = Suggestion.hint(for: text, in: labels)
        reader.error("\(quoted(text)) is neither a whole number nor a value's name\(hint)", at: mark)
        return nil
    }

    /// `{NAME: VALUE}` or `{NAME: [VALUE, VALUE]}`.
    private func conditions(_ node: YAMLNode) -> [AlarmRule.Condition]? {
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            reader.error(
                "expected a mapping of variables to values, found \(isEmpty(node) ? "nothing" : node.kind)",
                at: node.mark)
            return nil
        }
        return entries.compactMap { entry in
            let name = YAMLNode(mark: entry.mark, content: .text(entry.key, isQuoted: true))
            let values = reader.oneOrMore(entry.value)
            if values.isEmpty {
                reader.error("an empty list; leave the variable out to mean any", at: entry.value.mark)
            }
            guard let variable = names.oid(name, reader) else { return nil }
            let numbers = values.compactMap { value -> Int32? in
                guard let text = reader.text(value, "a value, as a number or by its label") else { return nil }
                return number(text, of: variable, at: value.mark)
            }
            return AlarmRule.Condition(variable: variable, values: Set(numbers))
        }
    }

    private func isEmpty(_ node: YAMLNode) -> Bool {
        if case .mapping(let entries) = node.content { entries.isEmpty } else { false }
    }

    private func severity(named node: YAMLNode, also: [String] = []) -> Severity? {
        guard let text = reader.text(node, "a severity") else { return nil }
        if let severity = Severity(text) { return severity }
        let known = Severity.allCases.map(\.name) + also
        reader.error(
            "expected a severity (\(alternatives(known))), found \(quoted(text))\(Suggestion.hint(for: text, in: known))",
            at: node.mark)
        return nil
    }

    // MARK: Key and text

    private func keyParts(_ node: YAMLNode) -> [AlarmRule.KeyPart]? {
        let elements = reader.oneOrMore(node)
        guard elements.count <= AlarmRulesFile.maximumKeyParts else {
            reader.error("more than \(AlarmRulesFile.maximumKeyParts) parts of a key", at: node.mark)
            return nil
        }
        return elements.compactMap(keyPart)
    }

    /// `NAME` (its value), `{instance: NAME}`, `{parent: NAME}` (its value, an OID, without the last number) or
    /// `{literal: TEXT}`.
    private func keyPart(_ node: YAMLNode) -> AlarmRule.KeyPart? {
        if case .text = node.content { return names.oid(node, reader).map { .value($0) } }
        guard let mapping = MappingReader(node, reader, of: "instance, parent or literal") else { return nil }
        let parts = [
            mapping.take("instance") { names.oid($0, reader).map { .instance($0) } },
            mapping.take("parent") { names.oid($0, reader).map { .parent($0) } },
            mapping.take("literal") { reader.text($0, "a constant").map { AlarmRule.KeyPart.literal($0) } },
        ]
        let errors = reader.errorCount
        mapping.finish()
        let found = parts.compactMap { $0 }
        if found.count != 1, reader.errorCount == errors {
            reader.error(
                "a part of a key is one of NAME, {instance: NAME}, {parent: NAME} or {literal: TEXT}", at: node.mark)
        }
        return found.first
    }

    private func template(_ node: YAMLNode) -> String? {
        guard let text = reader.text(node, "a text with {placeholders}") else { return nil }
        for name in TextTemplate.placeholders(in: text) where names.catalog.oid(named: name) == nil {
            reader.error("in the placeholder {\(name)}: \(names.whyUnknown(name))", at: node.mark)
        }
        return text
    }

    private func eventType(_ node: YAMLNode) -> String? {
        guard let text = reader.text(node, "an event type") else { return nil }
        if !AlarmRulesFile.eventTypes.contains(text) {
            let hint = Suggestion.hint(for: text, in: AlarmRulesFile.eventTypes)
            reader.warning("\(quoted(text)) is none of X.733's event types\(hint)", at: node.mark)
        }
        return text
    }
}
