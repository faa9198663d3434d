/// One of the ways that SNMPv3 protects a message, as net-snmp's clients and Trapline's configuration call it, with the
/// passwords that all tests use.
public struct SecurityWay: Sendable, Hashable, CustomStringConvertible {
    public static let authenticationPassword = "authentic-words"
    public static let privacyPassword = "private-words"
    public static let authentications = ["MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"]
    public static let privacies = ["DES", "AES", "AES-192", "AES-256", "AES-192-C", "AES-256-C"]

    public var authentication: String?
    public var privacy: String?

    public init(_ authentication: String? = nil, _ privacy: String? = nil) {
        self.authentication = authentication
        self.privacy = privacy
    }

    /// Every pair, every authentication alone, and nothing.
    public static let all: [SecurityWay] =
        [SecurityWay()]
        + authentications.flatMap { authentication in
            [SecurityWay(authentication)] + privacies.map { SecurityWay(authentication, $0) }
        }

    public var level: String {
        authentication == nil ? "noAuthNoPriv" : privacy == nil ? "authNoPriv" : "authPriv"
    }

    public var description: String { "\(authentication ?? "none")/\(privacy ?? "none")" }

    /// A user's name that no other way has.
    public var userName: String { description.replacing("/", with: "-").lowercased() }

    /// Who it is, for snmptrap, snmpinform and `trapline send` alike.
    public func arguments(user: String? = nil) -> [String] {
        var arguments = ["-u", user ?? userName, "-l", level]
        if let authentication { arguments += ["-a", authentication, "-A", Self.authenticationPassword] }
        if let privacy { arguments += ["-x", privacy, "-X", Self.privacyPassword] }
        return arguments
    }

    /// The user in a configuration of Trapline's, as an element of `access: users:`.
    /// - Parameter more: further keys, as in `clock: lenient`.
    public func element(user: String? = nil, _ more: String...) -> String {
        var parts = ["name: \(user ?? userName)"]
        if let authentication {
            parts.append("auth: {protocol: \(authentication), password: \(Self.authenticationPassword)}")
        }
        if let privacy { parts.append("priv: {protocol: \(privacy), password: \(Self.privacyPassword)}") }
        if authentication == nil { parts.append("networks: [127.0.0.0/8, 192.0.2.0/24]") }
        return "{" + (parts + more).joined(separator: ", ") + "}"
    }

    /// The user in snmptrapd's configuration.
    /// - Parameter engine: whose traps it sends, in hex; `nil` for informs.
    public func createUser(engine: String?) -> String {
        var words = ["createUser"] + (engine.map { ["-e", "0x" + $0] } ?? []) + [userName]
        if let authentication { words += [authentication, Self.authenticationPassword] }
        if let privacy { words += [privacy, Self.privacyPassword] }
        return words.joined(separator: " ")
    }
}
