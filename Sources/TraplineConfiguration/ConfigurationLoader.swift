public import Alarms
import Basics
import Devices
import Foundation
import Intake
public import MIBCatalog
import Routing
import Sinks

/// From files to a `ServerConfiguration`: document → validated values. Finds every problem in one run.
public enum ConfigurationLoader {
    /// Loads the catalog from the operator's MIB folders; the bundled modules are its caller's to add. Its problems
    /// are the caller's to report: modules never stop a start.
    public typealias CatalogSource = (_ mibDirectories: [String]) -> (Catalog, [CatalogProblem])
    public typealias Result = (configuration: ServerConfiguration?, problems: [ConfigurationProblem])

    /// More files than anybody keeps rules in.
    static let maximumRuleFiles = 100
    /// What the server's own facts (start, stop, failures) come in on, in a listener's place.
    static let ownFacts = "trapline"
    /// What comes later has its place already, so that nobody is told that he misspelt it.
    static let reservedKeys = ["portal", "flows"]

    /// Reads a configuration file and the files that it names. The configuration is `nil` where there is an error;
    /// warnings let it pass. Problems stand in the order of the file. `catalog` is called once, whatever is wrong.
    public static func load(file: String, catalog: CatalogSource) -> Result {
        let reader = DocumentReader(file: file)
        let root = reader.open()
        return load(root, reader, catalog: catalog)
    }

    /// What runs without a configuration file.
    public static func embeddedDefault(catalog: CatalogSource) -> Result {
        var configuration = ServerConfiguration()
        let standard = standardRules(catalog: catalog([]).0)
        configuration.rules = standard.rules
        return (configuration, standard.problems)
    }

    /// The rules that ship with Trapline. A name in them that the catalog does not know costs its rule and is a
    /// warning: an operator's module may have taken the place of the bundled one.
    public static func standardRules(catalog: Catalog) -> (rules: [AlarmRule], problems: [ConfigurationProblem]) {
        let reader = DocumentReader(file: "rules/standard.yaml")
        let text = String(decoding: PackageResources.standard_yaml, as: UTF8.self)
        let file = AlarmRulesFile(reader.parse(text), reader, names: ObjectNames(catalog))
        // Without modules every rule that names an object complains, and the catalog has said so already. Those that
        // name theirs by number hold: the vendor's alarms stay alarms.
        guard catalog.nodeCount > 0 else { return (file.rules, []) }
        let problems = reader.problems.map { problem in
            var problem = problem
            problem.severity = .warning
            return problem
        }
        return (file.rules, problems)
    }

    // MARK: One file

    static func load(_ root: YAMLNode?, _ reader: DocumentReader, catalog source: CatalogSource) -> Result {
        var configuration = ServerConfiguration()
        guard reader.errorCount == 0 || root != nil,
            let mapping = MappingReader(
                root ?? YAMLNode(mark: .start, content: .empty), reader, of: "settings such as listen, sinks and routes"
            )
        else {
            _ = source([])
            return (nil, reader.problems)
        }
        if let listeners = mapping.take("listen").map({ ListenSection.read($0, reader) }) {
            configuration.listeners = listeners
        }
        let access = mapping.take("access").map { AccessSection.read($0, reader) }
        if let access { configuration.access = access.settings }
        configuration.mibDirectories = mapping.take("mibs") { folders($0, reader) } ?? []
        if let folder = mapping.take("data", reader.path) { configuration.dataFolder = folder }
        configuration.metricsEndpoint = mapping.take("metrics") { reader.endpoint($0, examplePort: 9162) }
        if let zone = mapping.take("timezone", { timeZone($0, reader) }) { configuration.timeZone = zone }
        if let journal = mapping.take("journal").map({ JournalSection.read($0, reader) }) {
            configuration.journal = journal
        }
        if let retention = mapping.take("retention").map({
            RetentionSection.read($0, reader, configuration.journal)
        }) {
            configuration.retention = retention
        }
        if let alarms = mapping.take("alarms").map({ AlarmsSection.read($0, reader) }) { configuration.alarms = alarms }
        if let relays = mapping.take("relays", { DevicesSection.relays($0, reader) }) {
            configuration.devices.relays = relays
            configuration.access.budget.relays = relays
        }
        if let devices = mapping.take("devices") {
            DevicesSection.read(
                devices, users: access?.users ?? UsersSection.Users(), reader, into: &configuration)
        }
        let sinks = mapping.entry("sinks")
        let routes = mapping.entry("routes")
        let rules = mapping.entry("rules")
        mapping.refuse(reservedKeys, "is not supported yet")
        mapping.finish()

        let names = ObjectNames(source(configuration.mibDirectories).0)
        readSinksAndRoutes(sinks, routes, access?.users ?? UsersSection.Users(), &configuration, reader, names)
        let ruleProblems = readRules(rules, &configuration, reader, names)
        let problems = reader.problems.sorted(by: precedes) + ruleProblems
        let isValid = reader.errorCount == 0 && !problems.contains { $0.severity == .error }
        return (isValid ? configuration : nil, problems)
    }

