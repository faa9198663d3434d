import Manager
import Resynchronisation
import SNMPWire

/// `manager:` of a network under `devices:`: with what its devices are asked which alarms stand on them, and how often.
/// Without it they are not asked.
enum ManagerSection {
    /// Below a minute a poll is no slow one; above a month it finds nothing in time.
    static let poll: ClosedRange<Duration> = .seconds(60)...(.seconds(31 * 86_400))

    private static let off = "off"

    /// The versions that devices are asked in.
    private enum Version: String, CaseIterable {
        case v1, v2c
    }

    private enum Profile: String, CaseIterable {
        case audiocodes, rfc3877
    }

    /// `{community: …, version: v2c, profile: audiocodes, poll: 30m}`; `nil` where that is no way to ask.
    static func read(_ node: YAMLNode, _ reader: DocumentReader) -> (credential: Credential, settings: SyncSettings)? {
        guard
            let mapping = MappingReader(
                node, reader, of: "community, version, profile and poll", keysAreSecret: true)
        else { return nil }
        let community = mapping.require("community", "the community that reads") { reader.secret($0, "community") }
        let version = mapping.take("version") { reader.word($0, Version.self) } ?? .v2c
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
        return community.map {
            (Credential(version: version == .v1 ? .v1 : .v2c, community: $0), settings)
        }
    }
}
