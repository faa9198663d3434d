import Basics
import Manager
import Resynchronisation
import SNMPSecurity
import SNMPWire

/// `manager:` of a network under `devices:`: with what its devices are asked which alarms stand on them, and how often.
/// Without it they are not asked.
enum ManagerSection {
    /// Below a minute a poll is no slow one; above a month it finds nothing in time.
    static let poll: ClosedRange<Duration> = .seconds(60)...(.seconds(31 * 86_400))

    private static let off = "off"

    private enum Profile: String, CaseIterable {
        case audiocodes, rfc3877
    }

    /// `{community: …, user: …, version: v2c, profile: audiocodes, poll: 30m}`; `nil` where that is no way to ask.
    ///
    /// - Parameters:
    ///   - network: `nil` for one that is wrong itself.
    ///   - users: those of `access:`, in whose names devices can be asked.
    static func read(
        _ node: YAMLNode, of network: Network?, users: UsersSection.Users, _ reader: DocumentReader
    ) -> ManagedNetworks.Rule? {
        guard
            let mapping = MappingReader(
                node, reader, of: "community, user, level, context, version, profile and poll", keysAreSecret: true)
        else { return nil }
        let errors = reader.errorCount
        if let community = mapping.take("community"), mapping.take("user") != nil {
            reader.warning(
                "community: beside user: whoever can send a keep-alive from this network, or forges one and reads what is "
                    + "sent there, is told the community in clear; put the devices that speak SNMPv3 into a network with "
                    + "user: alone",
                at: community.mark)
        }
        let community = mapping.take("community") { reader.secret($0, "community") }
        let user = self.user(mapping, users, reader)
        if mapping.take("community") == nil, mapping.take("user") == nil {
            reader.error("expected the community that reads, or the user who asks by SNMPv3, or both", at: node.mark)
        }
        let version = self.version(mapping, reader)
        let profile = mapping.take("profile") { reader.word($0, Profile.self) } ?? .audiocodes
        var settings = SyncSettings(profile: SyncProfile.named(profile.rawValue) ?? .audiocodes)
        if let node = mapping.take("poll") {
            if case .text(off, _) = node.content {
                settings.poll = nil
            } else if let poll = reader.duration(node, in: poll) {
                settings.poll = poll.components.seconds * 1_000_000_000
            }
        }
        mapping.finish()
        guard let network, reader.errorCount == errors else { return nil }
        let credential = community.map { CommunityCredential(version: version == .v1 ? .v1 : .v2c, community: $0) }
        switch (credential, user) {
        case (let credential?, let user?):
            return ManagedNetworks.Rule(
                network: network, community: credential, user: user, version: version ?? .v3, settings: settings)
        case (let credential?, nil):
            return ManagedNetworks.Rule(network: network, credential: .community(credential), settings: settings)
        case (nil, let user?):
            return ManagedNetworks.Rule(network: network, credential: .user(user), settings: settings)
        case (nil, nil):
            return nil
        }
    }

    /// `user: ops`, with `level: authPriv` and `context: ""`.
    private static func user(
        _ mapping: MappingReader, _ users: UsersSection.Users, _ reader: DocumentReader
    ) -> UserCredential? {
        let levelNode = mapping.take("level")
        let level = levelNode.flatMap(reader.level)
        let contextNode = mapping.take("context")
        let context = contextNode.flatMap { UsersSection.context($0, reader) }
        guard let node = mapping.take("user") else {
            for (key, node) in [("level", levelNode), ("context", contextNode)] {
                if let node { reader.error("\(key): is the user's, and there is no user:", at: node.mark) }
            }
            return nil
        }
        guard let name = reader.text(node, "a user of access: users:") else { return nil }
        guard let user = users.usable.first(where: { $0.name == name }) else {
            // What is wrong with one that is there has been told.
            if !users.hasNameless, !users.unusable.contains(name) {
                reader.error("there is no user \(quoted(name)) in access: users:", at: node.mark)
            }
            return nil
        }
        if let level, let levelNode, level.rawValue > user.maximumLevel.rawValue {
            reader.error(
                "level: the user \(quoted(name)) has the secrets for \(user.maximumLevel) at most", at: levelNode.mark)
        } else if let level, let levelNode, level.rawValue < user.minimumLevel.rawValue {
            let lacks = level == .noAuthNoPriv ? "nobody has vouched for" : "everybody on the way can read"
            reader.warning(
                "level: the user \(quoted(name)) must send \(user.minimumLevel), and what devices answer at \(level) "
                    + lacks, at: levelNode.mark)
        }
        return UserCredential(name: name, level: level, context: context ?? "")
    }

    private static func version(_ mapping: MappingReader, _ reader: DocumentReader) -> SNMPVersion? {
        guard let node = mapping.take("version"), let version = reader.version(node) else {
            return nil
        }
        if version == .v3, mapping.take("user") == nil {
            reader.error("version: v3 needs a user:", at: node.mark)
        } else if version != .v3, mapping.take("community") == nil, mapping.take("user") != nil {
            reader.error("version: \(version == .v1 ? "v1" : "v2c") needs a community:", at: node.mark)
        }
        return version
    }
}
