internal import Basics

/// Datagrams that tell no identity, or one that is not believed: their place is all that is known.
extension DeviceInventory {
    mutating func resolveByPlace(_ arrival: Arrival) -> Int32 {
        let place = arrival.place
        // What claims to be somebody else is nobody's who is known: it would keep a silent device alive.
        let isDisputed = arrival.signs.serial != nil || arrival.signs.engineID != nil
        func mayBe(_ index: Int32) -> Bool {
            !isDisputed || entries[Int(index)].device.serial == nil && entries[Int(index)].device.engineID == nil
        }
        var sole = places[place.address]?.sole
        if let index = sole, !mayBe(index) { sole = nil }
        if !arrival.isKeepAlive, let sole { return sole }
        if let index = bound(place), mayBe(index) { return index }
        if arrival.isKeepAlive, !isDisputed, let port = place.port,
            let index = resolveKeepAlive(from: port, sole, arrival)
        {
            return index
        }
        let id = place.address.description
        return sole ?? ids[id] ?? enter(id: id, at: place, time: arrival.time)
    }

    /// A keep-alive that tells no more than its address, from a port that nobody has: a known device with a new
    /// binding, or another behind the same NAT. It belongs to the only one there that has no binding yet or fell
    /// silent. Else it waits: whose old port is heard again has that one still, and this is another; whose is not has
    /// this one.
    ///
    /// `nil` where nobody is known there who tells no serial number.
    private mutating func resolveKeepAlive(from port: UInt16, _ sole: Int32?, _ arrival: Arrival) -> Int32? {
        let place = arrival.place
        let others = sole.map { [$0] } ?? anonymous(at: place.address)
        guard let first = others.first else { return nil }
        let fitting = others.filter { index in
            entries[Int(index)].device.ports.port(on: place.reached.port) == nil || isSilent(index)
        }
        if fitting.count == 1 {
            dropPortClaim(place.address)
            return fitting[0]
        }
        let index = ids[place.address.description].flatMap { others.contains($0) ? $0 : nil } ?? first
        let id = entries[Int(index)].device.id
        let known = portClaims[place.address].flatMap { $0.device == id ? $0 : nil }
        if let known, known.port == port {
            dropPortClaim(place.address)
            return known.isOldHeard ? enter(id: newID(of: place.address, port), at: place, time: arrival.time) : index
        }
        guard let known else {
            claimPort(port, of: index, place)
            return index
        }
        // Another port still than the one that was claimed.
        if clock.now - known.last > silence(of: index) {
            dropPortClaim(place.address)
            if known.isOldHeard { claimPort(port, of: index, place) }
        }
        return index
    }

    /// Those at an address who tell no serial number, the oldest first.
    private func anonymous(at address: IPAddress) -> [Int32] {
        guard let here = places[address] else { return [] }
        return here.all.filter { entries[Int($0)].device.serial == nil }.sorted {
            entries[Int($0)].device.number < entries[Int($1)].device.number
        }
    }

    /// The binding as an identity. Whoever has had it first may have another port by now, and keeps its identity.
    private func newID(of address: IPAddress, _ port: UInt16) -> String {
        let id = Endpoint(address, port: port).description
        guard ids[id] != nil else { return id }
        var number = 2
        while ids["\(id)#\(number)"] != nil { number += 1 }
        return "\(id)#\(number)"
    }

    // MARK: - Claims on a port

    private mutating func claimPort(_ port: UInt16, of index: Int32, _ place: DevicePlace) {
        guard portClaims.makeRoom(at: clock.now) else { return }
        let id = entries[Int(index)].device.id
        portClaims[place.address] = BindingClaim(
            key: "port:\(place.address)", kind: .port, device: id, address: place.address, port: port,
            reached: place.reached, first: clock.now, last: clock.now, count: 1)
    }

    /// A keep-alive came from the port that the device is known by.
    mutating func noteKnownPort(_ index: Int32) {
        let device = entries[Int(index)].device
        guard let claim = portClaims[device.address], !claim.isOldHeard, claim.device == device.id else { return }
        portClaims[device.address]?.isOldHeard = true
    }

    mutating func dropPortClaim(_ address: IPAddress) {
        portClaims[address] = nil
    }
}
