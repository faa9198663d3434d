public import Alarms
public import Basics

/// What became known of a device or a site: the pipeline makes an event of each.
public struct DeviceNews: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// The third keep-alive in a row is missing.
        case connectionLost(lastSeen: Timestamp)
        case connectionRestored
        /// Its own alarm ends, since its site's stands for it.
        case covered
        /// All devices of a site, so many, are silent. The news' device is the site.
        case siteLost(devices: Int)
        case siteRestored(missing: Int)
        /// Nobody is watched at a silent site any more: its devices belong elsewhere, or nothing is expected of them.
        case siteEmptied
        /// Somebody claims to be this device, or its other unit, and nothing proves it.
        case bindingDisputed(BindingClaim)
        /// It was known by `previous` until now: what stands under that identity is this device's.
        case identified(previous: String)
        case moved(from: IPAddress)
        /// The other unit of an HA pair is active now.
        case switchedOver(serial: String, previous: String)
    }

    public var time: Timestamp
    public var device: EventDevice
    public var kind: Kind
}

/// An unproven claim on an identity: what the manager is to ask the claimed address about.
public struct BindingClaim: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        /// A known identity at another address.
        case address
        /// Another identity at an address that has one.
        case serial
        /// A serial number that is said to be the device's other unit's.
        case peer
        /// A second port at an address whose keep-alives tell nothing but where they come from.
        case port
    }

    /// What is claimed: `serial:5123456`, `engine:80001f88…`, `peer:5123456`, `port:192.0.2.7`.
    public var key: String
    public var kind: Kind
    /// The identity of the device that it is claimed of or from.
    public var device: String
    /// The other unit's serial number, for `peer`.
    public var peerSerial: String?
    /// Who claims it, and what the claim reached.
    public var address: IPAddress
    public var port: UInt16?
    public var reached: Endpoint
    /// On the live clock, in nanoseconds.
    public var first: Int64
    public var last: Int64
    public var count: Int
    /// For a port: the one known before was heard too since the claim began.
    public var isOldHeard = false

    public init(
        key: String, kind: Kind, device: String, peerSerial: String? = nil, address: IPAddress, port: UInt16?,
        reached: Endpoint, first: Int64, last: Int64, count: Int, isOldHeard: Bool = false
    ) {
        self.key = key
        self.kind = kind
        self.device = device
        self.peerSerial = peerSerial
        self.address = address
        self.port = port
        self.reached = reached
        self.first = first
        self.last = last
        self.count = count
        self.isOldHeard = isOldHeard
    }
}

/// What the store has to write to hold what the inventory holds.
public struct DeviceChanges: Sendable {
    /// Devices whose row is to be written whole.
    public var devices: [Device] = []
    /// Identities whose row is to go, before the others are written.
    public var removals: [String] = []
    /// Devices that gave no more than a sign of life.
    public var signs: [DeviceSign] = []
    /// Claims that are new or not as they were.
    public var claims: [BindingClaim] = []
    /// What nobody claims any more: the keys of rows that are to go.
    public var claimRemovals: [String] = []
    /// `nil` where they are as they were.
    public var sites: [SilentSite]?
    /// The live clock: it is to be saved whenever the pipeline's clock is, even if all else is empty.
    public var live: Int64 = 0
    /// All rows are being written, from this batch on.
    public var beginsSettling = false
    /// They are: the signs from before the beginning may go.
    public var isSettled = false

    public init(devices: [Device] = []) {
        self.devices = devices
    }

    public var isEmpty: Bool {
        devices.isEmpty && removals.isEmpty && signs.isEmpty && claims.isEmpty && claimRemovals.isEmpty
            && sites == nil && !beginsSettling && !isSettled
    }
}

/// A device's sign of life, as it is saved with the batch that brought it: the row itself is written now and then.
public struct DeviceSign: Sendable, Hashable {
    public var number: UInt32
    public var lastSeen: Timestamp
    public var lastKeepAlive: Timestamp?
    public var liveness: Liveness
    public var lastNotification: String?
    public var lastListener: String?

    public init(
        number: UInt32, lastSeen: Timestamp, lastKeepAlive: Timestamp?, liveness: Liveness,
        lastNotification: String? = nil, lastListener: String? = nil
    ) {
        self.number = number
        self.lastSeen = lastSeen
        self.lastKeepAlive = lastKeepAlive
        self.liveness = liveness
        self.lastNotification = lastNotification
        self.lastListener = lastListener
    }

    init(_ device: borrowing Device) {
        self.init(
            number: device.number, lastSeen: device.lastSeen, lastKeepAlive: device.lastKeepAlive,
            liveness: device.liveness, lastNotification: device.lastNotification,
            lastListener: device.lastListener)
    }

    /// Of the signs in their order, each that came after the row was written: times alone do not tell, since a device
    /// can fall silent, or be heard twice, within one of them.
    public func apply(to device: inout Device) {
        device.lastSeen = lastSeen
        device.lastKeepAlive = lastKeepAlive ?? device.lastKeepAlive
        device.liveness = liveness
        device.lastNotification = lastNotification
        device.lastListener = lastListener
    }
}

/// A site whose alarm stands.
public struct SilentSite: Sendable, Hashable {
    public var tenant: String?
    public var site: String
    /// When the alarm ends on the live clock, in seconds, since somebody there was heard again; `nil` before.
    public var clears: Int64?

    public init(tenant: String?, site: String, clears: Int64?) {
        self.tenant = tenant
        self.site = site
        self.clears = clears
    }
}
