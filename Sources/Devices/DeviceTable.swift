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

    /// How a device's stored row is out of date.
    private enum Age { case current, heard, changed }

    private struct Entry {
        var device: Device
        var age = Age.current
    }

    private let capacity: Int
    /// In the order in which they came.
    private var entries: [Entry]
    private var indices: [String: Int]
    /// By address, with the device's place; -1 for one that found the table full.
    private var identities: [IPAddress: (device: EventDevice, index: Int)] = [:]
    /// Devices that are new, kept alive or came under another address since the last `takeChanges()`, and those that
    /// were only heard of.
    private var changed: [Int] = []
    private var heard: [Int] = []

    /// How many notifications came from senders that found the table full.
    public private(set) var unlisted = 0

    /// - Parameter heard: those of the devices whose stored row does not tell when they were seen last.
    public init(_ devices: [Device] = [], heard: [String] = [], capacity: Int = DeviceTable.capacity) {
        self.capacity = capacity
        entries = devices.map { Entry(device: $0) }
        indices = Dictionary(devices.indices.map { (devices[$0].id, $0) }) { $1 }
        for id in heard { if let index = indices[id] { age(index, to: .heard) } }
    }

    public var count: Int { indices.count }

    /// All devices in the order of their identities.
    public var all: [Device] { indices.values.map { entries[$0].device }.sorted { $0.id < $1.id } }

    public func device(_ id: String) -> Device? { indices[id].map { entries[$0].device } }

    /// Whose notification this is; the device is entered or its last sign of life moved on.
    public mutating func identify(_ received: ReceivedNotification) -> EventDevice {
        let known = identity(of: received)
        guard known.index >= 0 else {
            unlisted += 1
            return known.device
        }
        // Datagrams of two sockets can be journaled out of order: the last sign of life never goes back.
        if entries[known.index].device.lastSeen < received.time {
            entries[known.index].device.lastSeen = received.time
            age(known.index, to: .heard)
        }
        if entries[known.index].device.address != received.sender.address {
            entries[known.index].device.address = received.sender.address
            age(known.index, to: .changed)
        }
        return known.device
    }

    /// The device sent a keep-alive at `time`.
    public mutating func noteKeepAlive(of id: String, at time: Timestamp) {
        guard let index = indices[id] else { return }
        let last = entries[index].device.lastKeepAlive ?? time
        entries[index].device.lastKeepAlive = max(last, time)
        age(index, to: .changed)
    }

    /// The devices that are to be saved since the last call, in the order of their identities.
    ///
    /// - Parameter settling: whether devices that were only heard of are among them. When that was stands in the event
    ///   log, from which it can be made up.
    public mutating func takeChanges(settling: Bool = true) -> [Device] {
        var taken: [Device] = []
        DeviceTable.take(&changed, of: &entries, into: &taken)
        if settling { DeviceTable.take(&heard, of: &entries, into: &taken) }
        return taken.sorted { $0.id < $1.id }
    }

    private static func take(_ list: inout [Int], of entries: inout [Entry], into taken: inout [Device]) {
        for index in list where entries[index].age != .current {
            entries[index].age = .current
            taken.append(entries[index].device)
        }
        list.removeAll(keepingCapacity: true)
    }

    private mutating func age(_ index: Int, to age: Age) {
        let before = entries[index].age
        if age == .changed, before != .changed {
            changed.append(index)
        } else if age == .heard, before == .current {
            heard.append(index)
        } else {
            return
        }
        entries[index].age = age
    }

    /// Kept per address, so that a known sender costs no new strings.
    private mutating func identity(of received: ReceivedNotification) -> (device: EventDevice, index: Int) {
        let address = received.sender.address
        if let known = identities[address] { return known }
        let id = address.description
        let index =
            indices[id]
            ?? enter(
                Device(
                    id: id, name: id, address: address, firstSeen: received.time, lastSeen: received.time))
        let name = index < 0 ? id : entries[index].device.name
        let identity = (device: EventDevice(id: id, name: name, address: address), index: index)
        if identities.count < capacity { identities[address] = identity }
        return identity
    }

    /// The new device's place; -1 where the table is full.
    private mutating func enter(_ device: Device) -> Int {
        guard indices.count < capacity else { return -1 }
        let index = entries.count
        entries.append(Entry(device: device))
        indices[device.id] = index
        age(index, to: .changed)
        return index
    }
}
