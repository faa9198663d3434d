internal import Basics
internal import SNMPWire

/// What an inform and its repeats have in common: sender, request ID and PDU content.
///
/// The sender's port counts too: devices behind one NAT share an address, may start their request IDs alike, and
/// mistaking one's inform for another's would lose an event.
struct InformKey: Hashable, Sendable {
    var sender: Endpoint
    var requestID: Int32
    /// A keyed hash of the PDU's octets (SipHash, keyed anew in each process): no sender can aim for a collision.
    var content: Int

    init(sender: Endpoint, requestID: Int32, content: Int) {
        self.sender = sender
        self.requestID = requestID
        self.content = content
    }

    /// The key of the inform in `payload`, of which `summary` tells.
    init(sender: Endpoint, _ payload: RawSpan, _ summary: NotificationSummary) {
        self.init(
            sender: sender, requestID: summary.requestID, content: Self.content(payload.extracting(summary.pdu)))
    }

    static func content(_ pdu: RawSpan) -> Int {
        var hasher = Hasher()
        unsafe pdu.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
