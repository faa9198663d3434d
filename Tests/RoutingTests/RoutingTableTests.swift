import Alarms
import Basics
import Routing
import SNMPWire
import Testing

/// The walk: order, stop, prevent, follow.
@Suite struct RoutingTableTests {
    private func row(
        _ name: String, _ severity: Severity? = nil, to: [String], stop: Bool = false, prevent: Bool = false,
        follow: Bool = true, transitions: Set<Transition>? = nil
    ) -> Route {
        Route(
            name: name,
            when: RouteConditions(severity: severity.map { .atLeast($0) }, transitions: transitions), to: to,
            stop: stop, prevent: prevent, follow: follow)
    }

    @Test func everyRowThatMatchesAddsItsSinks() {
        let decision = Case(severity: .major).decide([
            row("a", .warning, to: ["noc", "archive"]), row("b", .critical, to: ["ops"]), row("c", to: ["noc", "all"]),
        ])
        #expect(decision.matched == ["a", "c"])
        #expect(decision.sinks == ["all", "archive", "noc"])
        #expect(decision.vetoed == [])
        #expect(decision.following == ["all", "archive", "noc"])
    }

    @Test func withoutARowNothingGoesAnywhere() {
        #expect(Case().decide([]) == RoutingDecision())
        #expect(Case(severity: .minor).decide([row("a", .critical, to: ["noc"])]) == RoutingDecision())
    }

    @Test func stopEndsTheWalk() {
        let routes = [row("a", .major, to: ["noc"], stop: true), row("b", to: ["archive"])]
        #expect(Case(severity: .major).decide(routes).sinks == ["noc"])
        #expect(Case(severity: .minor).decide(routes).sinks == ["archive"])
    }

    @Test func aStopWithoutSinksDropsAnEvent() {
        let decision = Case(severity: .major).decide([row("a", to: [], stop: true), row("b", to: ["archive"])])
        #expect(decision.matched == ["a"])
        #expect(decision.sinks == [])
        #expect(decision.vetoed == [])
    }

    // MARK: - Prevent

    @Test func aPreventingRowVetoesItsSinksWhereverItStands() {
        let forward = row("forward", to: ["noc", "ops"])
        let prevent = row("prevent", to: ["ops"], prevent: true)
        for routes in [[forward, prevent], [prevent, forward]] {
            let decision = Case().decide(routes)
            #expect(decision.sinks == ["noc"])
            #expect(decision.vetoed == ["ops"])
            #expect(decision.following == ["noc"])
            #expect(decision.matched == routes.map(\.name))
        }
    }

    @Test func aPreventingRowCountsPastAStop() {
        let decision = Case().decide([
            row("forward", to: ["noc", "ops"], stop: true), row("more", to: ["archive"]),
            row("prevent", to: ["ops"], prevent: true),
        ])
        #expect(decision.matched == ["forward", "prevent"])
        #expect(decision.sinks == ["noc"])
    }

    @Test func withoutSinksAPreventingRowVetoesAll() {
        let decision = Case().decide([row("forward", to: ["noc", "ops"]), row("prevent", to: [], prevent: true)])
        #expect(decision.sinks == [])
        #expect(decision.vetoed == ["noc", "ops"])
        #expect(decision.following == [])
    }

    @Test func aPreventingRowThatDoesNotMatchVetoesNothing() {
        let decision = Case(severity: .minor).decide([
            row("forward", to: ["noc"]), row("prevent", .critical, to: [], prevent: true),
        ])
        #expect(decision.sinks == ["noc"])
        #expect(decision.matched == ["forward"])
    }

    @Test func onlyWhatWasWantedIsVetoed() {
        #expect(Case().decide([row("prevent", to: ["ops"], prevent: true)]).vetoed == [])
    }

    @Test func whatIsNotForwardedIsNotForwardedWhenRepeatedEither() {
        let routes = [
            row("forward", to: ["noc"], transitions: [.raised, .repeated]), row("prevent", to: [], prevent: true),
        ]
        #expect(Case(transition: .repeated).decide(routes).sinks == [])
    }

    // MARK: - Follow

    @Test(arguments: [Transition.changed, .cleared])
    func aChangeOrClearFollowsTheRaise(transition: Transition) {
        let told = Case(severity: .minor, highest: .minor, transition: transition, followed: ["ops"])
        let decision = told.decide([row("a", .critical, to: ["noc"])])
        #expect(decision.sinks == ["ops"])
        #expect(decision.matched == [])
        #expect(decision.following == [])
    }

    @Test(arguments: [Transition.raised, .repeated, .logged])
    func nothingElseFollows(transition: Transition) {
        #expect(Case(transition: transition, followed: ["ops"]).decide([]).sinks == [])
    }

    @Test func aChangeReachesThoseWhoseRowItMatchesNow() {
        let told = Case(severity: .critical, highest: .critical, transition: .changed, followed: ["archive"])
        let decision = told.decide([row("a", .critical, to: ["ops"])])
        #expect(decision.sinks == ["archive", "ops"])
        #expect(decision.following == ["ops"])
    }

    @Test func whatFollowsDoesNotAskTheHour() {
        // A raise in office hours is cleared at night.
        let hours = Route(
            name: "hours",
            when: RouteConditions(times: [.init(weekdays: [1, 2, 3, 4, 5], startMinute: 480, endMinute: 1_080)]),
            to: ["ops"])
        let raise = Case().decide([hours])
        #expect(raise.following == ["ops"])
        let clear = Case(
            severity: .cleared, highest: .major, transition: .cleared, seconds: 1_780_308_000 + 12 * 3_600,
            followed: raise.following)
        #expect(clear.decide([hours]).sinks == ["ops"])
    }

    @Test func aRowCanOptOutOfFollowing() {
        let routes = [row("a", to: ["ops"], follow: false, transitions: [.raised]), row("b", to: ["noc"])]
        let raise = Case().decide(routes)
        #expect(raise.sinks == ["noc", "ops"])
        #expect(raise.following == ["noc"])
        // A sink that another row follows is followed.
        let both = Case().decide(routes + [row("c", to: ["ops"])])
        #expect(both.following == ["noc", "ops"])
    }

    @Test func aVetoOfLaterDoesNotLeaveATicketOpen() {
        // The alarm was sent; then its device came under a veto.
        let veto = Route(
            name: "maintenance", when: RouteConditions(devices: ["gateway-7"]), to: [], prevent: true)
        let clear = Case(severity: .cleared, highest: .major, transition: .cleared, followed: ["ops"])
        let decision = clear.decide([row("a", to: ["noc", "ops"]), veto])
        #expect(decision.sinks == ["ops"])
        #expect(decision.vetoed == ["noc"])
    }

    @Test func aVetoThatNamesTheTransitionHoldsBackWhatFollows() {
        let veto = row("no clears to the pager", to: ["ops"], prevent: true, transitions: [.cleared])
        let clear = Case(
            severity: .cleared, highest: .major, transition: .cleared, followed: ["noc", "ops"])
        let decision = clear.decide([row("a", to: ["noc", "ops"]), veto])
        #expect(decision.sinks == ["noc"])
        #expect(decision.vetoed == ["ops"])
    }
}
