public import Alarms
public import Foundation
public import MIBCatalog

/// The routing table, compiled: rows are tried from top to bottom, a row that matches adds its sinks, `stop` ends the
/// walk, `prevent` takes sinks away.
///
/// Immutable and pure: a reload builds another. No string is built for an event that no row wants: conditions are bits,
/// networks, encoded OIDs and globs over what is there already, and the dearest (variables) are asked last.
public struct RoutingTable: Sendable {
    private let rows: [CompiledRoute]
    private let catalog: Catalog
    private let timeZone: TimeZone
    private let vendor: VendorProfile

    public init(routes: [Route], catalog: Catalog, timeZone: TimeZone, vendor: VendorProfile = .audiocodes) {
        rows = routes.map { CompiledRoute($0, catalog: catalog, vendor: vendor) }
        self.catalog = catalog
        self.timeZone = timeZone
        self.vendor = vendor
    }

    /// The sinks for an event.
    ///
    /// `followedSinks` are those noted on its alarm (`ActiveAlarm.sinks`). A change or clear goes to them whatever rows
    /// and hours are in force now: a ticket opened is a ticket closed. Only a preventing row that names the transition
    /// itself holds it back, since that is what such a row asks for.
    public func decide(
        _ event: Event, _ received: ReceivedNotification, followedSinks: [String]
    ) -> RoutingDecision {
        var subject = RoutingSubject(event, received, catalog: catalog, timeZone: timeZone, vendor: vendor)
        var decision = RoutingDecision()
        // Sorted, each once. Mostly one row matches, and these are its own lists.
        var wanted: [String] = []
        var following: [String] = []
        var veto: Veto?
        var followVeto = Veto()
        var delayed: [DelayedSink] = []
        var isWalking = true
        for row in rows where isWalking || row.route.prevent {
            guard row.matches(&subject) else { continue }
            decision.matched = decision.matched.isEmpty ? row.names : decision.matched + row.names
            if row.route.prevent {
                veto = veto ?? Veto()
                veto?.add(row.route.to)
                if row.route.when.transitions != nil { followVeto.add(row.route.to) }
            } else if let after = row.route.after {
                let now = RoutingTable.delay(row, after, event.transition, followedSinks, &delayed)
                wanted = RoutingTable.union(wanted, now)
            } else {
                wanted = RoutingTable.union(wanted, row.sinks)
                if row.route.follow { following = RoutingTable.union(following, row.sinks) }
            }
            if row.route.stop { isWalking = false }
        }
        var sinks = veto?.applied(to: wanted) ?? wanted
        if event.transition == .changed || event.transition == .cleared {
            sinks = RoutingTable.union(sinks, followVeto.applied(to: followedSinks))
            wanted = RoutingTable.union(wanted, followedSinks)
        }
        decision.sinks = sinks
        if sinks.count != wanted.count { decision.vetoed = wanted.filter { !sinks.contains($0) } }
        if !delayed.isEmpty {
            let allowed = veto?.applied(to: delayed.map(\.sink)) ?? delayed.map(\.sink)
            decision.delayed = delayed.filter { allowed.contains($0.sink) && !sinks.contains($0.sink) }
            let refused = delayed.map(\.sink).filter { !allowed.contains($0) }
            decision.vetoed = RoutingTable.union(decision.vetoed, refused)
        }
        if event.transition == .raised || event.transition == .changed {
            decision.following = following == sinks ? sinks : following.filter(sinks.contains)
        }
        return decision
    }

    /// What a row that waits does with an event: a raise or a change is told later, to those who have not heard of the
    /// alarm; what follows goes to them by itself, and a repeat to those who have. What never stands, or has ended, is
    /// not told. Gives the sinks that get the event now.
    private static func delay(
        _ row: CompiledRoute, _ after: Duration, _ transition: Transition, _ followedSinks: [String],
        _ delayed: inout [DelayedSink]
    ) -> [String] {
        switch transition {
        case .cleared, .logged: return []
        case .repeated: return row.sinks.filter(followedSinks.contains)
        case .raised, .changed: break
        }
        for sink in row.sinks where !followedSinks.contains(sink) {
            guard let index = delayed.firstIndex(where: { $0.sink == sink }) else {
                delayed.append(DelayedSink(sink: sink, after: after, follows: row.route.follow))
                continue
            }
            delayed[index].after = min(delayed[index].after, after)
            delayed[index].follows = delayed[index].follows || row.route.follow
        }
        delayed.sort { $0.sink < $1.sink }
        return []
    }

    /// Of two lists that are sorted and hold each name once.
    private static func union(_ left: [String], _ right: [String]) -> [String] {
        if right.isEmpty || left == right { return left }
        if left.isEmpty { return right }
        return Set(left).union(right).sorted()
    }

    /// Rows that can never have an effect, with the row that makes it so: an earlier one that matches all that they
    /// match and stops the walk, or a preventing one that matches all and takes all their sinks.
    ///
    /// Sure rather than complete: what it reports is so, but rows that only several others together cover are not
    /// found.
    public static func unreachableRows(in routes: [Route]) -> [(row: Int, shadowedBy: Int)] {
        let conditions = routes.map { CompiledConditions($0.when, prevents: $0.prevent) }
        var found: [(row: Int, shadowedBy: Int)] = []
        for (index, route) in routes.enumerated() where !route.prevent {
            let shadow = routes.indices.first { other in
                guard other != index, conditions[other].covers(conditions[index]) else { return false }
                let stopsBefore = other < index && routes[other].stop
                let takesAll =
                    routes[other].prevent && !route.stop && !route.to.isEmpty
                    && (routes[other].to.isEmpty || Set(routes[other].to).isSuperset(of: route.to))
                return stopsBefore || takesAll
            }
            if let shadow { found.append((row: index, shadowedBy: shadow)) }
        }
        return found
    }
}

/// The sinks that preventing rows take away.
private struct Veto {
    private var takesAll = false
    private var sinks: Set<String> = []

    /// A row without sinks takes all.
    mutating func add(_ to: [String]) {
        if to.isEmpty { takesAll = true } else { sinks.formUnion(to) }
    }

    func applied(to wanted: [String]) -> [String] {
        takesAll ? [] : sinks.isEmpty ? wanted : wanted.filter { !sinks.contains($0) }
    }
}