    private static func precedes(_ left: ConfigurationProblem, _ right: ConfigurationProblem) -> Bool {
        (left.line ?? 0, left.column ?? 0) < (right.line ?? 0, right.column ?? 0)
    }

    private static func folders(_ node: YAMLNode, _ reader: DocumentReader) -> [String] {
        reader.oneOrMore(node).compactMap { element in
            guard let path = reader.path(element) else { return nil }
            let type = try? FileManager.default.attributesOfItem(
                atPath: URL(filePath: path).resolvingSymlinksInPath().path)[.type]
            if type as? FileAttributeType != .typeDirectory {
                // Names that it would have given are reported one by one; traps are received all the same.
                reader.warning("\(path): no such folder", at: element.mark)
                return nil
            }
            return path
        }
    }

    private static func timeZone(_ node: YAMLNode, _ reader: DocumentReader) -> TimeZone? {
        guard let text = reader.text(node, "a time zone such as Europe/Berlin") else { return nil }
        if let zone = TimeZone(identifier: text) { return zone }
        let hint = Suggestion.hint(for: text, in: TimeZone.knownTimeZoneIdentifiers)
        reader.error("expected a time zone such as Europe/Berlin or UTC, found \(quoted(text))\(hint)", at: node.mark)
        return nil
    }

    // MARK: Sinks and routes

    private static func readSinksAndRoutes(
        _ sinksEntry: YAMLNode.Entry?, _ routesEntry: YAMLNode.Entry?, _ users: UsersSection.Users,
        _ configuration: inout ServerConfiguration, _ reader: DocumentReader, _ names: ObjectNames
    ) {
        /// `nil` where they are not known, and no route can be blamed for naming one.
        var sinkNames: [String]? = configuration.sinks.map(\.name)
        var marks: [String: SourceMark] = [:]
        if let sinksEntry {
            let sinks = SinksSection.read(sinksEntry.value, reader, names)
            configuration.sinks = (sinks?.valid ?? []).map {
                ConfiguredSink(name: $0.name, settings: $0.settings, options: $0.options)
            }
            sinkNames = sinks?.names
            for sink in sinks?.valid ?? [] { marks[sink.name] = sink.mark }
            if sinkNames?.isEmpty == true {
                reader.warning("no sinks: events are kept in the event log and go nowhere", at: sinksEntry.mark)
            }
        }
        guard let routesEntry else {
            configuration.routes = [ServerConfiguration.everythingRoute(to: configuration.sinks.map(\.name))]
            if configuration.sinks.isEmpty {
                configuration.routes = []
            } else if let sinksEntry {
                reader.warning("no routes: every event goes to every sink", at: sinksEntry.mark)
            }
            return
        }
        let section = RoutesSection(
            reader: reader, names: names, sinks: sinkNames,
            communities: (configuration.access.communities ?? []).compactMap(\.name), users: users.names,
            listeners: configuration.listeners.map(\.name) + [ownFacts])
        configuration.routes = section.read(routesEntry.value)
        let errors = reader.errorCount
        let routed = Set(configuration.routes.lazy.filter { !$0.prevent }.flatMap(\.to))
        // With errors, the route that names the sink may be among those that were not understood.
        for sink in configuration.sinks where errors == 0 && !routed.contains(sink.name) {
            reader.warning("no route leads to the sink \(sink.name)", at: marks[sink.name] ?? routesEntry.mark)
        }
    }

    // MARK: Rules

    /// The shipped rules, then those of the named files; the problems in them, file by file.
    private static func readRules(
        _ entry: YAMLNode.Entry?, _ configuration: inout ServerConfiguration, _ reader: DocumentReader,
        _ names: ObjectNames
    ) -> [ConfigurationProblem] {
        let standard = standardRules(catalog: names.catalog)
        configuration.rules = standard.rules
        var problems = standard.problems
        guard let entry else { return problems }
        let files = reader.oneOrMore(entry.value)
        guard files.count <= maximumRuleFiles else {
            reader.error("more than \(maximumRuleFiles) files of rules", at: entry.mark)
            return problems
        }
        for file in files {
            guard let path = reader.path(file) else { continue }
            let source: SourceFile
            switch SourceFile.read(path) {
            case .failure(let failure) where failure.mark == nil:
                reader.error("\(path): \(failure.message)", at: file.mark)
                continue
            case .failure(let failure):
                let mark = failure.mark ?? .start
                problems.append(
                    ConfigurationProblem(file: path, line: mark.line, column: mark.column, message: failure.message))
                continue
            case .success(let read):
                source = read
            }
            let ruleReader = DocumentReader(file: path)
            let rules = AlarmRulesFile(ruleReader.parse(source.text), ruleReader, names: names)
            configuration.rules += rules.rules
            if let root = rules.vendorTrapRoot { configuration.vendor = VendorProfile(trapRoot: root) }
            problems += ruleReader.problems.sorted(by: precedes)
        }
        return problems
    }
}
