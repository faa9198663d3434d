public import Alarms
public import Basics
public import Devices
public import Foundation
public import Intake
public import Journal
public import Resynchronisation
public import Routing
public import Sinks

/// All that the server is told, validated: what is in here needs no further check.
public struct ServerConfiguration: Sendable {
    public var listeners: [ListenerSettings]
    public var access: AccessSettings
    /// Folders of MIB modules that take precedence over the bundled ones, the first over the next.
    public var mibDirectories: [String]
    public var dataFolder: String
    /// Where `/metrics` and `/health` are served; `nil`: nowhere.
    public var metricsEndpoint: Endpoint?
    /// In the order of the file; names differ.
    public var sinks: [ConfiguredSink]
    public var routes: [Route]
    /// The shipped ones, then the operator's: later ones win.
    public var rules: [AlarmRule]
    public var vendor: VendorProfile
    public var alarms: AlarmSettings
    /// What times of the week are told in.
    public var timeZone: TimeZone
    public var journal: JournalSettings
    public var retention: RetentionSettings
    /// The devices that may be asked what stands on them; none by default.
    public var managed = ManagedNetworks()
    /// Where devices belong, what is expected of them, and who speaks for others.
    public var devices = DevicePolicy()

    /// In the current folder, for a server that was given no place.
    public static let defaultDataFolder = "./trapline-data"

    /// The embedded default without its rules: both ports of every address, any community and sender, and all that
    /// happens on the console.
    public init() {
        listeners = ListenSection.embeddedDefault
        access = AccessSettings()
        mibDirectories = []
        dataFolder = ServerConfiguration.defaultDataFolder
        metricsEndpoint = nil
        sinks = [ConfiguredSink(name: "console", settings: .console(ConsoleSettings()))]
        routes = [ServerConfiguration.everythingRoute(to: ["console"])]
        rules = []
        vendor = .audiocodes
        alarms = AlarmSettings()
        timeZone = .current
        journal = JournalSettings()
        retention = RetentionSettings()
    }

    /// The routing table where none is configured: every event, repeats too, to every sink.
    static func everythingRoute(to sinks: [String]) -> Route {
        Route(name: "everything", when: RouteConditions(transitions: Set(Transition.allCases)), to: sinks)
    }
}
