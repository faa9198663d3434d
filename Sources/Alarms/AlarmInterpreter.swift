import Basics
public import MIBCatalog
public import SNMPWire

/// What a notification means, by the rules: an alarm or an event, which one, of what object, how severe.
///
/// Immutable and pure: a reload builds another. What a notification *is* comes from its rule and not from its
/// severity; the vendor's traps that no rule names are the one exception, see `unlisted`.
public struct AlarmInterpreter: Sendable {
    private struct CompiledRule: Sendable {
        var kind: AlarmRule.Kind
        var notification: OID
        var conditions: [Condition]
        var alarm: String
        var alarmOID: OID
        var severity: AlarmRule.SeverityRule
        /// Where a mapped severity's variable may stand.
        var severityVariable: [OID]
        /// `nil` where the rule has no key.
        var source: AlarmSource?
        var text: TextTemplate?
        var eventType: String?
        var probableCause: String?
        var isVendors: Bool
        var expires: Duration?
        var clearsOnRestart: Bool

        func holds(for variables: VariableBindings) -> Bool {
            conditions.allSatisfy { condition in
                guard let number = variables.first(under: condition.spellings)?.value.asInt32 else { return false }
                return condition.values.contains(number)
            }
        }
    }

    private struct Condition: Sendable {
        /// Where the variable may stand.
        var spellings: [OID]
        var values: Set<Int32>
    }

    /// Of those for one notification the last that holds counts.
    private let rules: [OID: [CompiledRule]]
    private let vendor: VendorProfile
    /// What acBoardTrapGlobals may be spelled as.
    private let globals: ObjectPrefixes
    private let catalog: Catalog

    /// Of several rules for one notification the last that holds wins: the shipped rules come first, the user's after
    /// them.
    public init(rules: [AlarmRule], vendor: VendorProfile = .audiocodes, catalog: Catalog) {
        var compiled: [OID: [CompiledRule]] = [:]
        for rule in rules {
            let notification = vendor.canonical(rule.notification)
            // A rule that always holds leaves nothing to those before it.
            if rule.when.isEmpty { compiled[notification] = [] }
            compiled[notification, default: []].append(
                AlarmInterpreter.compile(rule, vendor: vendor, catalog: catalog))
        }
        self.rules = compiled
        self.vendor = vendor
        self.globals = ObjectPrefixes(vendor.spellings(of: VendorProfile.trapGlobals))
        self.catalog = catalog
    }

    /// An OID as the vendor's own module has it.
    public func canonical(_ oid: OID) -> OID { vendor.canonical(oid) }

    public func interpret(_ received: ReceivedNotification) -> Interpretation {
        let notification = received.notification
        let meaning = vendor.canonical(notification.trapOID)
        if let rule = rules[meaning]?.last(where: { $0.holds(for: notification.variables) }) {
            return interpret(notification, by: rule)
        }
        return unlisted(notification, meaning: meaning.compacted())
    }

    // MARK: - With a rule

    private static func compile(_ rule: AlarmRule, vendor: VendorProfile, catalog: Catalog) -> CompiledRule {
        let notification = vendor.canonical(rule.notification)
        let alarmOID = vendor.canonical(rule.alarmOID ?? notification)
        var severityVariable: [OID] = []
        if case .mapped(let variable, _, _) = rule.severity { severityVariable = vendor.spellings(of: variable) }
        let isVendors = notification.hasPrefix(VendorProfile.trapDefinitions) || rule.severity == .vendor
        return CompiledRule(
            kind: rule.kind, notification: notification,
            conditions: rule.when.map {
                Condition(spellings: vendor.spellings(of: $0.variable), values: $0.values)
            }, alarm: rule.alarm ?? catalog.shortName(of: alarmOID),
            alarmOID: alarmOID, severity: rule.severity, severityVariable: severityVariable,
            source: rule.key.isEmpty ? nil : AlarmSource(rule.key, vendor: vendor, catalog: catalog),
            text: rule.text.map { TextTemplate($0, vendor: vendor, catalog: catalog) }, eventType: rule.eventType,
            probableCause: rule.probableCause,
            isVendors: isVendors, expires: rule.expires,
            clearsOnRestart: rule.restart.map { $0 == .clear } ?? isVendors)
    }

