public import Basics
public import SNMPWire

/// With what a device is asked: always the operator's, for this network; never what its traps carry.
public struct Credential: Sendable, Hashable {
    /// `.v1` or `.v2c`.
    public var version: SNMPVersion
    public var community: Secret

    public init(version: SNMPVersion = .v2c, community: Secret) {
        self.version = version
        self.community = community
    }

    var octets: [UInt8] { Array(community.reveal().utf8) }
}
