import Basics
import SNMPWire
import Testing

@testable import SNMPSecurity

@Suite struct UserTests {
    private let network = Network("10.0.0.0/8")

    @Test func saysWhatIsWrong() throws {
        let network = try #require(network)
        let short = Secret("1234567")
        #expect(Samples.user().problems.isEmpty)
        #expect(User(name: "", networks: [network]).problems == [.noName])
        #expect(Samples.user(String(repeating: "x", count: 33)).problems == [.longName])
        #expect(Samples.user(String(repeating: "x", count: 32)).problems.isEmpty)
        #expect(Samples.user(password: short).problems == [.shortAuthenticationPassword])
        let privacy = User(
            name: "ops", authentication: .init(.sha256, password: Samples.authenticationPassword),
            privacy: .init(.aes128, password: short))
        #expect(privacy.problems == [.shortPrivacyPassword])
        #expect(Samples.user("ops", .sha256, nil, minimumLevel: .authPriv).problems == [.unreachableLevel(.authPriv)])
        #expect(
            Samples.user("ops", nil, .aes128, networks: [network]).problems == [.privacyWithoutAuthentication])
        #expect(User(name: "open").problems == [.unboundWithoutAuthentication])
        #expect(User(name: "open", networks: [network]).problems.isEmpty)
        #expect(
            Samples.user(minimumLevel: .noAuthNoPriv).problems == [.unboundWithoutAuthentication])
    }

    @Test func levelsFollowTheSecrets() {
        #expect(Samples.user().minimumLevel == .authPriv)
        #expect(Samples.user("ops", .sha256, nil).minimumLevel == .authNoPriv)
        #expect(User(name: "open").minimumLevel == .noAuthNoPriv)
    }

    @Test func saysWhatIsWeak() {
        #expect(Samples.user().weaknesses.isEmpty)
        #expect(Samples.user("ops", .md5, .des).weaknesses.count == 2)
        var same = Samples.user()
        same.privacy?.password = Samples.authenticationPassword
        #expect(same.weaknesses.count == 1)
    }

    @Test func secretsArePrintedByNothing() {
        let user = Samples.user()
        let table = UserTable([user])
        for text in ["\(user)", String(reflecting: user), "\(table)", String(reflecting: table)] {
            #expect(!text.contains(Samples.authenticationPassword.reveal()))
            #expect(!text.contains(Samples.privacyPassword.reveal()))
            #expect(!text.contains("octets: ["))
        }
    }

    @Test func aTableReusesWhatDidNotChange() throws {
        let first = UserTable([Samples.user("a"), Samples.user("b")])
        let second = UserTable(
            [Samples.user("a"), Samples.user("b", password: Secret("other words")), Samples.user("a", .md5, .des)],
            reusing: first)
        #expect(second.users.map(\.name) == ["a", "b"])
        let short = ["a", "b"].compactMap { ShortOctets(Array($0.utf8).rawOctets) }
        #expect(first.entry(named: short[0])?.identity == second.entry(named: short[0])?.identity)
        #expect(first.entry(named: short[1])?.identity != second.entry(named: short[1])?.identity)
        #expect(second.user(named: "c") == nil)
        #expect(second.user(named: String(repeating: "x", count: 40)) == nil)
    }

    @Test func everyRefusalHasItsOwnLabel() {
        #expect(Set(SecurityRefusal.labels).count == SecurityRefusal.labels.count)
    }
}
