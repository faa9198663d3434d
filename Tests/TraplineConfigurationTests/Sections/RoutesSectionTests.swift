import Alarms
import Basics
import Routing
import SNMPWire
import Testing

@testable import TraplineConfiguration

struct RoutesSectionTests {
    private let preamble = """
        access: {communities: [{name: fleet, value: public}]}
        sinks: {noc: {console: {}}, ops: {console: {}}}

        """

    private func conditions(_ when: String) throws -> RouteConditions {
        let loaded = load(preamble + "routes: [{name: one, when: {\(when)}, to: [noc, ops]}]")
        #expect(loaded.problems.map(\.description) == [])
        return try #require(loaded.configuration).routes[0].when
    }

    private func oid(_ text: String) throws -> OID { try #require(OID(text)) }

    @Test func readsEverySwitch() throws {
        let loaded = load(
            preamble + """
                routes:
                  - {name: a, to: noc}
                  - {name: b, to: [ops, noc], stop: true, follow: false}
                  - {name: c, prevent: true}
                  - {name: d, when: {}, stop: true}
                  - {name: e, to: noc, after: 90s}
                """)
        let routes = try #require(loaded.configuration).routes
        #expect(
            routes == [
                Route(name: "a", to: ["noc"]), Route(name: "b", to: ["ops", "noc"], stop: true, follow: false),
                Route(name: "c", to: [], prevent: true), Route(name: "d", to: [], stop: true),
                Route(name: "e", to: ["noc"], after: .seconds(90)),
            ])
    }

    @Test func severities() throws {
        #expect(try conditions("severity: major").severity == .among([.major]))
        #expect(try conditions("severity: [minor, indeterminate]").severity == .among([.minor, .indeterminate]))
        #expect(try conditions("severity: \">=major\"").severity == .atLeast(.major))
        #expect(try conditions("severity: \">= warning\"").severity == .atLeast(.warning))
    }

    @Test func whereDevicesAre() throws {
        let found = try conditions("group: access, tenant: [acme, \"b*\"], site: north")
        #expect(found == RouteConditions(groups: ["access"], tenants: ["acme", "b*"], sites: ["north"]))
    }

    @Test func transitions() throws {
        #expect(try conditions("transition: raised").transitions == [.raised])
        #expect(try conditions("transition: [cleared, repeated]").transitions == [.cleared, .repeated])
        #expect(try conditions("severity: major").transitions == nil)
    }

    @Test func notifications() throws {
        let linkDown = try oid("1.3.6.1.6.3.1.1.5.3")
        #expect(try conditions("notification: linkDown").notifications == [.exact(linkDown)])
        #expect(
            try conditions("notification: [IF-MIB::linkDown, .1.3.6.1.6.3.1.1.5.3, \"1.3.6.1.4.1.5003.*\", \"link*\"]")
                .notifications == [
                    .exact(linkDown), .exact(linkDown), .subtree(try oid("1.3.6.1.4.1.5003")), .glob("link*"),
                ])
    }

    @Test func usersAndContexts() throws {
        func load(_ when: String) -> ConfigurationLoader.Result {
            TraplineConfigurationTests.load(
                """
                access: {users: [{name: ops, auth: {protocol: SHA-256, password: a-long-one}}]}
                sinks: {noc: {console: {}}}
                routes: [{name: one, when: {\(when)}, to: noc}]
                """)
        }
        let both = try #require(load("user: ops, context: [\"\", \"tenant-*\"]").configuration).routes[0].when
        #expect(both == RouteConditions(users: ["ops"], contexts: ["", "tenant-*"]))
        #expect(load("user: opps").problems.map(\.message) == ["unknown user \"opps\"; did you mean ops?"])
        #expect(
            TraplineConfigurationTests.load(
                "sinks: {noc: {console: {}}}\nroutes: [{name: one, when: {user: x}, to: noc}]"
            )
            .problems.map(\.message) == ["access: has no users"])
    }

    @Test func texts() throws {
        let conditions = try conditions(
            "source: [\"Board#1/*\", x], device: sbc-?, community: fleet, listener: [traps, trapline]")
        #expect(conditions.sources == ["Board#1/*", "x"])
        #expect(conditions.devices == ["sbc-?"])
        #expect(conditions.communities == ["fleet"])
        #expect(conditions.listeners == ["traps", "trapline"])
    }

    @Test func senders() throws {
        #expect(
            try conditions("sender: [10.1.0.0/16, 192.0.2.7]").senders
                == [#require(Network("10.1.0.0/16")), #require(Network("192.0.2.7"))])
    }

    @Test(arguments: [
        ("7", RouteConditions.Comparison.equal, "7"), ("\"==7\"", .equal, "7"), ("\"!= 7\"", .notEqual, "7"),
        ("\"<7\"", .less, "7"), ("\"<=7\"", .lessOrEqual, "7"), ("\">7\"", .greater, "7"),
        ("\">=7\"", .greaterOrEqual, "7"),
        ("\"~ 7*\"", .like, "7*"),
    ])
    func variableComparisons(value: String, comparison: RouteConditions.Comparison, operand: String) throws {
        let ifIndex = try oid("1.3.6.1.2.1.2.2.1.1")
        #expect(
            try conditions("variable: {IF-MIB::ifIndex: \(value)}").variables
                == [.init(variable: ifIndex, comparison: comparison, operand: operand)])
    }

    @Test func severalVariablesAndLabels() throws {
        let variables = try conditions(
            "variable: {IF-MIB::ifIndex: [\">=1\", \"<=4\"], IF-MIB::ifOperStatus: down, IF-MIB::ifDescr: eth 0}"
        ).variables
        #expect(variables.map(\.operand) == ["1", "4", "down", "eth 0"])
        #expect(variables.map(\.comparison) == [.greaterOrEqual, .lessOrEqual, .equal, .equal])
    }

    @Test func times() throws {
        #expect(
            try conditions("time: [\"mon-fri 08:00-18:00\", \"sat\"]").times == [
                .init(weekdays: [1, 2, 3, 4, 5], startMinute: 480, endMinute: 1_080),
                .init(weekdays: [6], startMinute: 0, endMinute: 1_440),
            ])
    }

    @Test func moreRoutesThanTheLimitAreRefused() {
        let routes = (0...RoutesSection.maximumRoutes).map { "{name: r\($0), to: noc}" }.joined(separator: ", ")
        #expect(load(preamble + "routes: [\(routes)]").problems.first?.message == "more than 1000 routes")
    }

    /// A row whose condition is wrong is not taken for one without it.
    @Test func aRowWithAnErrorShadowsNothing() {
        let loaded = load(
            preamble + """
                routes:
                  - {name: a, when: {severity: majr}, to: noc, stop: true}
                  - {name: b, when: {severity: minor}, to: ops}
                """)
        #expect(loaded.problems.map(\.line) == [4])
    }
}
