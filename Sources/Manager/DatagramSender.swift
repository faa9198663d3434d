public import Basics
public import SNMPSecurity
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

/// A response that somebody waits for. Everything that tells it was ours to choose, or is proven by a user's key: a
/// datagram that has all of it right has seen the request.
public struct ExpectedResponse: Sendable {
    public struct Key: Sendable, Hashable {
        public var peer: Endpoint
        /// Of v3 the message ID (RFC 3412 §6.2): it stands in the open, and each sending has its own.
        public var requestID: Int32

        public init(peer: Endpoint, requestID: Int32) {
            self.peer = peer
            self.requestID = requestID
        }
    }

    /// What tells the response, beside its key.
    public enum Proof: Sendable {
        /// It repeats the request's community (RFC 1157 §4.1), in v1 or v2c.
        case community([UInt8], SNMPVersion)
        /// It is a v3 message, and this says what it is worth. Called from any thread, with the datagram and when it came;
        /// it takes no longer than two localised keys and a message take.
        case user(@Sendable ([UInt8], Moment) -> Verdict)
    }

    public enum Verdict: Sendable, Hashable {
        /// The response itself: it is for the journal.
        case response
        /// A Report of the device's security, which is told to whoever asks by this very call, and is for nobody else.
        case report
        /// Somebody made it up, or it was damaged: the response is still waited for.
        case foreign
    }

    public var key: Key
    public var proof: Proof
    /// Called once it is in the journal, with the response; from any thread. Where the journal could not keep it, the
    /// response is waited for again instead: the next try brings another.
    public var whenSettled: @Sendable ([UInt8]) -> Void

    public init(key: Key, proof: Proof, whenSettled: @escaping @Sendable ([UInt8]) -> Void) {
        self.key = key
        self.proof = proof
        self.whenSettled = whenSettled
    }

    public init(
        key: Key, version: SNMPVersion, community: [UInt8], whenSettled: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.init(key: key, proof: .community(community, version), whenSettled: whenSettled)
    }
}
