/// Something in a configuration or rules file that is wrong (an error: nothing starts with it) or that is probably not
/// what was meant (a warning).
public struct ConfigurationProblem: Sendable, Hashable {
    public enum Severity: String, Sendable, Hashable {
        case error
        case warning
    }

    public var file: String
    /// From 1; `nil` where the file as a whole is meant (it cannot be read).
    public var line: Int?
    /// From 1, in Unicode scalars.
    public var column: Int?
    public var severity: Severity
    /// One line that holds no secret.
    public var message: String

    public init(file: String, line: Int? = nil, column: Int? = nil, severity: Severity = .error, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.severity = severity
        self.message = message
    }
}

extension ConfigurationProblem: CustomStringConvertible {
    /// `FILE:LINE:COLUMN: error: message`, the form that editors and terminals make links of.
    public var description: String {
        let place = [file] + [line, column].compactMap { $0.map(String.init) }
        return "\(place.joined(separator: ":")): \(severity): \(message)"
    }
}
