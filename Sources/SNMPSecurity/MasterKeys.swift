internal import Basics

/// What a user's passwords stand for at no engine yet (RFC 3414 A.2). Making them takes some 2 ms each, so that it is
/// done once, when the configuration is read.
struct MasterKeys: Sendable, Hashable {
    struct Privacy: Sendable, Hashable {
        var `protocol`: PrivacyProtocol
        var key: Key
    }

    let authenticationProtocol: AuthenticationProtocol
    let authenticationKey: Key
    let privacy: Privacy?

    /// `nil` for a user without authentication, or with a password that is too short.
    init?(_ user: User) {
        guard let authentication = user.authentication,
            let key = Cryptography.masterKey(authentication.protocol, authentication.password)
        else { return nil }
        authenticationProtocol = authentication.protocol
        authenticationKey = key
        guard let privacy = user.privacy else {
            self.privacy = nil
            return
        }
        // With the hash of the authentication protocol (RFC 3414 §2.6, RFC 3826 §1.2).
        guard let privacyKey = Cryptography.masterKey(authentication.protocol, privacy.password) else { return nil }
        self.privacy = Privacy(protocol: privacy.protocol, key: privacyKey)
    }

    func localisedAuthenticationKey(at engine: EngineID) -> Key? {
        Cryptography.localise(authenticationProtocol, authenticationKey, at: engine)
    }

    /// - Parameter authenticationKey: as the method above made it, for the same engine.
    func completed(_ authenticationKey: Key, at engine: EngineID) -> LocalisedKeys {
        LocalisedKeys(
            authenticationProtocol: authenticationProtocol, authenticationKey: authenticationKey,
            privacyProtocol: privacy?.protocol,
            privacyKey: privacy.flatMap {
                Cryptography.privacyKey($0.protocol, authenticationProtocol, $0.key, at: engine)
            })
    }

    /// Both keys at an engine; `nil` where the library fails.
    func localised(at engine: EngineID) -> LocalisedKeys? {
        localisedAuthenticationKey(at: engine).map { completed($0, at: engine) }
    }
}
