import Alarms
import MIBCatalog
import Routing

/// `routes:` the routing table.
struct RoutesSection {
    /// Each row costs a little for every event; a larger table is made by a program gone wrong.
    static let maximumRoutes = 1_000
    /// Time is told by the second; and who waits for longer than a week will not be sent a raise, but a history.
    static let waits = Duration.seconds(1)...Duration.seconds(7 * 86_400)

    let reader: DocumentReader
    let names: ObjectNames
    /// What rows may name; `nil` for sinks where the section that gives them could not be read.
    let sinks: [String]?
    let communities: [String]
    /// `nil` where some cannot be read.
    let users: [String]?
    let listeners: [String]

    func read(_ node: YAMLNode) -> [Route] {
        guard let elements = reader.list(node, of: "routes") else { return [] }
        guard elements.count <= RoutesSection.maximumRoutes else {
            reader.error("more than \(RoutesSection.maximumRoutes) routes", at: node.mark)
            return []
        }
        var routes: [Route] = []
        var marks: [SourceMark] = []
        var lines: [String: Int] = [:]
        for element in elements {
            let errors = reader.errorCount
            guard let route = route(element, &lines) else { continue }
            // A row that lost a condition to an error would seem to match more than was meant.
            guard reader.errorCount == errors else { continue }
            routes.append(route)
            marks.append(element.mark)
        }
        for (row, shadow) in RoutingTable.unreachableRows(in: routes) {
            let (route, other) = (routes[row], routes[shadow])
            let why = other.prevent ? "prevents all that this one would send" : "stops all that this one would match"
            reader.warning(
                "the route \(quoted(route.name)) has no effect: \(quoted(other.name)) on line \(marks[shadow].line) \(why)",
                at: marks[row])
        }
        return routes
    }

    private func route(_ node: YAMLNode, _ lines: inout [String: Int]) -> Route? {
        guard let mapping = MappingReader(node, reader, of: "a route's settings") else { return nil }
        let name = mapping.require("name", "what the operator calls the route") { node -> String? in
            guard let name = reader.text(node, "a name") else { return nil }
            if let line = lines[name] {
                reader.error("the name \(quoted(name)) stands twice: first on line \(line)", at: node.mark)
                return nil
            }
            lines[name] = node.mark.line
            return name
        }
        let conditions = mapping.take("when").flatMap(conditions)
        let to = mapping.take("to")
        var route = Route(name: name ?? "", when: conditions ?? RouteConditions(), to: to.map(targets) ?? [])
        if let stop = mapping.take("stop", reader.boolean) { route.stop = stop }
        if let prevent = mapping.take("prevent", reader.boolean) { route.prevent = prevent }
        if let follow = mapping.take("follow", reader.boolean) { route.follow = follow }
        let after = mapping.entry("after")
        route.after = after.flatMap { reader.duration($0.value, in: RoutesSection.waits) }
        mapping.finish()
        if let after { check(after.mark, of: route) }
        if to == nil, !route.stop, !route.prevent {
            reader.error(
                "to: is missing: the sinks that get what matches (or stop: true, or prevent: true)", at: node.mark)
        }
        return route
    }

    /// What waits is a raise, or a change that makes a row match.
    private func check(_ mark: SourceMark, of route: Route) {
        if route.prevent {
            reader.error("after: a preventing row takes effect at once", at: mark)
        } else if let transitions = route.when.transitions, transitions.isDisjoint(with: [.raised, .changed]) {
            reader.error("after: only raised and changed can wait, and the row matches neither", at: mark)
        }
    }

    private func targets(_ node: YAMLNode) -> [String] {
        let elements = reader.oneOrMore(node)
        if elements.isEmpty {
            reader.error("to: names no sink; leave it out to mean all (with prevent)", at: node.mark)
        }
        var targets: [String] = []
        for element in elements {
            guard let name = reader.text(element, "the name of a sink") else { continue }
            if let sinks, !sinks.contains(name) {
                reader.error(
                    "unknown sink \(quoted(name))\(Suggestion.hintOrList(for: name, in: sinks))", at: element.mark)
            } else if targets.contains(name) {
                reader.warning("the sink \(name) stands twice", at: element.mark)
            } else {
                targets.append(name)
            }
        }
        return targets
    }

    // MARK: Conditions

    private func conditions(_ node: YAMLNode) -> RouteConditions? {
        guard let mapping = MappingReader(node, reader, of: "conditions") else { return nil }
        var conditions = RouteConditions()
        let values = ConditionReader(reader: reader, names: names)
        conditions.severity = mapping.take("severity", values.severity)
        conditions.transitions = mapping.take("transition", values.transitions)
        conditions.notifications = mapping.take("notification") { values.notifications($0) } ?? []
        conditions.sources = mapping.take("source") { globs($0, "a pattern for the alarm's source") } ?? []
        conditions.devices = mapping.take("device") { globs($0, "a device's id, name or a pattern") } ?? []
        conditions.groups = mapping.take("group") { globs($0, "a device group or a pattern") } ?? []
        conditions.tenants = mapping.take("tenant") { globs($0, "a tenant or a pattern") } ?? []
        conditions.sites = mapping.take("site") { globs($0, "a site or a pattern") } ?? []
        conditions.senders = mapping.take("sender") { elements($0).compactMap(reader.network) } ?? []
        conditions.communities = mapping.take("community") { known($0, "community", in: communities) } ?? []
        conditions.users = mapping.take("user") { known($0, "user", in: users) } ?? []
        conditions.contexts =
            mapping.take("context") { elements($0).compactMap { UsersSection.context($0, reader) } } ?? []
        conditions.listeners = mapping.take("listener") { known($0, "listener", in: listeners) } ?? []
        conditions.variables = mapping.take("variable", values.variables) ?? []
        conditions.times = mapping.take("time") { elements($0).compactMap(values.time) } ?? []
        mapping.finish()
        return conditions
    }

    /// One or more: an empty list would read as "none" and mean "any".
    private func elements(_ node: YAMLNode) -> [YAMLNode] {
        let elements = reader.oneOrMore(node)
        if elements.isEmpty { reader.error("an empty list; leave the condition out to mean any", at: node.mark) }
        return elements
    }

    private func globs(_ node: YAMLNode, _ what: String) -> [String] {
        elements(node).compactMap { reader.text($0, what) }
    }

    private func known(_ node: YAMLNode, _ what: String, in names: [String]?) -> Set<String> {
        var result: Set<String> = []
        for element in elements(node) {
            guard let name = reader.text(element, "the name of a \(what)") else { continue }
            guard let names else {
                result.insert(name)
                continue
            }
            if names.contains(name) {
                result.insert(name)
            } else if names.isEmpty, what == "user" {
                reader.error("access: has no users", at: element.mark)
            } else if names.isEmpty {
                // Communities can have no names at all. The text may be the community itself.
                reader.error(
                    "access: gives no community a name, and routes match names, not communities", at: element.mark)
            } else {
                // Whoever mixes up the name and the community has written a secret here.
                let shown = what == "community" ? "" : " \(quoted(name))"
                reader.error("unknown \(what)\(shown)\(Suggestion.hintOrList(for: name, in: names))", at: element.mark)
            }
        }
        return result
    }
}
