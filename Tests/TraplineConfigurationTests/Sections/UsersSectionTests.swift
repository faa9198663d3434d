import Basics
import Intake
import SNMPSecurity
import SNMPWire
import Testing

@testable import TraplineConfiguration

struct UsersSectionTests {
    private func access(_ text: String) throws -> AccessSettings {
        let loaded = load("access: \(text)")
        #expect(loaded.problems.filter { $0.severity == .error }.map(\.description) == [])
        return try #require(loaded.configuration).access
    }

    @Test func aUserIsReadWhole() throws {
        let users = try access(
            """
            {users: [{name: ops, level: authNoPriv, auth: {protocol: SHA-512, password: a-long-one},
              priv: {protocol: AES-256-C, password: another-long-one}, engines: ["80:00:1f:88:04"],
              networks: [10.0.0.0/8, "fd00::/8"], contexts: ["", tenant-a], clock: lenient}]}
            """
        ).users
        let expected = User(
            name: "ops", authentication: User.Authentication(.sha512, password: Secret("a-long-one")),
            privacy: User.Privacy(.aes256Reeder, password: Secret("another-long-one")), minimumLevel: .authNoPriv,
            engines: [try #require(EngineID([0x80, 0x00, 0x1F, 0x88, 0x04]))],
            networks: [try #require(Network("10.0.0.0/8")), try #require(Network("fd00::/8"))],
            contexts: ["", "tenant-a"], clock: .lenient)
        #expect(users == [expected])
    }

    /// What is left out is as strict as the secrets allow, and good for any engine, network and context.
    @Test func theLevelFollowsTheSecrets() throws {
        let users = try access(
            """
            {users: [{name: a, auth: {protocol: SHA-256, password: a-long-one}},
              {name: b, auth: {protocol: SHA-256, password: a-long-one}, priv: {protocol: AES, password: a-longer-one}},
              {name: c, networks: 10.0.0.0/8}]}
            """
        ).users
        #expect(users.map(\.minimumLevel) == [.authNoPriv, .authPriv, .noAuthNoPriv])
        #expect(users.map(\.clock) == [.strict, .strict, .strict])
        #expect(users[0].engines.isEmpty && users[0].networks.isEmpty && users[0].contexts.isEmpty)
    }

    @Test(arguments: AuthenticationProtocol.allCases)
    func everyAuthenticationProtocolHasItsWord(_ authentication: AuthenticationProtocol) throws {
        let user = try #require(
            try access("{users: [{name: a, auth: {protocol: \(authentication.rawValue), password: a-long-one}}]}")
                .users.first)
        #expect(user.authentication?.protocol == authentication)
    }

    @Test(arguments: PrivacyProtocol.allCases)
    func everyPrivacyProtocolHasItsWord(_ privacy: PrivacyProtocol) throws {
        let user = try #require(
            try access(
                """
                {users: [{name: a, auth: {protocol: SHA-256, password: a-long-one},
                  priv: {protocol: \(privacy.rawValue), password: another-long-one}}]}
                """
            ).users.first)
        #expect(user.privacy?.protocol == privacy)
    }

    @Test func usersWithoutCommunitiesLetNoCommunityIn() throws {
        let user = "{name: a, auth: {protocol: SHA-256, password: a-long-one}}"
        #expect(try access("{users: [\(user)]}").communities == [])
        let both = try access("{communities: [public], users: [\(user)]}")
        #expect(both.communities?.count == 1)
        #expect(both.users.map(\.name) == ["a"])
        #expect(try access("{budget: off}").communities == nil)
    }

    @Test func versionsAreAllUnlessSomeAreNamed() throws {
        #expect(try access("{budget: off}").versions == [.v1, .v2c, .v3])
        #expect(try access("{versions: v2c}").versions == [.v2c])
        #expect(try access("{versions: [v1, v3]}").versions == [.v1, .v3])
        #expect(try access("{versions: []}").versions == [])
    }

    @Test func moreUsersThanTheLimitAreRefused() {
        let users = (0...UsersSection.maximumUsers).map { "{name: u\($0), networks: 10.0.0.0/8}" }
        let problems = load("access: {users: [\(users.joined(separator: ", "))]}").problems
        #expect(problems.map(\.message) == ["users: at most 1024, found 1025"])
    }
}
