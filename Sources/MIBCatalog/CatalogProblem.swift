/// One thing that is wrong with a MIB module or a folder of modules. The rest was loaded.
public struct CatalogProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file or folder; `nil` where the problem belongs to none.
    public let file: String?
    /// Counted from 1; `nil` where the problem belongs to no line.
    public let line: Int?
    public let message: String

    public init(file: String? = nil, line: Int? = nil, message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    /// `file:line: message`, as compilers write it.
    public var description: String {
        guard let file else { return message }
        return line.map { "\(file):\($0): \(message)" } ?? "\(file): \(message)"
    }
}