    private func interpret(_ notification: SNMPNotification, by rule: CompiledRule) -> Interpretation {
        let trapOID =
            rule.notification == notification.trapOID ? rule.notification : notification.trapOID.compacted()
        if rule.kind == .keepAlive {
            // Most of a fleet's traffic, and nobody reads its text.
            return Interpretation(
                kind: .keepAlive, alarm: rule.alarm, alarmOID: rule.alarmOID, trapOID: trapOID, source: "",
                severity: .indeterminate, text: "")
        }
        let variables = notification.variables
        let reading = rule.isVendors ? VendorReading(variables, roots: globals) : nil
        let severity: Severity
        switch rule.severity {
        case .fixed(let fixed):
            severity = fixed
        case .mapped(_, let severities, let otherwise):
            let number = variables.first(under: rule.severityVariable)?.value.asInt32
            severity = number.flatMap { severities[$0] } ?? otherwise
        case .vendor:
            severity = reading?.severity ?? .indeterminate
        }
        return Interpretation(
            kind: rule.kind, alarm: rule.alarm, alarmOID: rule.alarmOID, trapOID: trapOID,
            source: rule.source?.text(from: variables, catalog: catalog) ?? reading?.source ?? "",
            severity: severity,
            text: rule.text?.filled(from: variables, catalog: catalog) ?? reading?.text
                ?? describe(variables, otherwise: rule.alarm),
            eventType: rule.eventType ?? reading?.eventType,
            probableCause: rule.probableCause ?? reading?.probableCause, deviceTime: reading?.deviceTime,
            expires: rule.expires, clearsOnRestart: rule.clearsOnRestart, runningNumber: reading?.runningNumber,
            serial: reading?.serial)
    }

    // MARK: - Without one

    /// A vendor's trap that is not listed (newer firmware) tells by its severity what it is: indeterminate is an
    /// event, anything higher an alarm, and cleared ends that. Any other notification is an event of indeterminate
    /// severity.
    private func unlisted(_ notification: SNMPNotification, meaning: OID) -> Interpretation {
        let alarm = catalog.shortName(of: meaning)
        let variables = notification.variables
        guard meaning.hasPrefix(VendorProfile.trapDefinitions) else {
            return Interpretation(
                kind: .event, alarm: alarm, alarmOID: meaning, trapOID: notification.trapOID.compacted(),
                source: "", severity: .indeterminate, text: describe(variables, otherwise: alarm))
        }
        let reading = VendorReading(variables, roots: globals)
        let severity = reading.severity ?? .indeterminate
        return Interpretation(
            kind: severity == .indeterminate ? .event : .alarm, alarm: alarm, alarmOID: meaning,
            trapOID: notification.trapOID.compacted(), source: reading.source, severity: severity,
            text: reading.text ?? describe(variables, otherwise: alarm), eventType: reading.eventType,
            probableCause: reading.probableCause, deviceTime: reading.deviceTime, clearsOnRestart: true,
            runningNumber: reading.runningNumber, serial: reading.serial)
    }

    /// `ifIndex.7 = 7, ifOperStatus.7 = down(2)`: what can be said where nobody wrote a text.
    private func describe(_ variables: VariableBindings, otherwise name: String) -> String {
        var text = ""
        for variable in variables {
            if !text.isEmpty { text += ", " }
            text += catalog.shortName(of: variable.name)
            text += " = "
            text += SourceText.normalised(catalog.text(of: variable.value, for: variable.name))
            if text.utf8.count > SourceText.maximumTextLength { break }
        }
        return text.isEmpty ? name : SourceText.cut(text, to: SourceText.maximumTextLength)
    }
}
