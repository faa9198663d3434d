public import Basics

/// Devices that have no name but their address, for whoever can find one. Whom to ask about is no state of the
/// inventory's: what was found comes back through the journal, by ``learn(_:product:softwareVersion:foundName:)``.
extension DeviceInventory {
    /// A device that nobody has named.
    public struct Nameless: Sendable, Hashable {
        public var id: String
        public var address: IPAddress
        /// What was found before.
        public var foundName: String?

        public init(id: String, address: IPAddress, foundName: String? = nil) {
            self.id = id
            self.address = address
            self.foundName = foundName
        }
    }

    /// Those that have turned up or moved since the last call, at most so many; after a start, and once the
    /// configuration wants names, all. None where it wants none.
    public mutating func takeNameless(_ limit: Int) -> [Nameless] {
        guard !nameless.isEmpty else { return [] }
        var taken: [Nameless] = []
        while taken.count < limit, let index = nameless.popFirst() {
            let device = entries[Int(index)].device
            guard entries[Int(index)].isUsed, wantsName(device) else { continue }
            taken.append(Nameless(id: device.id, address: device.address, foundName: device.foundName))
        }
        return taken
    }

    /// The device is new, or at another address.
    mutating func seekName(of index: Int32) {
        // Whoever is past the limit is asked about after the next start.
        guard policy.names != .off, nameless.count < capacity else { return }
        nameless.append(index)
    }

    /// The configuration wants names, or wants none any more.
    mutating func seekAllNames() {
        nameless = []
        guard policy.names != .off else { return }
        for index in entries.indices where entries[index].isUsed { seekName(of: Int32(index)) }
    }

    private func wantsName(_ device: Device) -> Bool {
        policy.names != .off && device.given.name == nil && policy.rule(for: device.address)?.name == nil
    }
}
