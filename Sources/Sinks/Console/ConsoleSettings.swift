/// `console:` in the configuration: events on standard output.
public struct ConsoleSettings: Sendable, Hashable {
    public enum Form: String, Sendable, Hashable, CaseIterable {
        /// One line a person reads, coloured on a terminal.
        case text
        case json
    }

    public var form: Form

    public init(form: Form = .text) {
        self.form = form
    }
}
