import Alarms
import Basics
import Routing
import SNMPWire
import Testing

/// Rows that can never have an effect, for `trapline check`.
@Suite struct UnreachableRowTests {
    private func stop(_ when: RouteConditions) -> Route {
        Route(name: "stop", when: when, to: ["a"], stop: true)
    }

    private func isShadowed(_ later: RouteConditions, by earlier: RouteConditions) -> Bool {
        let found = RoutingTable.unreachableRows(in: [stop(earlier), Route(name: "later", when: later, to: ["b"])])
        if let first = found.first { #expect(first == (row: 1, shadowedBy: 0)) }
        return found.count == 1
    }

    @Test func allIsReachableWithoutStop() {
        let routes = [Route(name: "all", to: ["a"]), Route(name: "more", to: ["b"])]
        #expect(RoutingTable.unreachableRows(in: routes).isEmpty)
        #expect(RoutingTable.unreachableRows(in: []).isEmpty)
    }

    @Test func aStopForAllShadowsWhatFollows() {
        let routes = [
            Route(name: "first", to: ["a"]), Route(name: "all", to: ["a"], stop: true),
            Route(name: "second", when: RouteConditions(severity: .atLeast(.major)), to: ["b"]),
            Route(name: "third", to: ["c"]),
        ]
        let found = RoutingTable.unreachableRows(in: routes)
        #expect(found.map(\.row) == [2, 3])
        #expect(found.map(\.shadowedBy) == [1, 1])
    }

    @Test func severities() {
        let major = RouteConditions(severity: .atLeast(.major))
        let critical = RouteConditions(severity: .among([.critical]))
        #expect(isShadowed(critical, by: major))
        #expect(!isShadowed(major, by: critical))
        #expect(!isShadowed(RouteConditions(), by: major))
        #expect(isShadowed(RouteConditions(), by: RouteConditions(severity: .among(Set(Severity.allCases)))))
    }

    @Test func aRowForRepeatsIsNotShadowedByOneWithoutTransition() {
        #expect(!isShadowed(RouteConditions(transitions: [.repeated]), by: RouteConditions()))
        #expect(isShadowed(RouteConditions(transitions: [.raised]), by: RouteConditions()))
        #expect(!isShadowed(RouteConditions(), by: RouteConditions(transitions: [.raised])))
    }

    @Test func notifications() {
        let vendor = RouteConditions(notifications: [.subtree(.enterprises.appending(5003))])
        let trap = RouteConditions(notifications: [.exact(.enterprises.appending(5003, 1))])
        let two = RouteConditions(notifications: [.exact(.enterprises.appending(5003, 1)), .exact(.mib2)])
        #expect(isShadowed(trap, by: vendor))
        #expect(!isShadowed(vendor, by: trap))
        #expect(!isShadowed(two, by: vendor))
        #expect(isShadowed(trap, by: two))
        #expect(!isShadowed(RouteConditions(), by: vendor))
        #expect(
            isShadowed(
                RouteConditions(notifications: [.glob("IF-MIB::linkUp")]),
                by: RouteConditions(notifications: [.glob("link*")])))
        #expect(
            !isShadowed(
                RouteConditions(notifications: [.glob("link*")]),
                by: RouteConditions(notifications: [.glob("IF-MIB::link*")])))
        #expect(isShadowed(vendor, by: RouteConditions(notifications: [.glob("*")])))
    }

    @Test func sourcesAndDevices() {
        #expect(isShadowed(RouteConditions(sources: ["Board#1/a"]), by: RouteConditions(sources: ["Board#1/*"])))
        #expect(!isShadowed(RouteConditions(sources: ["Board#*"]), by: RouteConditions(sources: ["Board#1/*"])))
        #expect(isShadowed(RouteConditions(devices: ["gw-1", "gw-2"]), by: RouteConditions(devices: ["gw-*"])))
        #expect(!isShadowed(RouteConditions(devices: ["gw-1", "x"]), by: RouteConditions(devices: ["gw-*"])))
    }

    @Test func sendersCommunitiesAndListeners() {
        let wide = RouteConditions(senders: [network("10.0.0.0/8")])
        #expect(isShadowed(RouteConditions(senders: [network("10.1.0.0/16")]), by: wide))
        #expect(!isShadowed(RouteConditions(senders: [network("10.1.0.0/16"), network("192.0.2.0/24")]), by: wide))
        #expect(!isShadowed(wide, by: RouteConditions(senders: [network("10.1.0.0/16")])))
        #expect(isShadowed(RouteConditions(communities: ["a"]), by: RouteConditions(communities: ["a", "b"])))
        #expect(!isShadowed(RouteConditions(communities: ["a", "c"]), by: RouteConditions(communities: ["a", "b"])))
        #expect(isShadowed(RouteConditions(users: ["a"]), by: RouteConditions(users: ["a", "b"])))
        #expect(!isShadowed(RouteConditions(), by: RouteConditions(users: ["a", "b"])))
        #expect(isShadowed(RouteConditions(contexts: ["a-1"]), by: RouteConditions(contexts: ["a-*"])))
        #expect(!isShadowed(RouteConditions(contexts: ["b"]), by: RouteConditions(contexts: ["a-*"])))
        #expect(isShadowed(RouteConditions(listeners: ["traps"]), by: RouteConditions(listeners: ["traps"])))
    }

    @Test func variablesAndTimes() {
        let up = RouteConditions.VariableComparison(variable: .mib2, comparison: .equal, operand: "1")
        let other = RouteConditions.VariableComparison(variable: .mib2, comparison: .equal, operand: "2")
        #expect(isShadowed(RouteConditions(variables: [up, other]), by: RouteConditions(variables: [up])))
        #expect(!isShadowed(RouteConditions(variables: [up]), by: RouteConditions(variables: [up, other])))
        let week = RouteConditions(times: [.init(weekdays: [1, 2, 3, 4, 5], startMinute: 0, endMinute: 1_440)])
        let monday = RouteConditions(times: [.init(weekdays: [1], startMinute: 480, endMinute: 1_080)])
        #expect(isShadowed(monday, by: week))
        #expect(!isShadowed(week, by: monday))
        #expect(!isShadowed(RouteConditions(), by: week))
        #expect(isShadowed(monday, by: RouteConditions()))
    }

    @Test func preventingRowsAreNeverShadowed() {
        let routes = [stop(RouteConditions()), Route(name: "veto", to: ["a"], prevent: true)]
        #expect(RoutingTable.unreachableRows(in: routes).isEmpty)
    }

    @Test func aRowWhoseSinksAreAllVetoedIsFound() {
        let forward = Route(name: "forward", when: RouteConditions(severity: .atLeast(.critical)), to: ["a"])
        let veto = Route(
            name: "veto", when: RouteConditions(severity: .atLeast(.major)), to: ["a", "b"], prevent: true)
        let found = RoutingTable.unreachableRows(in: [forward, veto])
        #expect(found.map(\.row) == [0])
        #expect(found.map(\.shadowedBy) == [1])
        let more = Route(name: "more", when: RouteConditions(severity: .atLeast(.critical)), to: ["a", "c"])
        #expect(RoutingTable.unreachableRows(in: [more, veto]).isEmpty)
        #expect(RoutingTable.unreachableRows(in: [more, Route(name: "no", to: [], prevent: true)]).map(\.row) == [0])
        // Its stop still has an effect.
        let stopping = Route(name: "stopping", to: ["a"], stop: true)
        #expect(RoutingTable.unreachableRows(in: [stopping, Route(name: "no", to: [], prevent: true)]).isEmpty)
    }
}
