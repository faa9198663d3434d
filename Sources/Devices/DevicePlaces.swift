internal import Basics

/// Where datagrams come from and on which port here they arrive. A NAT may give one device different ports towards
/// different ports of ours (Linux's masquerading does), so that all three tell who it is.
struct Binding: Sendable, Hashable {
    var address: IPAddress
    var port: UInt16
    var listener: UInt16
}

/// The devices at one address: nearly always one.
struct Place: Sendable {
    private(set) var first: Int32 = -1
    private(set) var others: [Int32] = []
    /// How many devices there have different ports towards our two listeners. Where their NAT gives such, a port seen
    /// by one listener says nothing of what the other sees.
    private(set) var portDependents = 0

    var all: [Int32] { first < 0 ? [] : [first] + others }
    var count: Int { first < 0 ? 0 : others.count + 1 }
    /// `nil` where there are several.
    var sole: Int32? { first >= 0 && others.isEmpty ? first : nil }

    mutating func add(_ index: Int32) {
        if first < 0 { first = index } else { others.append(index) }
    }

    mutating func countPortDependent(_ was: Bool, _ isNow: Bool) {
        portDependents += (isNow ? 1 : 0) - (was ? 1 : 0)
    }

    mutating func remove(_ index: Int32) {
        if first == index {
            first = others.isEmpty ? -1 : others.removeFirst()
        } else {
            others.removeAll { $0 == index }
        }
    }
}

extension DeviceInventory {
    mutating func bind(_ index: Int32, port: UInt16, listener: UInt16) {
        let address = entries[Int(index)].device.address
        if entries[Int(index)].device.ports.port(on: listener) == port,
            bindings[Binding(address: address, port: port, listener: listener)] == index
        {
            return
        }
        let binding = Binding(address: address, port: port, listener: listener)
        if let other = bindings[binding], other != index {
            changePorts(of: other) { $0.drop(on: listener) }
        }
        if let old = changePorts(of: index, { $0.set(port, on: listener) }) {
            let binding = Binding(address: address, port: old.port, listener: old.listener)
            if bindings[binding] == index { bindings[binding] = nil }
        }
        bindings[binding] = index
        note(listener: listener)
    }

    /// In their order, so that it does not tell when they were learned.
    mutating func note(listener: UInt16) {
        guard !listeners.contains(listener) else { return }
        listeners.append(listener)
        listeners.sort()
    }

    @discardableResult
    private mutating func changePorts<Result>(
        of index: Int32, _ change: (inout BoundPorts) -> Result
    ) -> Result {
        let before = entries[Int(index)].device.ports
        let result = change(&entries[Int(index)].device.ports)
        let after = entries[Int(index)].device.ports
        if before.differ != after.differ {
            places[entries[Int(index)].device.address]?.countPortDependent(before.differ, after.differ)
        }
        markChanged(index)
        return result
    }

    mutating func unbind(_ index: Int32) {
        let address = entries[Int(index)].device.address
        for bound in entries[Int(index)].device.ports.all {
            let binding = Binding(address: address, port: bound.port, listener: bound.listener)
            if bindings[binding] == index { bindings[binding] = nil }
        }
        changePorts(of: index) { $0 = BoundPorts() }
    }

    mutating func leavePlace(_ index: Int32) {
        let address = entries[Int(index)].device.address
        places[address]?.remove(index)
        guard places[address]?.count == 0 else { return }
        places[address] = nil
        if policy.expects(address) { vacated.append(address) }
    }

    /// The device that this very port belongs to.
    func bound(_ place: DevicePlace) -> Int32? {
        guard let port = place.port else { return nil }
        let listener = place.reached.port
        if let index = bindings[Binding(address: place.address, port: port, listener: listener)] { return index }
        guard let others = places[place.address], others.portDependents == 0 else { return nil }
        for other in listeners where other != listener {
            guard let index = bindings[Binding(address: place.address, port: port, listener: other)] else { continue }
            // It has another port on this listener: so this is not it.
            return entries[Int(index)].device.ports.port(on: listener) == nil ? index : nil
        }
        return nil
    }
}
