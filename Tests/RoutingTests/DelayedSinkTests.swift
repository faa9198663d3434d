import Alarms
import Basics
import Routing
import Testing

/// Rows with `after`, and what holds events back.
@Suite struct DelayedSinkTests {
    private func waiting(
        _ sinks: [String], _ seconds: Int64 = 60, follow: Bool = true, transitions: Set<Transition>? = nil,
        stop: Bool = false
    ) -> Route {
        Route(
            name: "waiting \(seconds)", when: RouteConditions(transitions: transitions), to: sinks, stop: stop,
            follow: follow, after: .seconds(seconds))
    }

    private func prevent(_ sinks: [String]) -> Route { Route(name: "prevent", to: sinks, prevent: true) }

    @Test func aRaiseWaits() {
        let decision = Case().decide([waiting(["ops"]), Route(name: "all", to: ["archive"])])
        #expect(decision.sinks == ["archive"] && decision.following == ["archive"])
        #expect(decision.matched == ["waiting 60", "all"])
        #expect(decision.delayed == [DelayedSink(sink: "ops", after: .seconds(60), follows: true)])
    }

    @Test func whoIsToldAtOnceDoesNotWait() {
        #expect(Case().decide([waiting(["ops"]), Route(name: "all", to: ["ops"])]).delayed.isEmpty)
    }

    @Test func theShorterWaitCounts() {
        let decision = Case().decide([waiting(["ops", "b"], 60, follow: false), waiting(["ops"], 30)])
        #expect(
            decision.delayed == [
                DelayedSink(sink: "b", after: .seconds(60), follows: false),
                DelayedSink(sink: "ops", after: .seconds(30), follows: true),
            ])
    }

    @Test func aChangeWaitsForThoseWhoHaveNotHeardOfTheAlarm() {
        var change = Case(transition: .changed)
        #expect(change.decide([waiting(["ops"])]).delayed.map(\.sink) == ["ops"])
        change.followed = ["ops"]
        let told = change.decide([waiting(["ops"])])
        #expect(told.delayed.isEmpty && told.sinks == ["ops"])
    }

    @Test(arguments: [Transition.cleared, .logged])
    func whatHasEndedOrNeverStandsIsNotTold(transition: Transition) {
        let decision = Case(transition: transition).decide([waiting(["ops"])])
        #expect(decision.sinks.isEmpty && decision.delayed.isEmpty && decision.matched == ["waiting 60"])
    }

    @Test func aRepeatGoesToThoseWhoHaveHeardOfTheAlarm() {
        var again = Case(transition: .repeated)
        let row = waiting(["noc", "ops"], transitions: [.raised, .repeated])
        #expect(again.decide([row]).sinks.isEmpty)
        again.followed = ["ops"]
        #expect(again.decide([row]).sinks == ["ops"])
        #expect(again.decide([row]).delayed.isEmpty)
    }

    @Test func aVetoCountsForThoseWhoWait() {
        let decision = Case().decide([waiting(["noc", "ops"]), prevent(["ops"])])
        #expect(decision.delayed.map(\.sink) == ["noc"])
        #expect(decision.vetoed == ["ops"])
    }

    @Test func itStopsTheWalkLikeAnyRow() {
        let decision = Case().decide([waiting(["ops"], stop: true), Route(name: "all", to: ["archive"])])
        #expect(decision.sinks.isEmpty && decision.delayed.map(\.sink) == ["ops"])
    }

    @Test func whatIsHeldBackGoesToNobodyButThoseWhoWaitForAnEnd() {
        var decision = Case().decide([Route(name: "all", to: ["a", "b"])])
        decision.withhold(by: .silence(7), except: ["b"])
        #expect(decision.sinks == ["b"] && decision.withheld == ["a"] && decision.withheldBy == .silence(7))
        #expect(decision.following == ["b"])
    }

    @Test func aSinkLeftOutDoesNotWaitEither() {
        var decision = Case().decide([waiting(["ops"])])
        decision.leaveOut("ops")
        #expect(decision.delayed.isEmpty)
    }

    // MARK: - Where devices are

    @Test func groupsTenantsAndSitesMatch() {
        let device = EventDevice(
            id: "S1", name: "edge", address: IPAddress(v4: 1), group: "access", tenant: "acme", site: "north-1")
        var subject = Case()
        subject.device = device
        let tests: [(RouteConditions, Bool)] = [
            (RouteConditions(groups: ["access"]), true), (RouteConditions(groups: ["core"]), false),
            (RouteConditions(tenants: ["other", "ac*"]), true), (RouteConditions(tenants: ["other"]), false),
            (RouteConditions(sites: ["north-*"]), true), (RouteConditions(sites: ["south-*"]), false),
            (RouteConditions(groups: ["access"], sites: ["south-*"]), false),
        ]
        for (conditions, expected) in tests { #expect(subject.matches(conditions) == expected, "\(conditions)") }
        #expect(!Case().matches(RouteConditions(groups: ["*"])), "a device in no group")
    }

    @Test func aRowForOneGroupDoesNotShadowAnother() {
        func row(_ name: String, _ conditions: RouteConditions) -> Route {
            Route(name: name, when: conditions, to: ["noc"], stop: true)
        }
        let routes = [
            row("a", RouteConditions(groups: ["core*"])), row("b", RouteConditions(groups: ["core-1"])),
            row("c", RouteConditions(groups: ["access"])), row("d", RouteConditions(tenants: ["acme"])),
            row("e", RouteConditions(sites: ["north"])),
        ]
        #expect(RoutingTable.unreachableRows(in: routes).map(\.row) == [1])
    }
}
