public import Foundation

/// Why the server or one of its tools cannot go on: one line for the operator, with what to do where that is known.
public struct ServerError: Error, Sendable, CustomStringConvertible, LocalizedError {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }

    public var errorDescription: String? { description }
}
