import Basics
import Intake
import Testing

@Suite struct AccessPolicyTests {
    private func isAdmitted(_ community: [UInt8], _ policy: AccessPolicy) -> Bool {
        policy.admits(community: community.span.bytes)
    }

    private static let settings = AccessSettings(
        communities: [
            Community(name: "fleet", value: Secret("s3cret")), Community(name: nil, value: Secret("trapuser")),
            Community(name: "second name", value: Secret("s3cret")),
        ], sources: ["10.0.0.0/8", "2001:db8::/32"].compactMap { Network($0) })

    @Test(arguments: [
        ("s3cret", true), ("trapuser", true), ("s3cre", false), ("s3crett", false), ("S3cret", false), ("", false),
    ]) func communitiesAreComparedByTheirOctets(value: String, isAdmitted: Bool) {
        #expect(self.isAdmitted(Array(value.utf8), AccessPolicy(Self.settings)) == isAdmitted)
    }

    @Test(arguments: [
        ("10.255.0.1", true), ("11.0.0.1", false), ("2001:db8::7", true), ("2001:db9::7", false),
        ("::ffff:10.1.1.1", true),
    ]) func sourcesAreNetworks(address: String, isAdmitted: Bool) throws {
        #expect(AccessPolicy(Self.settings).admits(try #require(IPAddress(address))) == isAdmitted)
    }

    @Test func withoutSettingsAllAreAdmitted() {
        let policy = AccessPolicy()
        #expect(policy.isOpen)
        #expect(isAdmitted([0xff], policy))
        #expect(policy.admits(IPAddress(v4: 1)))
    }

    @Test func anEmptyListAdmitsNobody() {
        let policy = AccessPolicy(AccessSettings(communities: [], sources: []))
        #expect(!policy.isOpen)
        #expect(!isAdmitted([], policy))
        #expect(!policy.admits(IPAddress(v4: 1)))
    }

    @Test func aCommunityIsCalledByItsFirstName() {
        let policy = AccessPolicy(Self.settings)
        #expect(policy.communityName(of: Array("s3cret".utf8)[...]) == "fleet")
        #expect(policy.communityName(of: Array("trapuser".utf8)[...]) == nil)
        #expect(policy.communityName(of: Array("public".utf8)[...]) == nil)
    }
}
