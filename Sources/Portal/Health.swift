/// What `/health` answers: whether traps are taken in and processed.
public struct Health: Sendable, Hashable, Codable {
    public enum Status: String, Sendable, Hashable, Codable {
        /// Traps are taken in and processed; what is wrong besides does not hinder that, and a restart would not mend it.
        case ok
        /// Traps are lost, or wait in the journal.
        case failing
    }

    public var status: Status
    /// One line for each thing that is wrong.
    public var problems: [String]

    /// - Parameters:
    ///   - failures: what keeps traps from being taken in or processed.
    ///   - troubles: what needs a person and does not hinder that.
    public init(failures: [String], troubles: [String] = []) {
        self.status = failures.isEmpty ? .ok : .failing
        self.problems = failures + troubles
    }
}
