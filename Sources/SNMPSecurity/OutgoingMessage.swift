public import SNMPWire

/// A v3 message that is to be sent (RFC 3414 §3.1).
public struct OutgoingMessage: Sendable, Hashable {
    public enum Failure: Error, Sendable, Hashable {
        /// The level needs keys, of which not all are there.
        case noKeys
        /// More than a UDP datagram carries.
        case tooLong
        /// net-snmp or OpenSSL refused to work: there is no memory, or the protocol is switched off on this machine.
        case library
    }

    public var messageID: Int32
    /// Whether a Report is wanted where the message is not accepted: for requests and informs, never for what nobody
    /// answers (RFC 3412 §6.4).
    public var isReportable: Bool
    /// The authoritative engine: ours for a trap, a Response or a Report, the receiver's for a request or an inform;
    /// empty for discovery.
    public var engineID: ArraySlice<UInt8>
    /// The authoritative engine's clock.
    public var reading: EngineReading
    public var userName: ArraySlice<UInt8>
    public var level: SecurityLevel
    public var scoped: ScopedPDU

    /// `msgMaxSize`: we take whatever UDP carries.
    public static let maxSize = Int32(WireLimits.datagramOctets)

    public init(
        messageID: Int32, isReportable: Bool, engineID: ArraySlice<UInt8>, reading: EngineReading,
        userName: ArraySlice<UInt8>, level: SecurityLevel, scoped: ScopedPDU
    ) {
        self.messageID = messageID
        self.isReportable = isReportable
        self.engineID = engineID
        self.reading = reading
        self.userName = userName
        self.level = level
        self.scoped = scoped
    }

    /// The message as a datagram.
    /// - Parameter keys: the user's at `engineID`; `nil` for noAuthNoPriv.
    public func encode(keys: LocalisedKeys?, salts: Salts) throws(Failure) -> [UInt8] {
        var envelope = V3Envelope(
            messageID: messageID, maxSize: Self.maxSize,
            flags: level.rawValue | (isReportable ? V3Envelope.reportableFlag : 0), engineID: engineID,
            engineBoots: reading.boots, engineTime: reading.time, userName: userName,
            scopedPDU: .plaintext(
                contextEngineID: scoped.contextEngineID, contextName: scoped.contextName, pdu: scoped.pdu))
        guard level != .noAuthNoPriv else { return try checked(SNMPMessage.v3(envelope).encode()) }
        guard let keys else { throw .noKeys }
        if level == .authPriv { try encrypt(&envelope, keys, salts) }
        let code = keys.authenticationProtocol.codeLength
        envelope.authenticationParameters = [UInt8](repeating: 0, count: code)[...]
        return try authenticated(try checked(SNMPMessage.v3(envelope).encode()), keys)
    }

    private func encrypt(
        _ envelope: inout V3Envelope, _ keys: LocalisedKeys, _ salts: Salts
    ) throws(Failure) {
        guard let privacy = keys.privacyProtocol, let key = keys.privacyKey else { throw .noKeys }
        let salt = salts.next(privacy)
        let plaintext = scoped.encode()
        guard plaintext.count <= WireLimits.datagramOctets else { throw .tooLong }
        guard
            let vector = CipherVector(privacy, key: key, boots: reading.boots, time: reading.time, salt: salt),
            let ciphertext = Cryptography.encrypt(privacy, key, vector: vector, plaintext)
        else { throw .library }
        envelope.privacyParameters = unsafe withUnsafeBytes(of: salt.bigEndian) { unsafe Array($0) }[...]
        envelope.scopedPDU = .encrypted(ciphertext[...])
    }

    private func authenticated(_ message: [UInt8], _ keys: LocalisedKeys) throws(Failure) -> [UInt8] {
        guard let hole = (try? V3View.check(message))??.authenticationParameters,
            let code = Cryptography.code(
                keys.authenticationProtocol, keys.authenticationKey, message: message, hole: hole)
        else { throw .library }
        var message = message
        message.replaceSubrange(hole, with: code)
        return message
    }

    private func checked(_ message: [UInt8]) throws(Failure) -> [UInt8] {
        guard message.count <= WireLimits.datagramOctets else { throw .tooLong }
        return message
    }
}
