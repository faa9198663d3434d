import Basics

/// Which alarms and events an operator means, in a silence or a filter: each criterion that is given must hold, and one
/// of its values is enough.
public struct AlarmMatcher: Sendable, Hashable {
    /// What is asked of an alarm, as the command line and the journal spell it.
    public enum Field: String, Sendable, Hashable, CaseIterable {
        /// The device's id, name or address.
        case device
        case group, tenant, site
        /// The alarm's name.
        case alarm
        case source
        /// `major`, or `>=major`.
        case severity
    }

    /// Why a criterion cannot be understood; one line.
    public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        public var description: String
    }

    /// More values than anybody types; each is asked of every event.
    public static let limit = 100
    /// What fits into a datagram's text with room to spare, in octets.
    public static let longestValue = 255

    private struct Criterion: Sendable, Hashable {
        var field: Field
        var text: String
        var glob: Glob
        /// Whether it can be an address: else that is not made text for each event.
        let canBeAddress: Bool

        init(_ field: Field, _ text: String) {
            self.field = field
            self.text = text
            glob = Glob(text)
            canBeAddress = field == .device && text.utf8.allSatisfy("0123456789abcdefABCDEF:.*?".utf8.contains)
        }

        /// Of a criterion that is asked of devices.
        func holds(for device: EventDevice) -> Bool {
            switch field {
            case .device:
                glob.matches(device.id) || glob.matches(device.name)
                    || canBeAddress && glob.matches(device.address.description)
            case .group: holds(for: device.group)
            case .tenant: holds(for: device.tenant)
            case .site: holds(for: device.site)
            case .alarm, .source, .severity: true
            }
        }

        /// An empty value means a device that is put nowhere.
        func holds(for place: String?) -> Bool {
            place.map { !$0.isEmpty && glob.matches($0) } ?? false || text.isEmpty && (place ?? "").isEmpty
        }
    }

    private var criteria: [Criterion] = []
    private var severities: Set<Severity> = []
    private var asked: Set<Field> = []

    /// Matches everything.
    public init() {}

    public init(_ criteria: [(Field, String)]) throws(Failure) {
        guard criteria.count <= AlarmMatcher.limit else {
            throw Failure(description: "more than \(AlarmMatcher.limit) criteria")
        }
        for (field, text) in criteria {
            guard !text.isEmpty || [.group, .tenant, .site, .source].contains(field),
                text.utf8.count <= AlarmMatcher.longestValue, !text.contains(where: \.isNewline)
            else {
                throw Failure(
                    description: "\(field.rawValue): expected one line of 1 to \(AlarmMatcher.longestValue) octets")
            }
            if field == .severity { severities.formUnion(try AlarmMatcher.severities(text)) }
            asked.insert(field)
            self.criteria.append(Criterion(field, text))
        }
    }

    public var isEmpty: Bool { criteria.isEmpty }

    private static func severities(_ text: String) throws(Failure) -> Set<Severity> {
        let atLeast = text.hasPrefix(">=")
        let word = atLeast ? text.dropFirst(2).drop { $0 == " " } : text[...]
        guard let severity = Severity(word) else {
            let known = Severity.allCases.map(\.name).joined(separator: ", ")
            throw Failure(description: "severity: \(word) is none of \(known)")
        }
        guard atLeast else { return [severity] }
        guard severity.rawValue >= Severity.warning.rawValue else {
            throw Failure(description: "severity: \(word) has no place in the order warning < minor < major < critical")
        }
        return Set(Severity.allCases.filter { $0.isAtLeast(severity) })
    }

    // MARK: - Asking

    /// The criteria that none of these devices meets, `group=edge`: slips of the pen, mostly.
    public func unmet(among devices: some Sequence<EventDevice>) -> [String] {
        var left = criteria.filter { [.device, .group, .tenant, .site].contains($0.field) && !$0.text.isEmpty }
        for device in devices where !left.isEmpty { left.removeAll { $0.holds(for: device) } }
        return left.map { "\($0.field.rawValue)=\($0.text)" }
    }

    /// A change or a clear is asked by the highest severity since its raise, as routes ask it.
    public func matches(_ event: borrowing Event) -> Bool {
        let isFollowing = event.transition == .changed || event.transition == .cleared
        return matches(
            device: event.device, alarm: event.alarm, source: event.source,
            severity: isFollowing ? event.highestSeverity : event.severity)
    }

    public func matches(_ alarm: borrowing ActiveAlarm) -> Bool {
        matches(
            device: alarm.device, alarm: alarm.alarm, source: alarm.key.source, severity: alarm.severity)
    }

    private func matches(device: EventDevice, alarm: String, source: String, severity: Severity) -> Bool {
        guard !asked.contains(.severity) || severities.contains(severity) else { return false }
        for field in Field.allCases where field != .severity && asked.contains(field) {
            let holds = criteria.contains { criterion in
                guard criterion.field == field else { return false }
                switch field {
                case .device, .group, .tenant, .site: return criterion.holds(for: device)
                case .alarm: return criterion.glob.matches(alarm)
                case .source: return criterion.glob.matches(source)
                case .severity: return true
                }
            }
            guard holds else { return false }
        }
        return true
    }
}

extension AlarmMatcher: CustomStringConvertible {
    /// `device=edge-*, severity=>=major`
    public var description: String { lines.joined(separator: ", ") }

    /// A criterion a line, `device=edge-*`, as the journal keeps it.
    public var text: String { lines.joined(separator: "\n") }

    private var lines: [String] { criteria.map { "\($0.field.rawValue)=\($0.text)" } }

    /// From ``text``.
    public init(text: String) throws(Failure) {
        var criteria: [(Field, String)] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            guard let equals = line.firstIndex(of: "="), let field = Field(rawValue: String(line[..<equals])) else {
                throw Failure(description: "\(line): expected one of \(Field.allCases.map(\.rawValue)), = and a value")
            }
            criteria.append((field, String(line[line.index(after: equals)...])))
        }
        try self.init(criteria)
    }
}
