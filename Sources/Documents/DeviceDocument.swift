public import Alarms
public import Devices
import Basics

/// A device as `trapline devices --json` prints it.
public struct DeviceDocument: Sendable, Hashable, Codable {
    /// One of the units that stand for the device; there are two of an HA pair.
    public struct Unit: Sendable, Hashable, Codable {
        public var serial: String
        public var active: Bool
    }

    /// A UDP port of the device as a port of the server's sees it: both may differ behind a NAT.
    public struct Binding: Sendable, Hashable, Codable {
        public var listener: UInt16
        public var port: UInt16
    }

    public struct Maintenance: Sendable, Hashable, Codable {
        public var since: String
        /// Absent where it lasts until it is ended.
        public var until: String?
        public var by: String
        /// Absent where nothing was said.
        public var reason: String?

        public init(_ maintenance: Alarms.Maintenance) {
            since = maintenance.since.description
            until = maintenance.until?.description
            by = maintenance.by
            reason = maintenance.reason.isEmpty ? nil : maintenance.reason
        }
    }

    public var id: String
    public var name: String
    public var address: String
    /// `known`, `alive` or `lost`.
    public var state: String
    public var group: String
    public var tenant: String?
    public var region: String?
    public var site: String?
    public var product: String?
    public var softwareVersion: String?
    /// The active unit first; absent where no serial number is known.
    public var units: [Unit]?
    /// snmpEngineID in hex digits.
    public var engineID: String?
    /// Learned from its datagrams; absent where none was.
    public var bindings: [Binding]?
    /// The address and port of the server's that its last keep-alive reached, or its last datagram where it sends none.
    public var reached: String?
    /// Times are RFC 3339 in UTC.
    public var firstSeen: String
    /// Absent for a device that was never heard of.
    public var lastSeen: String?
    /// Absent until the device sends its first keep-alive.
    public var lastKeepAlive: String?
    /// Of its keep-alives, in seconds, as it was learned from them.
    public var period: Double?
    /// What its last notification beside keep-alives was, and the listener that it reached.
    public var lastNotification: String?
    public var lastListener: String?
    /// Absent where nobody works on it.
    public var maintenance: Maintenance?
    /// How many of its alarms stand, by severity; `trapline devices show` alone counts them.
    public var openAlarms: [String: Int]?

    /// - Parameter openAlarms: `nil` where they were not counted.
    public init(_ device: Device, maintenance: Alarms.Maintenance? = nil, openAlarms: [Severity: Int]? = nil) {
        id = device.id
        name = device.name
        address = device.address.description
        state = device.state.rawValue
        group = device.group
        tenant = device.tenant
        region = device.region
        site = device.site
        product = device.product
        softwareVersion = device.softwareVersion
        let serials = [(device.serial, true), (device.peerSerial, false)]
        let units = serials.compactMap { serial, active in serial.map { Unit(serial: $0, active: active) } }
        self.units = units.isEmpty ? nil : units
        engineID = device.engineID
        let bindings = device.ports.all.map { Binding(listener: $0.listener, port: $0.port) }
        self.bindings = bindings.isEmpty ? nil : bindings
        reached = device.reached?.description
        firstSeen = device.firstSeen.description
        lastSeen = device.reached.map { _ in device.lastSeen.description }
        lastKeepAlive = device.lastKeepAlive?.description
        period = device.liveness.period.milliseconds.map { Double($0) / 1_000 }
        lastNotification = device.lastNotification
        lastListener = device.lastListener
        self.maintenance = maintenance.map(Maintenance.init)
        self.openAlarms = openAlarms.map { counts in
            Dictionary(counts.map { ($0.key.name, $0.value) }) { $1 }
        }
    }

    /// One line, without its end.
    public func jsonLine() -> String { JSONLine.encode(self) }
}
