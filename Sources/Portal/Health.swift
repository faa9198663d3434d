/// What `/health` answers: whether traps are taken in and processed.
public struct Health: Sendable, Hashable, Codable {
    public enum Status: String, Sendable, Hashable, Codable {
        case ok
        /// Traps are still taken in, but something needs a person.
        case failing
    }

    public var status: Status
    /// One line for each thing that is wrong.
    public var problems: [String]

    public init(problems: [String]) {
        self.status = problems.isEmpty ? .ok : .failing
        self.problems = problems
    }
}
