public import Basics
public import SNMPWire

/// Sends requests through the listeners' sockets, and lets in the responses that they await; intake is one.
public protocol DatagramSender: Sendable {
    /// From now on a response with this key is let in, once; it is told to `expected.whenSettled`.
    func expect(_ expected: ExpectedResponse)
    /// It is not waited for any longer.
    func forget(_ key: ExpectedResponse.Key)
    /// Sends one datagram, without waiting.
    func send(_ payload: [UInt8], along path: RequestPath) throws(SendFailure)
}

/// A datagram could not be sent.
public struct SendFailure: Error, Sendable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// A response that somebody waits for. Everything in it was ours to choose: a datagram that has all of it right has seen
/// the request.
public struct ExpectedResponse: Sendable {
    public struct Key: Sendable, Hashable {
        public var peer: Endpoint
        public var requestID: Int32

        public init(peer: Endpoint, requestID: Int32) {
            self.peer = peer
            self.requestID = requestID
        }
    }

    public var key: Key
    public var version: SNMPVersion
    /// The request's octets, which the response repeats (RFC 1157 §4.1).
    public var community: [UInt8]
    /// Called once it is in the journal, with the response; from any thread. Where the journal could not keep it, the
    /// response is waited for again instead: the next try brings another.
    public var whenSettled: @Sendable ([UInt8]) -> Void

    public init(
        key: Key, version: SNMPVersion, community: [UInt8], whenSettled: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.key = key
        self.version = version
        self.community = community
        self.whenSettled = whenSettled
    }
}
