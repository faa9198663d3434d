/// What a manager must know of a Response before it keeps it, as plain numbers. Ranges count from the datagram's first
/// octet.
public struct ResponseSummary: Sendable, Hashable {
    /// `.v1` or `.v2c`.
    public var version: SNMPVersion
    public var community: Range<Int>
    public var requestID: Int32
}

/// Looks for a Response (RFC 3416 §4.2) where it lies.
public enum ResponseView {
    /// Reads every octet of the datagram and allocates nothing. `nil` where it is a well-formed message with another PDU,
    /// or of v3, whose security is for somebody else to judge.
    public static func check(
        _ datagram: RawSpan, leniency: Leniency = .devices
    ) throws(WireError) -> ResponseSummary? {
        let layout = try MessageLayout(datagram, leniency: leniency)
        guard case .community(let community, let pdu) = layout.body, pdu.kind == .response else { return nil }
        return ResponseSummary(version: layout.version, community: community, requestID: pdu.requestID)
    }

    /// The same for a datagram in an array.
    public static func check(
        _ datagram: [UInt8], leniency: Leniency = .devices
    ) throws(WireError) -> ResponseSummary? {
        try check(datagram.rawOctets, leniency: leniency)
    }
}
