import Basics
import Devices
import Testing

@testable import TraplineConfiguration

/// Where devices belong and what is expected of them.
struct DevicesSectionTests {
    private func devices(_ text: String) throws -> DevicePolicy {
        let loaded = load(text)
        #expect(loaded.problems.map(\.description) == [])
        return try #require(loaded.configuration).devices
    }

    private func rule(_ policy: DevicePolicy, _ address: String) throws -> DevicePolicy.NetworkRule? {
        policy.rule(for: try #require(IPAddress(address)))
    }

    @Test func nothingIsSaidByDefault() throws {
        #expect(try devices("") == DevicePolicy())
        #expect(try devices("devices: {networks: []}\nrelays: []") == DevicePolicy())
        #expect(try devices("devices:") == DevicePolicy())
    }

    @Test func everyKeyIsTaken() throws {
        let policy = try devices(
            """
            devices:
              group: fleet
              rebinding: verified
              names: dns
              networks:
                - network: 10.1.2.3
                  name: gateway one
                  group: branches
                  tenant: Müller & Co
                  region: north
                  site: Hamburg
                  period: 27s
                  expected: true
                  rebinding: after-silence
            """)
        #expect(policy.group == "fleet")
        #expect(policy.rebinding == .verified)
        #expect(policy.names == .dns)
        let network = try #require(Network("10.1.2.3"))
        let expected = DevicePolicy.NetworkRule(
            network: network, name: "gateway one", group: "branches", tenant: "Müller & Co", region: "north",
            site: "Hamburg", period: .seconds(27), isExpected: true, rebinding: .afterSilence)
        #expect(policy.rules == [expected])
    }

    @Test(arguments: [false, true])
    func theSmallestNetworkCountsAndTheLargerFillsIn(isReversed: Bool) throws {
        let lines = [
            "- {network: 10.0.0.0/8, group: all, tenant: acme, period: 30s, expected: true, rebinding: verified}",
            "- {network: 10.1.0.0/16, group: north, region: north, site: Hamburg}",
            "- {network: 10.1.2.3, name: gateway, site: Bremen, expected: false}",
            "- {network: 10.2.0.0/16, site: Ulm}",
        ]
        let text = (isReversed ? lines.reversed() : lines).map { "    \($0)\n" }.joined()
        let policy = try devices("devices:\n  networks:\n" + text)
        let wide = try #require(try rule(policy, "10.3.0.1"))
        #expect(wide.group == "all" && wide.site == nil)
        let middle = try #require(try rule(policy, "10.1.0.1"))
        #expect(middle.group == "north" && middle.tenant == "acme" && middle.site == "Hamburg")
        #expect(middle.period == .seconds(30) && middle.isExpected == true && middle.rebinding == .verified)
        let one = try #require(try rule(policy, "10.1.2.3"))
        #expect(one.name == "gateway" && one.group == "north" && one.region == "north" && one.tenant == "acme")
        #expect(one.site == "Bremen" && one.isExpected == false && one.period == .seconds(30))
        // The neighbour's word is not for it.
        let neighbour = try #require(try rule(policy, "10.2.0.1"))
        #expect(neighbour.site == "Ulm" && neighbour.region == nil && neighbour.name == nil)
        #expect(try rule(policy, "192.0.2.1") == nil)
    }

    @Test func bothFamiliesStandBesideEachOther() throws {
        let policy = try devices(
            "devices: {networks: [{network: 0.0.0.0/0, site: four}, {network: \"::/0\", site: six}]}")
        #expect(try rule(policy, "10.1.2.3")?.site == "four")
        #expect(try rule(policy, "2001:db8::1")?.site == "six")
    }

    @Test func relaysAreTakenWhereverTheyStand() throws {
        for text in ["relays: [10.9.0.0/24]\ndevices: {group: a}", "devices: {group: a}\nrelays: [10.9.0.0/24]"] {
            let policy = try devices(text)
            #expect(policy.group == "a")
            #expect(policy.isRelay(try #require(IPAddress("10.9.0.7"))))
            #expect(!policy.isRelay(try #require(IPAddress("10.9.1.7"))))
        }
    }

    @Test func thereIsALimitToEach() throws {
        let networks = (0...DevicesSection.maximumNetworks).map { "10.\($0 / 256).\($0 % 256).0/24" }
        let many = networks.map { "{network: \($0)}" }.joined(separator: ", ")
        #expect(
            load("devices: {networks: [\(many)]}").problems.map(\.message) == ["networks: at most 1024, found 1025"])
        #expect(
            load("relays: [\(networks.joined(separator: ", "))]").problems.map(\.message)
                == ["relays: at most 1024, found 1025"])
    }
}
