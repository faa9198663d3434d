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
        #expect(loaded.problems.filter { $0.severity == .error }.map(\.description) == [])
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
        #expect(wide.credential(for: nil) == Credential(version: .v2c, community: Secret("wide")))
        #expect(wide.settings == SyncSettings(profile: .audiocodes, poll: SyncSettings.defaultPoll))
        let narrow = try #require(try managed.rule(for: address("10.1.0.1")))
        #expect(narrow.credential(for: nil) == Credential(version: .v1, community: Secret("narrow")))
        #expect(narrow.settings == SyncSettings(profile: .rfc3877, poll: 300_000_000_000))
        let one = try #require(try managed.rule(for: address("10.1.2.3")))
        #expect(one.settings.poll == nil)
        #expect(try managed.rule(for: address("192.0.2.1")) == nil)
        #expect(!"\(managed)".contains("narrow"))
    }

    private static let users = """
        access:
          users:
            - {name: ops, level: authNoPriv, auth: {protocol: SHA-256, password: a password}, priv: {protocol: AES, password: another one}}

        """

    private func rule(_ manager: String) throws -> ManagedNetworks.Rule {
        let text = Self.users + "devices: {networks: [{network: 10.0.0.0/8, manager: \(manager)}]}"
        return try #require(try managed(text).rule(for: address("10.2.0.1")))
    }

    @Test func aUserAsksByV3() throws {
        let rule = try rule("{user: ops}")
        #expect(rule.credential(for: nil) == Credential(user: "ops"))
        // There is nothing else to ask with.
        #expect(rule.credential(for: .v2c) == Credential(user: "ops"))
        let narrow = try self.rule("{user: ops, level: authNoPriv, context: branch, version: v3}")
        #expect(narrow.credential(for: nil) == Credential(user: "ops", level: .authNoPriv, context: "branch"))
    }

    @Test func whereBothAreThereTheDeviceSaysWhich() throws {
        let (user, community) = (Credential(user: "ops"), Credential(community: Secret("reader")))
        let rule = try rule("{user: ops, community: reader}")
        #expect(rule.credential(for: nil) == user)
        #expect(rule.credential(for: .v3) == user)
        #expect(rule.credential(for: .v2c) == community)
        let old = try self.rule("{user: ops, community: reader, version: v2c}")
        #expect(old.credential(for: nil) == community)
        #expect(old.credential(for: .v3) == user)
        let oldest = try self.rule("{user: ops, community: reader, version: v1}")
        #expect(oldest.credential(for: .v2c) == Credential(version: .v1, community: Secret("reader")))
    }

    @Test(arguments: [
        ("{}", 53, "the user who asks by SNMPv3, or both"),
        ("{user: nobody}", 60, "there is no user \"nobody\""),
        ("{user: ops, level: most}", 72, "noAuthNoPriv"),
        ("{user: ops, version: v2c}", 74, "needs a community:"),
        ("{community: reader, version: v3}", 82, "needs a user:"),
        ("{community: reader, level: authPriv}", 80, "there is no user:"),
        ("{community: reader, context: x}", 82, "there is no user:"),
        ("{user: ops, community: reader}", 76, "is told the community in clear"),
    ])
    func whatCannotBeIsTold(manager: String, column: Int, problem: String) {
        let loaded = load(Self.users + "devices: {networks: [{network: 10.0.0.0/8, manager: \(manager)}]}")
        #expect(loaded.problems.count == 1)
        #expect(loaded.problems.first?.description.contains(problem) == true, "\(loaded.problems)")
        #expect(loaded.problems.first?.description.contains(":4:\(column):") == true, "\(loaded.problems)")
    }

    /// What else is wrong in the file hides nothing; and what is wrong with a user is told once.
    @Test(arguments: [
        ("[{name: ops, auth: {protocol: SHA-256, password: a password}}]", "ops", 0),
        ("[{name: ops, auth: {protocol: SHA-256, password: short}}]", "ops", 0),
        ("[{name: ops, auth: {protocol: SHA-256, password: short}}]", "oops", 1),
        ("[{auth: {protocol: SHA-256, password: a password}}]", "ops", 0),
        ("ops", "ops", 0), ("[]", "ops", 1),
    ])
    func whoIsMissingIsTold(users: String, user: String, count: Int) {
        let loaded = load(
            """
            data: [1]
            access: {users: \(users)}
            devices: {networks: [{network: 10.0.0.0/8, manager: {user: \(user)}}]}
            """)
        #expect(
            loaded.problems.map(\.description).count { $0.contains("there is no user") } == count,
            "\(loaded.problems.map(\.description))")
    }

    @Test func aLevelThatTheUserHasNotIsTold() {
        let loaded = load(
            """
            access: {users: [{name: ops, auth: {protocol: SHA-256, password: a password}}]}
            devices: {networks: [{network: 10.0.0.0/8, manager: {user: ops, level: authPriv}}]}
            """)
        #expect(loaded.problems.map(\.description).count { $0.contains("authNoPriv at most") } == 1)
    }
}
