/// Perceived severity (ITU-T X.733 §8.1.2.3), with the numbers that the vendor's traps use for it.
public enum Severity: UInt8, Sendable, Hashable, CaseIterable {
    case cleared = 0
    case indeterminate = 1
    case warning = 2
    case minor = 3
    case major = 4
    case critical = 5

    /// From `major`, `critical`, …; `nil` for any other word.
    public init?(_ name: some StringProtocol) {
        guard let match = Severity.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }

    /// `major`, `critical`, …
    public var name: String { String(describing: self) }

    /// Whether this severity is at least `other` in the order warning < minor < major < critical. Cleared and
    /// indeterminate have no place in that order: they are at least nothing but themselves.
    public func isAtLeast(_ other: Severity) -> Bool {
        if self == other { return true }
        let isOrdered = self.rawValue >= Severity.warning.rawValue && other.rawValue >= Severity.warning.rawValue
        return isOrdered && self.rawValue > other.rawValue
    }
}
