public import Alarms
public import Devices
public import MIBCatalog
public import Resynchronisation
public import Routing
public import SNMPSecurity
public import SNMPWire
public import Store

/// What the configuration says of events, as one value: a reload exchanges it whole between two batches.
public struct PipelineSnapshot: Sendable {
    public var interpreter: AlarmInterpreter
    public var routing: RoutingTable
    public var catalog: Catalog
    public var leniency: Leniency
    /// How long the event log is kept.
    public var retention: EventRetention
    public var alarms: AlarmSettings
    /// Where devices belong, what is expected of them, and who may speak for others.
    public var devices: DevicePolicy
    /// The devices that may be asked what stands on them.
    public var managed: ManagedNetworks
    /// What opens v3 messages: asked for each batch, since keys come in with what is received.
    public var opener: @Sendable () -> NotificationOpener
    /// A community's configured name; `nil` where it has none.
    public var communityName: @Sendable (ArraySlice<UInt8>) -> String?

    public init(
        interpreter: AlarmInterpreter, routing: RoutingTable, catalog: Catalog, leniency: Leniency = .devices,
        retention: EventRetention = EventRetention(), alarms: AlarmSettings = AlarmSettings(),
        devices: DevicePolicy = DevicePolicy(), managed: ManagedNetworks = ManagedNetworks(),
        opener: @escaping @Sendable () -> NotificationOpener = NotificationOpener.keyless,
        communityName: @escaping @Sendable (ArraySlice<UInt8>) -> String? = { _ in nil }
    ) {
        self.interpreter = interpreter
        self.routing = routing
        self.catalog = catalog
        self.leniency = leniency
        self.retention = retention
        self.alarms = alarms
        self.devices = devices
        self.managed = managed
        self.opener = opener
        self.communityName = communityName
    }
}
