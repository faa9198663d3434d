import Basics
import Manager
import Resynchronisation
import SNMPWire
import Testing

@testable import TraplineConfiguration

/// Which devices may be asked, with what and how often.
struct ManagerSectionTests {
    private func managed(_ text: String) throws -> ManagedNetworks {
        let loaded = load(text)
        #expect(loaded.problems.map(\.description) == [])
        return try #require(loaded.configuration).managed
    }

    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test func nobodyIsAskedByDefault() throws {
        #expect(try managed("").isEmpty)
        #expect(try managed("devices: {networks: [{network: 10.0.0.0/8}]}").isEmpty)
        #expect(try managed("access: {communities: [trapuser]}").rule(for: address("10.0.0.1")) == nil)
    }

    @Test func theSmallestNetworkCounts() throws {
        let managed = try managed(
            """
            devices:
              networks:
                - {network: 10.0.0.0/8, manager: {community: wide}}
                - {network: 10.1.0.0/16, manager: {community: narrow, version: v1, profile: rfc3877, poll: 5m}}
                - {network: 10.1.2.3, manager: {community: one, poll: off}}
            """)
        let wide = try #require(try managed.rule(for: address("10.2.0.1")))
        #expect(wide.credential == Credential(version: .v2c, community: Secret("wide")))
        #expect(wide.settings == SyncSettings(profile: .audiocodes, poll: SyncSettings.defaultPoll))
        let narrow = try #require(try managed.rule(for: address("10.1.0.1")))
        #expect(narrow.credential == Credential(version: .v1, community: Secret("narrow")))
        #expect(narrow.settings == SyncSettings(profile: .rfc3877, poll: 300_000_000_000))
        let one = try #require(try managed.rule(for: address("10.1.2.3")))
        #expect(one.settings.poll == nil)
        #expect(try managed.rule(for: address("192.0.2.1")) == nil)
        #expect(!"\(managed)".contains("narrow"))
    }
}
