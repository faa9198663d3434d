public import Basics
public import SNMPWire

/// With what a device is asked: always the operator's, for this network; never what its traps carry.
public enum Credential: Sendable, Hashable {
    case community(CommunityCredential)
    case user(UserCredential)

    /// - Parameter version: `.v1` or `.v2c`.
    public init(version: SNMPVersion = .v2c, community: Secret) {
        self = .community(CommunityCredential(version: version, community: community))
    }

    public init(user name: String, level: SecurityLevel? = nil, context: String = "") {
        self = .user(UserCredential(name: name, level: level, context: context))
    }

    public var version: SNMPVersion {
        switch self {
        case .community(let credential): credential.version
        case .user: .v3
        }
    }
}

/// The community of a network's devices, as it goes over the wire.
public struct CommunityCredential: Sendable, Hashable {
    /// `.v1` or `.v2c`.
    public var version: SNMPVersion
    public var community: Secret

    public init(version: SNMPVersion, community: Secret) {
        self.version = version
        self.community = community
    }

    var octets: [UInt8] { Array(community.reveal().utf8) }
}

/// A user in whose name devices are asked by SNMPv3. The secrets are where the users are.
public struct UserCredential: Sendable, Hashable {
    public var name: String
    /// `nil` for the highest that the user has.
    public var level: SecurityLevel?
    /// What is asked for in the device; empty for its default context (RFC 3411 §3.3.1).
    public var context: String

    public init(name: String, level: SecurityLevel? = nil, context: String = "") {
        self.name = name
        self.level = level
        self.context = context
    }
}
