/// Why a capture file cannot be read, or not further: the file, the octet at which it happened, and what is wrong.
public struct CaptureError: Error, Sendable, Hashable {
    public enum Reason: String, Sendable, Hashable {
        /// The file cannot be opened or read.
        case unreadable
        /// The file is neither pcap nor pcapng.
        case notACapture = "not a capture"
        /// A capture of a kind that is not read here.
        case unsupported
        /// The file ends in the middle of a record.
        case truncated
        /// A length or number in the file contradicts the format.
        case damaged
    }

    public var reason: Reason
    /// The file as it was named; `standard input` for `-`.
    public var path: String
    /// Octets from the file's start to the record that could not be read.
    public var offset: UInt64
    public var detail: String

    public init(_ reason: Reason, path: String, offset: UInt64, detail: String) {
        self.reason = reason
        self.path = path
        self.offset = offset
        self.detail = detail
    }
}

extension CaptureError: CustomStringConvertible {
    public var description: String {
        switch reason {
        case .unreadable, .notACapture, .unsupported: "\(path): \(detail)"
        case .truncated, .damaged: "\(path): \(reason.rawValue) at octet \(offset): \(detail)"
        }
    }
}
