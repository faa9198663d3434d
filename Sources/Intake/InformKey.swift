internal import Basics
internal import SNMPWire

/// What an inform and its repeats have in common: sender, request ID and PDU content.
///
/// The sender's port counts too: devices behind one NAT share an address, may start their request IDs alike, and
/// mistaking one's inform for another's would lose an event. In v3 the user, the level and the context count as well: what
/// proves nothing must not pass for the first of what does.
struct InformKey: Hashable, Sendable {
    var sender: Endpoint
    var requestID: Int32
    /// A keyed hash of the PDU's octets, and in v3 of who sent it (SipHash, keyed anew in each process): no sender can aim for a collision.
    var content: Int
}

extension InformKey {
    /// The key of the inform in `payload`, of which `summary` tells.
    init(sender: Endpoint, _ payload: RawSpan, _ summary: NotificationSummary) {
        self.sender = sender
        requestID = summary.requestID
        var hasher = Hasher()
        hasher.combine(octets: payload.extracting(summary.pdu))
        content = hasher.finalize()
    }

    /// The key of an inform of v3.
    /// - Parameters:
    ///   - summary: of the whole message.
    ///   - plaintext: what was decrypted of it; `nil` where it is plain itself.
    ///   - scoped: of the plaintext, or of the message where there is none.
    init(sender: Endpoint, _ payload: RawSpan, _ summary: V3Summary, _ plaintext: [UInt8]?, _ scoped: ScopedSummary) {
        self.sender = sender
        requestID = scoped.requestID
        var hasher = Hasher()
        hasher.combine(summary.level)
        hasher.combine(octets: payload.extracting(summary.userName))
        if let plaintext {
            hasher.combine(scoped, in: unsafe plaintext.span.bytes)
        } else {
            hasher.combine(scoped, in: payload)
        }
        content = hasher.finalize()
    }
}

extension Hasher {
    fileprivate mutating func combine(_ scoped: ScopedSummary, in octets: RawSpan) {
        combine(octets: octets.extracting(scoped.contextEngineID))
        combine(octets: octets.extracting(scoped.contextName))
        combine(octets: octets.extracting(scoped.pdu))
    }

    /// With their count, so that octets cannot pass from one part to the next.
    fileprivate mutating func combine(octets: RawSpan) {
        combine(octets.byteCount)
        unsafe octets.withUnsafeBytes { unsafe combine(bytes: $0) }
    }
}
