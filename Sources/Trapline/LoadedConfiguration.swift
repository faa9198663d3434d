import Alarms
import Devices
import Foundation
import Intake
public import MIBCatalog
package import Pipeline
import Routing
package import SNMPSecurity
public import Sinks
public import TraplineConfiguration

/// A configuration with the catalog that its names were resolved by, and all that was found wrong with either.
public struct LoadedConfiguration: Sendable {
    public var configuration: ServerConfiguration?
    public var catalog: Catalog
    /// Problems of the file, then those of the MIB modules.
    public var problems: [Problem]

    /// One line about something that is wrong, or, as a warning, probably not what was meant.
    public struct Problem: Sendable, Hashable, CustomStringConvertible {
        public var description: String
        public var isWarning: Bool
    }

    /// From `file`, or the embedded default where there is none.
    public static func load(file: String?) -> LoadedConfiguration {
        var catalog = Catalog.empty
        var catalogProblems: [CatalogProblem] = []
        func loadCatalog(_ folders: [String]) -> (Catalog, [CatalogProblem]) {
            let loaded = Catalog.load(directories: folders + [Catalog.bundledDirectory()].compactMap { $0 })
            (catalog, catalogProblems) = (loaded.catalog, loaded.problems)
            return (loaded.catalog, loaded.problems)
        }
        let loaded =
            if let file {
                ConfigurationLoader.load(file: file, catalog: loadCatalog)
            } else {
                ConfigurationLoader.embeddedDefault(catalog: loadCatalog)
            }
        return LoadedConfiguration(
            configuration: loaded.configuration, catalog: catalog,
            problems: loaded.problems.map { Problem(description: $0.description, isWarning: $0.severity == .warning) }
                + catalogProblems.map { Problem(description: $0.description, isWarning: false) }
                + [missingModules(in: catalog)].compactMap(\.self))
    }

    /// The module of the server's own facts, which the bundled folder has.
    private static let ownModule = "TRAPLINE-MIB"

    /// A server runs without modules, and yet hardly as anybody wants it: the rules that are written in names are not in
    /// force.
    static func missingModules(in catalog: Catalog) -> Problem? {
        guard !catalog.modules.contains(ownModule) else { return nil }
        let what = catalog.modules.isEmpty ? "no MIB modules were found" : "Trapline's own MIB modules were not found"
        return Problem(
            description: """
                warning: \(what): looked in \(Catalog.bundledDirectoryPlaces()); notifications such as linkDown have no names, \
                and neither they nor Trapline's own facts raise alarms. TRAPLINE_MIBS in the environment or mibs: in the \
                configuration names the folder.
                """, isWarning: true)
    }

    /// What names datagrams by this configuration, and opens them with its users, whenever they were sent.
    public var naming: DatagramNaming { naming(OfflineKeys(configuration)) }

    /// The same for captures, some of which may be segments of a journal.
    public func naming(of captures: [String]) -> DatagramNaming {
        naming(OfflineKeys(configuration, beside: captures))
    }

    /// - Parameter opener: what v3 messages are opened with; `nil` leaves them as they are.
    fileprivate func naming(opener: (@Sendable () -> NotificationOpener)?) -> DatagramNaming {
        let access = AccessPolicy(configuration?.access ?? AccessSettings())
        return DatagramNaming(catalog: catalog, opener: opener, communityName: { access.communityName(of: $0) })
    }

    /// The same for a running server.
    func naming(_ keys: DecryptionKeys) -> DatagramNaming {
        naming(opener: { keys.opener() })
    }

    /// The same for whoever runs none.
    package func naming(_ keys: OfflineKeys) -> DatagramNaming {
        naming(opener: keys.opener)
    }
}

extension PipelineSnapshot {
    /// What a configuration says of events.
    /// - Parameter opener: what opens v3 messages; `nil` where nobody has users.
    package init(
        _ loaded: LoadedConfiguration, _ configuration: ServerConfiguration,
        opener: (@Sendable () -> NotificationOpener)? = nil
    ) {
        let naming = loaded.naming(opener: opener)
        var devices = configuration.devices
        devices.vendor = configuration.vendor
        self.init(
            interpreter: AlarmInterpreter(
                rules: configuration.rules, vendor: configuration.vendor, catalog: loaded.catalog),
            routing: RoutingTable(
                routes: configuration.routes, catalog: loaded.catalog, timeZone: configuration.timeZone,
                vendor: configuration.vendor),
            catalog: loaded.catalog, leniency: naming.leniency,
            retention: configuration.retention.events, alarms: configuration.alarms, devices: devices,
            managed: configuration.managed,
            opener: opener ?? NotificationOpener.keyless,
            communityName: naming.communityName)
    }
}
