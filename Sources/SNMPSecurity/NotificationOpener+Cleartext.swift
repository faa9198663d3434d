public import SNMPWire

extension NotificationOpener {
    /// A datagram as whoever knows nothing of keys can read it: where it is encrypted, the same message with its scoped
    /// PDU in the open, without a code and at level noAuthNoPriv, which is nothing to be sent; else as it is. v3 messages
    /// are verified. Localises once at most.
    public func cleartext(_ datagram: [UInt8], leniency: Leniency = .devices) throws(Failure) -> [UInt8] {
        guard let plaintext = try openMessage(datagram, leniency: leniency)?.plaintext else { return datagram }
        do throws(WireError) {
            let scoped = try ScopedPDU.decode(plaintext, leniency: leniency)
            guard case .v3(var envelope) = try SNMPMessage.decode(datagram, leniency: leniency) else { return datagram }
            envelope.flags &= ~SecurityLevel.authPriv.rawValue
            envelope.authenticationParameters = []
            envelope.privacyParameters = []
            envelope.scopedPDU = .plaintext(
                contextEngineID: scoped.contextEngineID, contextName: scoped.contextName, pdu: scoped.pdu)
            return SNMPMessage.v3(envelope).encode()
        } catch {
            throw .refused(.decryptionFailed(error))
        }
    }
}
