internal import SNMPWire

/// A v3 message as it lies in its datagram, and the steps that make it believed (RFC 3414 §3.2). It decides nothing of
/// who may send what: that is for whoever takes the steps.
struct IncomingMessage: ~Escapable {
    let datagram: RawSpan
    let summary: V3Summary
    let engine: EngineID
    let user: ShortOctets

    /// - Throws: `.unknownEngine` where the message names none, or with octets that are none; `.unknownUser` for a name
    ///   that is too long to be one.
    @_lifetime(copy datagram)
    init(_ datagram: RawSpan, _ summary: V3Summary) throws(SecurityRefusal) {
        guard let engine = EngineID(datagram.extracting(summary.engineID)) else { throw .unknownEngine }
        guard let user = ShortOctets(datagram.extracting(summary.userName)) else { throw .unknownUser }
        self.datagram = datagram
        self.summary = summary
        self.engine = engine
        self.user = user
    }

    var reading: EngineReading { EngineReading(boots: summary.engineBoots, time: summary.engineTime) }

    /// What makes the message the one it is: its code is drawn from all of its octets by the user's key. Keyed anew in
    /// each process, so that nobody can aim for a collision.
    var replayHash: Int {
        var hasher = Hasher()
        hasher.combine(engine)
        hasher.combine(summary.engineBoots)
        hasher.combine(summary.engineTime)
        unsafe datagram.extracting(summary.authenticationParameters).withUnsafeBytes {
            unsafe hasher.combine(bytes: $0)
        }
        return hasher.finalize()
    }

    // MARK: - Authentication

    /// Finds the user's keys at the engine and checks the code with them; localises once at most, and only keys that fit
    /// are kept.
    func authenticate(_ entry: UserTable.Entry, _ ring: KeyRing) throws(SecurityRefusal) -> LocalisedKeys {
        guard let master = entry.master else { throw .unsupportedLevel(summary.level) }
        try checkCodeLength(master.authenticationProtocol)
        if let keys = ring.keys(entry.identity, at: engine) {
            guard codeFits(keys.authenticationProtocol, keys.authenticationKey) else {
                throw .wrongDigest(.sameLength(keys.authenticationProtocol))
            }
            return keys
        }
        ring.countLocalisation()
        guard let key = master.localisedAuthenticationKey(at: engine), codeFits(master.authenticationProtocol, key)
        else { throw .wrongDigest(.sameLength(master.authenticationProtocol)) }
        let keys = master.completed(key, at: engine)
        ring.keep(keys, entry.identity, user: user, at: engine)
        return keys
    }

    /// Whether a user's keys authenticate the message.
    func isAuthentic(with keys: LocalisedKeys) -> Bool {
        summary.authenticationParameters.count == keys.authenticationProtocol.codeLength
            && codeFits(keys.authenticationProtocol, keys.authenticationKey)
    }

    /// Before any work is done: a code of the wrong length cannot fit.
    private func checkCodeLength(_ configured: AuthenticationProtocol) throws(SecurityRefusal) {
        let length = summary.authenticationParameters.count
        guard length != configured.codeLength else { return }
        let told = AuthenticationProtocol.withCode(ofLength: length)
        guard !told.isEmpty else { throw .wrongDigest(.noProtocol(length: length)) }
        throw .wrongDigest(.otherProtocol(told: told, configured: configured))
    }

    private func codeFits(_ authentication: AuthenticationProtocol, _ key: Key) -> Bool {
        Cryptography.codeFits(
            authentication, key, message: datagram.extracting(summary.message), code: summary.authenticationParameters)
    }

    // MARK: - Privacy

    /// - Returns: the scoped PDU with its padding, not looked into; `nil` where the message is not encrypted.
    func plaintext(_ keys: LocalisedKeys) throws(SecurityRefusal) -> [UInt8]? {
        guard let encrypted = summary.encrypted else { return nil }
        guard let privacy = keys.privacyProtocol, let key = keys.privacyKey else {
            throw .unsupportedLevel(summary.level)
        }
        guard summary.privacyParameters.count == PrivacyProtocol.saltLength,
            let vector = CipherVector(
                privacy, key: key, boots: summary.engineBoots, time: summary.engineTime, salt: salt),
            let plaintext = Cryptography.decrypt(privacy, key, vector: vector, datagram.extracting(encrypted))
        else { throw .decryptionFailed(nil) }
        return plaintext
    }

    /// 8 octets, most significant first.
    private var salt: UInt64 {
        unsafe datagram.extracting(summary.privacyParameters).withUnsafeBytes { octets in
            guard octets.count == MemoryLayout<UInt64>.size else { return 0 }
            return UInt64(bigEndian: unsafe octets.loadUnaligned(as: UInt64.self))
        }
    }
}
