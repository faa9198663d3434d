/// A user's keys at one engine (RFC 3414 §2.6): what its messages are authenticated and encrypted with. They say
/// nothing of the passwords, nor of the keys at another engine.
public struct LocalisedKeys: Sendable, Hashable {
    public let authenticationProtocol: AuthenticationProtocol
    let authenticationKey: Key
    public let privacyProtocol: PrivacyProtocol?
    let privacyKey: Key?

    init(
        authenticationProtocol: AuthenticationProtocol, authenticationKey: Key,
        privacyProtocol: PrivacyProtocol? = nil, privacyKey: Key? = nil
    ) {
        self.authenticationProtocol = authenticationProtocol
        self.authenticationKey = authenticationKey
        self.privacyProtocol = privacyProtocol
        self.privacyKey = privacyKey
    }
}
