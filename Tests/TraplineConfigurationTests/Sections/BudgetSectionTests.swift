import Basics
import Intake
import Testing

@testable import TraplineConfiguration

struct BudgetSectionTests {
    private func budget(_ text: String) throws -> BudgetSettings {
        let loaded = load("access: {budget: \(text)}")
        #expect(loaded.problems.map(\.description) == [])
        return try #require(loaded.configuration).access.budget
    }

    @Test func theDefaultIsGenerousAndCanBeSwitchedOff() throws {
        #expect(try #require(load("data: x").configuration).access.budget == BudgetSettings())
        #expect(try budget("{}") == BudgetSettings(allowance: BudgetSettings.Allowance(rate: 2_000, burst: 20_000)))
        #expect(try budget("off") == .off)
    }

    @Test func aRateOfItsOwnHasTenSecondsOfBurst() throws {
        #expect(try budget("{rate: 50}").allowance == BudgetSettings.Allowance(rate: 50, burst: 500))
        #expect(try budget("{burst: 50}").allowance == BudgetSettings.Allowance(rate: 2_000, burst: 50))
        #expect(try budget("{rate: 50, burst: 7}").allowance == BudgetSettings.Allowance(rate: 50, burst: 7))
        #expect(
            try budget("{rate: 1000000}").allowance == BudgetSettings.Allowance(rate: 1_000_000, burst: 10_000_000))
    }

    @Test func networksHaveTheirOwn() throws {
        let settings = try budget(
            """
            {rate: 10, burst: 20, networks: [{network: 10.9.0.0/16, rate: 10000, burst: 100000},
              {network: 10.1.0.5, budget: off}, {network: "2001:db8::/32", rate: 5}]}
            """)
        #expect(
            settings.networks == [
                BudgetSettings.Exception(
                    network: try #require(Network("10.9.0.0/16")),
                    allowance: BudgetSettings.Allowance(rate: 10_000, burst: 100_000)),
                BudgetSettings.Exception(network: try #require(Network("10.1.0.5")), allowance: nil),
                BudgetSettings.Exception(
                    network: try #require(Network("2001:db8::/32")),
                    allowance: BudgetSettings.Allowance(rate: 5, burst: 50)),
            ])
        #expect(settings.allowance == BudgetSettings.Allowance(rate: 10, burst: 20))
    }

    @Test func moreNetworksThanTheLimitAreRefused() {
        let networks = (0...BudgetSection.maximumNetworks).map { "{network: 10.\($0 / 256).\($0 % 256).0/24, rate: 1}" }
        let problems = load("access: {budget: {networks: [\(networks.joined(separator: ", "))]}}").problems
        #expect(problems.map(\.message) == ["networks: at most 1024 have budgets of their own, found 1025"])
    }
}
