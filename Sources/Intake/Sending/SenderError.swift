public import Basics

/// Why a datagram could not be sent.
public struct SenderError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// Raw sockets need a privilege.
        case notPermitted
        /// The receiver's machine answered that nothing listens on the port.
        case nothingListens
        /// The original sender and the receiver are not of one IP version.
        case mixedFamilies
        /// More octets than a UDP datagram can carry.
        case tooLong
        /// Anything else, in the kernel's words.
        case system(String)
    }

    public var endpoint: Endpoint
    public var reason: Reason

    public init(_ endpoint: Endpoint, _ reason: Reason) {
        self.endpoint = endpoint
        self.reason = reason
    }

    init(_ endpoint: Endpoint, _ error: SystemError) {
        self.endpoint = endpoint
        reason =
            error.isNotPermitted
            ? .notPermitted
            : error.isConnectionRefused
                ? .nothingListens
                : error.isMessageTooLong ? .tooLong : .system(error.description)
    }
}

extension SenderError: CustomStringConvertible {
    public var description: String {
        switch reason {
        case .notPermitted:
            "cannot send to \(endpoint) in another's name: raw sockets need the capability CAP_NET_RAW; run as root"
        case .nothingListens: "nothing listens on \(endpoint)"
        case .mixedFamilies: "cannot send to \(endpoint): the original sender's address is of the other IP version"
        case .tooLong: "cannot send to \(endpoint): the datagram is longer than UDP can carry"
        case .system(let text): "cannot send to \(endpoint): \(text)"
        }
    }
}
