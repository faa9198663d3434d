/// What an event did to the alarm it belongs to.
public enum Transition: String, Sendable, Hashable, CaseIterable, Codable {
    /// The condition began.
    case raised
    /// It stands with another severity.
    case changed
    /// It ended.
    case cleared
    /// It was told again and nothing changed.
    case repeated
    /// There is no alarm: an event only, or a clear with nothing standing.
    case logged
}
