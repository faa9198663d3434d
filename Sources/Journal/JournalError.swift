internal import Basics

/// Why the journal could not be written or read.
public struct JournalError: Error, Sendable, Hashable {
    /// A closed set: `rawValue` serves as a metric's label.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// Another writer holds the folder.
        case locked
        /// No space, or no quota, left.
        case diskFull = "disk-full"
        /// The segments have reached their limit, and what they hold is still needed.
        case journalFull = "journal-full"
        /// The system failed to open, write, sync or read.
        case inputOutput = "io-error"
        /// The writer was closed.
        case closed
        /// The gather buffer is full and the caller is one that must not wait.
        case bufferFull = "buffer-full"
        /// A payload that no UDP datagram between these addresses can carry.
        case tooLarge = "too-large"
        /// More interface names than a segment describes.
        case tooManyInterfaces = "too-many-interfaces"
        /// No whole record stands at the position that was asked for.
        case noRecord = "no-record"
    }

    public var reason: Reason
    /// The file or folder.
    public var path: String
    public var detail: String

    public init(_ reason: Reason, path: String, detail: String) {
        self.reason = reason
        self.path = path
        self.detail = detail
    }

    /// From an error number; `doing` is the verb that failed.
    init(_ error: SystemError, doing: String, path: String) {
        self.init(
            error.isOutOfSpace ? .diskFull : .inputOutput, path: path, detail: "cannot \(doing): \(error.description)")
    }
}

extension JournalError: CustomStringConvertible {
    public var description: String { "\(path): \(detail)" }
}
