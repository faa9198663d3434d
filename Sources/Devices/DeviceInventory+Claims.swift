internal import Basics

/// What somebody says and nothing proves: kept until it is proven or refuted, and told once.
extension DeviceInventory {
    /// Gives how often the claim came; what nobody has room for never does.
    @discardableResult
    mutating func claim(
        _ key: String, _ kind: BindingClaim.Kind, _ index: Int32, _ arrival: Arrival, peer: String?
    ) -> Int {
        let place = arrival.place
        if var claim = claims[key] {
            let isRecent = clock.now - claim.last <= ClaimTable<String>.age
            if isRecent, claim.address == place.address, claim.peerSerial == peer {
                claim.count += 1
            } else {
                // Two contradict each other, or it is an old story; it is told once all the same.
                claim.count = 1
                claim.first = clock.now
            }
            claim.address = place.address
            claim.port = place.port
            claim.reached = place.reached
            claim.peerSerial = peer
            claim.last = clock.now
            claims[key] = claim
            return claim.count
        }
        guard claims.makeRoom(at: clock.now) else { return 0 }
        let claim = BindingClaim(
            key: key, kind: kind, device: entries[Int(index)].device.id, peerSerial: peer, address: place.address,
            port: place.port, reached: place.reached, first: clock.now, last: clock.now, count: 1)
        claims[key] = claim
        tell(.bindingDisputed(claim), of: index, at: arrival.time)
        return 1
    }

    /// A device that was known by `previous` until now.
    mutating func renameClaims(of previous: String, at address: IPAddress, to id: String) {
        for key in claims.keys(of: previous) { claims[key]?.device = id }
        if portClaims[address]?.device == previous { portClaims[address]?.device = id }
    }

    /// All that is claimed of a device, which is gone.
    mutating func dropClaims(of device: Device) {
        for key in claims.keys(of: device.id) { drop(key) }
        if portClaims[device.address]?.device == device.id { dropPortClaim(device.address) }
    }

    mutating func drop(_ key: String) { claims[key] = nil }

    /// The claim is true: the device is where it was claimed to be, or has the other unit that it named.
    mutating func prove(_ claim: BindingClaim, _ place: DevicePlace, _ time: Timestamp) {
        let separator = claim.key.firstIndex(of: ":").map { claim.key.index(after: $0) } ?? claim.key.endIndex
        let value = String(claim.key[separator...])
        switch claim.kind {
        case .port:
            break
        case .peer:
            guard let index = serials[value], let peer = claim.peerSerial else { return }
            _ = pair(index, peer, claim.key, time)
        case .address:
            guard let index = claim.key.hasPrefix("engine:") ? engines[value] : serials[value] else { return }
            move(index, to: place, claim.key, time)
        case .serial:
            guard serials[value] == nil else { return }
            let index = enter(id: claim.key, at: place, time: time)
            guard index >= 0, entries[Int(index)].device.id == claim.key else { return }
            entries[Int(index)].device.serial = value
            serials[value] = index
        }
    }
}
