public import SNMPWire

/// A v3 message that was verified, with its scoped PDU in the open.
public struct OpenedMessage: Sendable, Hashable {
    public let summary: V3Summary
    /// What was decrypted; `nil` where the datagram itself is plain.
    public let plaintext: [UInt8]?
    /// Of the plaintext, or of the datagram where there is none.
    public let scoped: ScopedSummary

    /// - Parameter datagram: what it was opened from.
    public func scopedPDU(in datagram: [UInt8]) throws(WireError) -> ScopedPDU {
        if let plaintext { return try ScopedPDU.decode(plaintext) }
        guard case .v3(let envelope) = try SNMPMessage.decode(datagram),
            case .plaintext(let contextEngineID, let contextName, let pdu) = envelope.scopedPDU
        else { throw WireError(.v3Unsupported, at: 0) }
        return ScopedPDU(contextEngineID: contextEngineID, contextName: contextName, pdu: pdu)
    }
}
