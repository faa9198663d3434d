/// Perceived severity as the vendor's traps and tables number it.
public enum DeviceSeverity: Int32, Sendable, Hashable, CaseIterable, Comparable {
    case cleared = 0
    case indeterminate = 1
    case warning = 2
    case minor = 3
    case major = 4
    case critical = 5

    public static func < (left: DeviceSeverity, right: DeviceSeverity) -> Bool { left.rawValue < right.rawValue }

    /// From `major`, `critical`, …; `nil` for any other word.
    public init?(_ name: some StringProtocol) {
        guard let match = DeviceSeverity.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }

    public var name: String { String(describing: self) }
}
