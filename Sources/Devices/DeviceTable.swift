public import Alarms
public import Basics

/// The inventory of devices: pure state, fed with what the journal brings and asked for what is to be saved.
///
/// A device is known by the address that its datagram came from. The agent-addr field of a v1 trap is not believed:
/// any sender can write any address there, and it will count only for relays that the operator lists.
public struct DeviceTable: Sendable {
    /// An entry takes some 200 octets, so the table stays below 32 MiB. A source address can be forged, so without a
    /// limit a flood would fill the memory. A sender past the limit is still told apart in events and alarms (its
    /// identity needs no entry); it is only not listed, and counted in `unlisted`.
    public static let capacity = 131_072

    private let capacity: Int
    private var devices: [String: Device]
    private var identities: [IPAddress: EventDevice] = [:]
    private var changed: Set<String> = []

    /// How many notifications came from senders that found the table full.
    public private(set) var unlisted = 0

    public init(_ devices: [Device] = [], capacity: Int = DeviceTable.capacity) {
        self.capacity = capacity
        self.devices = Dictionary(devices.map { ($0.id, $0) }) { $1 }
    }

    public var count: Int { devices.count }

    /// All devices in the order of their identities.
    public var all: [Device] { devices.values.sorted { $0.id < $1.id } }

    public func device(_ id: String) -> Device? { devices[id] }

    /// Whose notification this is; the device is entered or its last sign of life moved on.
    public mutating func identify(_ received: ReceivedNotification) -> EventDevice {
        let identity = identity(of: received.sender.address)
        if let index = devices.index(forKey: identity.id) {
            touch(&devices.values[index], received)
            changed.insert(identity.id)
        } else if devices.count < capacity {
            devices[identity.id] = Device(
                id: identity.id, name: identity.name, address: identity.address, firstSeen: received.time,
                lastSeen: received.time)
            changed.insert(identity.id)
        } else {
            unlisted += 1
        }
        return identity
    }

    /// The device sent a keep-alive at `time`.
    public mutating func noteKeepAlive(of id: String, at time: Timestamp) {
        guard let index = devices.index(forKey: id) else { return }
        devices.values[index].lastKeepAlive = max(devices.values[index].lastKeepAlive ?? time, time)
        changed.insert(id)
    }

    /// The devices that are to be saved since the last call, in the order of their identities.
    public mutating func takeChanges() -> [Device] {
        defer { changed.removeAll(keepingCapacity: true) }
        return changed.sorted().compactMap { devices[$0] }
    }

    /// Kept per address, so that a known sender costs no new strings.
    private mutating func identity(of address: IPAddress) -> EventDevice {
        if let known = identities[address] { return known }
        let id = address.description
        let identity = EventDevice(id: id, name: devices[id]?.name ?? id, address: address)
        if identities.count < capacity { identities[address] = identity }
        return identity
    }

    /// Datagrams of two sockets can be journaled out of order: the last sign of life never goes back.
    private func touch(_ device: inout Device, _ received: ReceivedNotification) {
        device.lastSeen = max(device.lastSeen, received.time)
        device.address = received.sender.address
    }
}
