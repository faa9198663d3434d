public import Alarms
public import Basics

/// What Trapline knows of one sender of notifications.
///
/// An HA pair is one device with two units: `serial` is the active one's, `peerSerial` the other's.
public struct Device: Sendable, Hashable {
    /// What tells it from every other device: `serial:5123456`, `engine:80001f88…`, `192.0.2.7:40161` for a device
    /// behind a NAT that tells no more than that, else its address. It changes only where something better is learned.
    public var id: String
    /// What stands in events: the operator's name for it, else the one that was looked up, else its address.
    public var name: String
    /// The address that its last datagram came from (or, through a trusted relay, the one that the relay names).
    public var address: IPAddress
    /// In the journal's time, as are the two below.
    public var firstSeen: Timestamp
    public var lastSeen: Timestamp
    /// `nil` until the device sends its first keep-alive.
    public var lastKeepAlive: Timestamp?
    /// A small number that the store's rows use in the identity's place; 0 where none was given yet.
    public var number: UInt32 = 0
    /// Its ports, learned from keep-alives and from datagrams that told who it is.
    public var ports = BoundPorts()
    /// The address and port here that its last keep-alive reached (or its last datagram, where it sends none): what a
    /// request to it is to be sent from.
    public var reached: Endpoint?
    /// Of the unit that is active; normalised, never empty or zero.
    public var serial: String?
    /// Of the other unit of an HA pair, whether it was told lately or not.
    public var peerSerial: String?
    /// snmpEngineID in lower-case hex digits.
    public var engineID: String?
    public var product: String?
    public var softwareVersion: String?
    /// Found by a name service or told by the device itself (sysName).
    public var foundName: String?
    /// What the operator said.
    public var given = Placement()
    /// Where it belongs: the operator's word, else its network's.
    public var group = DevicePolicy.defaultGroup
    public var tenant: String?
    public var region: String?
    public var site: String?
    /// What its last notification was, and how it came: `linkDown`, `traps`. A keep-alive counts only where it never
    /// said anything else.
    public var lastNotification: String?
    public var lastListener: String?
    public var isInMaintenance = false
    public var liveness = Liveness()

    /// An operator's words for a device; what is `nil` is left to the network's and the device's own.
    public struct Placement: Sendable, Hashable {
        public var name: String?
        public var group: String?
        public var tenant: String?
        public var region: String?
        public var site: String?

        public init(
            name: String? = nil, group: String? = nil, tenant: String? = nil, region: String? = nil,
            site: String? = nil
        ) {
            self.name = name
            self.group = group
            self.tenant = tenant
            self.region = region
            self.site = site
        }
    }

    public init(
        id: String, name: String, address: IPAddress, firstSeen: Timestamp, lastSeen: Timestamp,
        lastKeepAlive: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.address = address
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.lastKeepAlive = lastKeepAlive
    }

    /// The UDP port that its last keep-alive came from: with the address the way back through its NAT. `nil` where it
    /// was never learned.
    public var port: UInt16? { reached.flatMap { ports.port(on: $0.port) } }

    /// As events name it.
    public var asInEvents: EventDevice {
        EventDevice(id: id, name: name, address: address, group: group, tenant: tenant, site: site)
    }

    /// Whether it answers for itself, as far as its keep-alives tell.
    public var state: DeviceState {
        switch liveness.stage {
        case .unwatched: .known
        case .alive: reached == nil ? .awaited : .alive
        case .held, .lost, .covered: .lost
        }
    }
}

/// A device's state as operators see it, and a label of the metric `trapline_devices`.
public enum DeviceState: String, Sendable, Hashable, CaseIterable {
    /// It was heard of, and need not be heard of again: it never sent a keep-alive and nobody expects it.
    case known
    /// It was never heard of, and the configuration expects it.
    case awaited
    case alive
    /// Its third keep-alive in a row is missing.
    case lost
}
