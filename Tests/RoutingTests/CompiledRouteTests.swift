import Alarms
import Basics
import Foundation
import MIBCatalog
import Routing
import SNMPWire
import Testing

/// One matcher after the other: what a row asks, and what then matches.
@Suite struct CompiledRouteTests {
    @Test func aRowThatAsksNothingMatchesAll() {
        for severity in Severity.allCases {
            #expect(Case(severity: severity, transition: .logged).matches(RouteConditions()))
        }
    }

    // MARK: - Severity and transition

    @Test(arguments: Severity.allCases, Severity.allCases)
    func atLeast(severity: Severity, least: Severity) {
        let order: [Severity] = [.warning, .minor, .major, .critical]
        let expected =
            if let place = order.firstIndex(of: severity), let leastPlace = order.firstIndex(of: least) {
                place >= leastPlace
            } else {
                severity == least
            }
        #expect(
            Case(severity: severity, transition: .logged).matches(RouteConditions(severity: .atLeast(least)))
                == expected)
    }

    @Test func atLeastWarningLeavesOutIndeterminate() {
        #expect(!Case(severity: .indeterminate).matches(RouteConditions(severity: .atLeast(.warning))))
    }

    @Test func aSetOfSeverities() {
        let conditions = RouteConditions(severity: .among([.minor, .indeterminate]))
        #expect(Case(severity: .minor).matches(conditions))
        #expect(Case(severity: .indeterminate).matches(conditions))
        #expect(!Case(severity: .major).matches(conditions))
    }

    @Test(
        arguments: [
            (.changed, .warning, .critical, true), (.changed, .critical, .critical, true),
            (.changed, .minor, .minor, false), (.cleared, .cleared, .critical, true),
            (.cleared, .cleared, .minor, false),
            // A repeat and a log entry have no past that counts.
            (.logged, .cleared, .critical, false), (.raised, .minor, .minor, false),
        ] as [(Transition, Severity, Severity, Bool)])
    func changesAndClearsGoByTheHighest(
        transition: Transition, severity: Severity, highest: Severity, expected: Bool
    ) {
        let told = Case(severity: severity, highest: highest, transition: transition)
        #expect(told.matches(RouteConditions(severity: .atLeast(.major))) == expected)
    }

    @Test func aRepeatIsMatchedOnItsOwnSeverity() {
        let conditions = RouteConditions(severity: .atLeast(.major), transitions: [.repeated])
        #expect(!Case(severity: .minor, highest: .critical, transition: .repeated).matches(conditions))
        #expect(Case(severity: .major, highest: .critical, transition: .repeated).matches(conditions))
    }

    @Test(arguments: Transition.allCases)
    func aRowWithoutTransitionDoesNotMatchARepeat(transition: Transition) {
        #expect(Case(transition: transition).matches(RouteConditions()) == (transition != .repeated))
    }

    @Test(arguments: Transition.allCases, Transition.allCases)
    func namedTransitionsMatchThemselves(transition: Transition, named: Transition) {
        #expect(
            Case(transition: transition).matches(RouteConditions(transitions: [named])) == (transition == named))
    }

    // MARK: - Who and where

    @Test(arguments: [
        (["Board#1/*"], "Board#1/EthernetLink#0", true), (["Board#1/*"], "Board#2", false), (["*"], "", true),
        (["a", "b*"], "bc", true), ([""], "", true), ([""], "a", false),
    ])
    func sources(globs: [String], source: String, expected: Bool) {
        #expect(Case(source: source).matches(RouteConditions(sources: globs)) == expected)
    }

    @Test(arguments: [
        ("gateway-7", true), ("gateway-*", true), ("10.1.1.1", true), ("10.1.*", true), ("gateway", false),
    ])
    func devices(glob: String, expected: Bool) {
        #expect(Case().matches(RouteConditions(devices: [glob])) == expected)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.1.1.1", true), ("10.1.1.1", "10.1.1.1", true), ("10.1.1.2", "10.1.1.1", false),
        ("0.0.0.0/0", "10.1.1.1", true), ("::/0", "10.1.1.1", false), ("2001:db8::/32", "2001:db8::1", true),
        ("2001:db8::/32", "2001:db9::1", false), ("10.0.0.0/8", "::ffff:10.1.1.1", true),
    ])
    func senders(text: String, sender: String, expected: Bool) {
        #expect(Case(sender: sender).matches(RouteConditions(senders: [network(text)])) == expected)
    }

    @Test func communitiesGoByTheirNames() {
        let conditions = RouteConditions(communities: ["tenant-a"])
        #expect(Case(community: "tenant-a").matches(conditions))
        #expect(!Case(community: "tenant-b").matches(conditions))
        #expect(!Case(community: nil).matches(conditions))
    }

    private func identity(_ user: String, context: String = "") -> V3Identity {
        V3Identity(
            userName: ArraySlice(user.utf8), level: .authPriv, engineID: [], contextEngineID: [],
            contextName: ArraySlice(context.utf8))
    }

    @Test func usersAndContexts() {
        let users = RouteConditions(users: ["ops", "noc"])
        #expect(Case(v3: identity("ops")).matches(users))
        #expect(!Case(v3: identity("op")).matches(users))
        #expect(!Case(community: "ops").matches(users))
        let contexts = RouteConditions(contexts: ["tenant-?"])
        #expect(Case(v3: identity("ops", context: "tenant-a")).matches(contexts))
        #expect(!Case(v3: identity("ops", context: "tenant")).matches(contexts))
        #expect(!Case(v3: identity("ops")).matches(contexts))
        #expect(!Case(community: "tenant-a").matches(contexts))
        let own = RouteConditions(users: ["ops"], contexts: [""])
        #expect(Case(v3: identity("ops")).matches(own))
        #expect(!Case(v3: identity("ops", context: "tenant-a")).matches(own))
        #expect(!Case(v3: identity("noc")).matches(own))
    }

    @Test func listeners() {
        let conditions = RouteConditions(listeners: ["keep-alives"])
        #expect(Case(listener: "keep-alives").matches(conditions))
        #expect(!Case(listener: "traps").matches(conditions))
    }

    // MARK: - Time of week

    @Test func timesAreThoseOfTheZone() throws {
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        let hours = RouteConditions(
            times: [.init(weekdays: [1, 2, 3, 4, 5], startMinute: 8 * 60, endMinute: 18 * 60)])
        // Monday 2026-06-01: 10:00 UTC is noon in Berlin, 17:00 UTC is 19:00.
        #expect(Case(seconds: 1_780_308_000).matches(hours, timeZone: berlin))
        #expect(Case(seconds: 1_780_333_200).matches(hours))
        #expect(!Case(seconds: 1_780_333_200).matches(hours, timeZone: berlin))
        // Monday 2026-01-05 07:30 UTC: 08:30 in Berlin's winter, before eight in UTC.
        #expect(Case(seconds: 1_767_598_200).matches(hours, timeZone: berlin))
        #expect(!Case(seconds: 1_767_598_200).matches(hours))
    }

    // MARK: - All together

    @Test func allConditionsMustHold() {
        let conditions = RouteConditions(
            severity: .atLeast(.major), notifications: [.exact(oid("linkDown"))], sources: ["ifIndex.*"],
            devices: ["gateway-*"], senders: [network("10.0.0.0/8")], communities: ["fleet"], listeners: ["traps"])
        let told = Case(community: "fleet")
        #expect(told.matches(conditions))
        var other = told
        other.severity = .minor
        #expect(!other.matches(conditions))
        other = told
        other.trap = "IF-MIB::linkUp"
        #expect(!other.matches(conditions))
        other = told
        other.source = "x"
        #expect(!other.matches(conditions))
        other = told
        other.deviceName = "x"
        #expect(!other.matches(conditions))
        other = told
        other.sender = "192.0.2.1"
        #expect(!other.matches(conditions))
        other = told
        other.community = nil
        #expect(!other.matches(conditions))
        other = told
        other.listener = "x"
        #expect(!other.matches(conditions))
    }
}
