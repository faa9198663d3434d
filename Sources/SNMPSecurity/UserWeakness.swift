/// What is weak about a user's definition that works.
public enum UserWeakness: Sendable, Hashable {
    case weakAuthentication(AuthenticationProtocol)
    case weakPrivacy(PrivacyProtocol)
    case withoutAuthentication
    /// Bound to engines alone: they say nothing of who sends an inform.
    case informsUnbound
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
        case .informsUnbound:
            """
            its informs without authentication cannot be let in: an inform bears this server's engine ID and not its \
            sender's; bind the user to networks too if it sends informs
            """
        case .onePassword: "one password serves for authentication and for privacy"
        }
    }
}
