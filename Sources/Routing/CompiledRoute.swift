import Alarms
import Basics
import MIBCatalog
import SNMPWire

/// A row of the table, ready to be asked.
struct CompiledRoute: Sendable {
    let route: Route
    /// The route's sinks sorted, each once.
    let sinks: [String]
    /// The route's name alone.
    let names: [String]
    private let conditions: CompiledConditions
    private let variables: [CompiledComparison]

    init(_ route: Route, catalog: Catalog, vendor: VendorProfile) {
        self.route = route
        sinks = Set(route.to).sorted()
        names = [route.name]
        conditions = CompiledConditions(route.when, prevents: route.prevent)
        variables = route.when.variables.map { CompiledComparison($0, catalog: catalog, vendor: vendor) }
    }

    func matches(_ subject: inout RoutingSubject) -> Bool {
        conditions.match(&subject)
            && variables.allSatisfy { $0.holds(in: subject.received.notification.variables, catalog: subject.catalog) }
    }
}

/// A row's conditions but for its variables, in a form that can be matched and compared with another row's.
struct CompiledConditions: Sendable {
    private let severities: Flags
    private let transitions: Flags
    private let notifications: [CompiledNotificationPattern]
    private let sources: [Glob]
    private let devices: [Glob]
    private let groups: [Glob]
    private let tenants: [Glob]
    private let sites: [Glob]
    private let senders: [Network]
    private let communities: Set<String>
    private let users: Set<String>
    private let contexts: [Glob]
    private let listeners: Set<String>
    private let times: WeekSchedule?
    private let variables: Set<RouteConditions.VariableComparison>

    init(_ conditions: RouteConditions, prevents: Bool) {
        severities =
            switch conditions.severity {
            case nil: Flags(Severity.allCases.map(\.rawValue))
            case .among(let among): Flags(among.map(\.rawValue))
            case .atLeast(let least): Flags(Severity.allCases.filter { $0.isAtLeast(least) }.map(\.rawValue))
            }
        // A repeat is only for those who ask for it. But what an operator does not want forwarded is not wanted a
        // second time either.
        transitions =
            if let asked = conditions.transitions {
                Flags(asked.map(\.flag))
            } else {
                Flags(Transition.allCases.filter { prevents || $0 != .repeated }.map(\.flag))
            }
        notifications = conditions.notifications.map(CompiledNotificationPattern.init)
        sources = conditions.sources.map(Glob.init)
        devices = conditions.devices.map(Glob.init)
        groups = conditions.groups.map(Glob.init)
        tenants = conditions.tenants.map(Glob.init)
        sites = conditions.sites.map(Glob.init)
        senders = conditions.senders
        communities = conditions.communities
        users = conditions.users
        contexts = conditions.contexts.map(Glob.init)
        listeners = conditions.listeners
        times = conditions.times.isEmpty ? nil : WeekSchedule(conditions.times)
        variables = Set(conditions.variables)
    }

    /// The cheapest questions first.
    func match(_ subject: inout RoutingSubject) -> Bool {
        guard severities.contains(subject.severity.rawValue), transitions.contains(subject.event.transition.flag),
            listeners.isEmpty || listeners.contains(subject.received.listener),
            senders.isEmpty || senders.contains(where: { $0.contains(subject.received.sender.address) }),
            communities.isEmpty || subject.received.community.map(communities.contains) ?? false,
            isFrom(subject.received.notification.v3)
        else { return false }
        if !notifications.isEmpty {
            guard notifications.contains(where: { $0.matches(&subject.notification) }) else { return false }
        }
        guard sources.isEmpty || sources.contains(where: { $0.matches(subject.event.source) }),
            devices.isEmpty
                || devices.contains(where: {
                    $0.matches(subject.event.device.id) || $0.matches(subject.event.device.name)
                }),
            CompiledConditions.holds(groups, for: subject.event.device.group),
            CompiledConditions.holds(tenants, for: subject.event.device.tenant),
            CompiledConditions.holds(sites, for: subject.event.device.site)
        else { return false }
        return times.map { $0.contains(minuteOfWeek: subject.minuteOfWeek()) } ?? true
    }

    /// No text is made where nobody asks.
    private func isFrom(_ identity: V3Identity?) -> Bool {
        if users.isEmpty, contexts.isEmpty { return true }
        guard let identity else { return false }
        return (users.isEmpty || users.contains(identity.user))
            && (contexts.isEmpty || contexts.contains { $0.matches(identity.context) })
    }

    /// A device that is put nowhere is in no group, not even in `*`.
    private static func holds(_ globs: [Glob], for place: String?) -> Bool {
        if globs.isEmpty { return true }
        guard let place, !place.isEmpty else { return false }
        return globs.contains { $0.matches(place) }
    }

    /// Whether every event that `other` matches is matched by this row too; `false` where that is not sure.
    func covers(_ other: CompiledConditions) -> Bool {
        func all<Condition>(
            _ own: [Condition], _ others: [Condition], _ covers: (Condition, Condition) -> Bool
        ) -> Bool {
            own.isEmpty
                || !others.isEmpty && others.allSatisfy { theirs in own.contains { covers($0, theirs) } }
        }
        func all(_ own: Set<String>, _ others: Set<String>) -> Bool {
            own.isEmpty || !others.isEmpty && own.isSuperset(of: others)
        }
        return severities.isSuperset(of: other.severities) && transitions.isSuperset(of: other.transitions)
            && all(notifications, other.notifications) { $0.covers($1) }
            && all(sources, other.sources) { $0.covers($1) }
            && all(devices, other.devices) { $0.covers($1) }
            && all(groups, other.groups) { $0.covers($1) }
            && all(tenants, other.tenants) { $0.covers($1) }
            && all(sites, other.sites) { $0.covers($1) }
            && all(senders, other.senders) { $0.prefixLength <= $1.prefixLength && $0.contains($1.address) }
            && all(communities, other.communities) && all(users, other.users)
            && all(contexts, other.contexts) { $0.covers($1) } && all(listeners, other.listeners)
            && variables.isSubset(of: other.variables)
            && times.map { own in other.times.map(own.isSuperset) ?? false } ?? true
    }
}

/// A set of up to eight small numbers.
private struct Flags: Sendable {
    private var bits: UInt8 = 0

    init(_ numbers: some Sequence<UInt8>) {
        for number in numbers { bits |= 1 << number }
    }

    func contains(_ number: UInt8) -> Bool { bits & 1 << number != 0 }
    func isSuperset(of other: Flags) -> Bool { other.bits & ~bits == 0 }
}

extension Transition {
    fileprivate var flag: UInt8 {
        switch self {
        case .raised: 0
        case .changed: 1
        case .cleared: 2
        case .repeated: 3
        case .logged: 4
        }
    }
}
