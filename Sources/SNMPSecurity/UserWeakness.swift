/// What is weak about a user's definition that works.
public enum UserWeakness: Sendable, Hashable {
    case weakAuthentication(AuthenticationProtocol)
    case weakPrivacy(PrivacyProtocol)
    case withoutAuthentication
    case onePassword
}

extension UserWeakness: CustomStringConvertible {
    public var description: String {
        switch self {
        case .weakAuthentication(let authentication):
            "\(authentication) is weak: use SHA-256 or more where the devices have it"
        case .weakPrivacy(let privacy): "\(privacy) is weak: use AES where the devices have it"
        case .withoutAuthentication:
            "without authentication whoever can forge a sender's address can send as this user"
        case .onePassword: "one password serves for authentication and for privacy"
        }
    }
}
