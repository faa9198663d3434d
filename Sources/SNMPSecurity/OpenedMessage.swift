public import SNMPWire

/// A v3 message that was verified, with its scoped PDU in the open.
public struct OpenedMessage: Sendable {
    public let summary: V3Summary
    /// What was decrypted; `nil` where the datagram itself is plain.
    public let plaintext: [UInt8]?
    /// Of the plaintext, or of the datagram where there is none.
    public let scoped: ScopedSummary

    /// The PDU's octets, as `AdmittedInform.withPDU` gives them.
    public func withPDU<Result>(in datagram: RawSpan, _ body: (RawSpan) -> Result) -> Result {
        if let plaintext {
            return body(plaintext.rawOctets.extracting(scoped.pdu))
        }
        return body(datagram.extracting(scoped.pdu))
    }
}
