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
    /// Its NAT gives a device different ports towards our two listeners, so that a port seen by one says nothing of
    /// what the other sees.
    var isPortDependent = false

    var all: [Int32] { first < 0 ? [] : [first] + others }
    var count: Int { first < 0 ? 0 : others.count + 1 }
    /// `nil` where there are several.
    var sole: Int32? { first >= 0 && others.isEmpty ? first : nil }

    mutating func add(_ index: Int32) {
        if first < 0 { first = index } else { others.append(index) }
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
            entries[Int(other)].device.ports.drop(on: listener)
            markChanged(other)
        }
        if let old = entries[Int(index)].device.ports.set(port, on: listener) {
            let binding = Binding(address: address, port: old.port, listener: old.listener)
            if bindings[binding] == index { bindings[binding] = nil }
        }
        bindings[binding] = index
        if !listeners.contains(listener) { listeners.append(listener) }
        if entries[Int(index)].device.ports.differ { places[address]?.isPortDependent = true }
        markChanged(index)
    }

    mutating func unbind(_ index: Int32) {
        let address = entries[Int(index)].device.address
        for bound in entries[Int(index)].device.ports.all {
            let binding = Binding(address: address, port: bound.port, listener: bound.listener)
            if bindings[binding] == index { bindings[binding] = nil }
        }
        entries[Int(index)].device.ports = BoundPorts()
    }

    mutating func leavePlace(_ index: Int32) {
        let address = entries[Int(index)].device.address
        places[address]?.remove(index)
        if places[address]?.count == 0 { places[address] = nil }
    }

    /// The device that this very port belongs to.
    func bound(_ place: DevicePlace) -> Int32? {
        guard let port = place.port else { return nil }
        let listener = place.reached.port
        if let index = bindings[Binding(address: place.address, port: port, listener: listener)] { return index }
        guard let others = places[place.address], !others.isPortDependent else { return nil }
        for other in listeners where other != listener {
            guard let index = bindings[Binding(address: place.address, port: port, listener: other)] else { continue }
            // It has another port on this listener: so this is not it.
            return entries[Int(index)].device.ports.port(on: listener) == nil ? index : nil
        }
        return nil
    }
}
