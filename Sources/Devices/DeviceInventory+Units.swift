internal import Basics

/// The two units of an HA pair: one device, of which one or the other speaks.
///
/// That a unit has another is its own word. It is believed of a serial number that nobody has, and of one at the same
/// address; a device that is known elsewhere becomes a unit only once that is proven.
extension DeviceInventory {
    /// How often a peer must be told before the other's silence makes it true.
    private static let claimsForPeer = 3

    /// The device that an unknown serial number belongs to as the other unit, where nothing speaks against it: a pair
    /// shares its address, and this one's other unit was not known. Elsewhere, or instead of the one that is known, the
    /// serial number is a device of its own that claims a peer.
    func otherUnit(of serial: String, _ arrival: Arrival) -> Int32? {
        let named = arrival.signs.peerSerial.flatMap { serials[$0] }
        if arrival.isAuthenticated { return named }
        guard let index = named ?? claimant(of: serial, at: arrival.place) else { return nil }
        let device = entries[Int(index)].device
        let isFree = device.address == arrival.place.address && device.peerSerial == nil
        return isFree && !isVerifying(at: device.address) ? index : nil
    }

    /// A unit that the device is known to have speaks: it is the active one.
    mutating func activate(_ serial: String, of index: Int32, _ time: Timestamp) {
        guard let active = entries[Int(index)].device.serial, active != serial else { return }
        entries[Int(index)].device.serial = serial
        entries[Int(index)].device.peerSerial = active
        markChanged(index)
        tell(.switchedOver(serial: serial, previous: active), of: index, at: time)
    }

    mutating func join(_ serial: String, to index: Int32, _ time: Timestamp) {
        setPeer(serial, of: index, time)
        activate(serial, of: index, time)
    }

    /// The device tells its other unit's serial number. Gives the device: what was two may be one now.
    mutating func notePeer(_ peer: String, of index: Int32, _ arrival: Arrival) -> Int32 {
        guard entries[Int(index)].device.peerSerial != peer else { return index }
        let device = entries[Int(index)].device
        guard device.serial != peer, let serial = device.serial else { return index }
        let key = "peer:" + serial
        let other = serials[peer]
        if other == nil, device.peerSerial == nil, !isVerifying(at: device.address) || arrival.isAuthenticated {
            setPeer(peer, of: index, arrival.time)
            return index
        }
        if arrival.isAuthenticated { return pair(index, peer, key, arrival.time) }
        let count = claim(key, .peer, index, arrival, peer: peer)
        // Whoever is known elsewhere is nobody's on another's word: his silence would be hidden, and his alarms taken.
        // From one address either could pass for the other anyway.
        let isApart = other.map { entries[Int($0)].device.address != device.address } ?? false
        // Each names the other: both would have to be forged.
        let isMutual = claims["peer:" + peer]?.peerSerial == serial
        let isFree = other.map { isSilent($0) } ?? true
        let isTold = count >= Self.claimsForPeer && isFree
        guard !isVerifying(at: device.address), !isApart, isMutual || isTold else { return index }
        return pair(index, peer, key, arrival.time)
    }

    // MARK: - A serial number that was only told

    /// Whether the unit that speaks is known by no more than another's word, at another address, and does not bear it
    /// out: whoever names serial numbers of devices yet to come must not own them. The unit that the pair is named for
    /// spoke for itself.
    func isOnlyTold(_ serial: String, by index: Int32, _ arrival: Arrival) -> Bool {
        let device = entries[Int(index)].device
        return device.peerSerial == serial && device.id != "serial:" + serial
            && device.address != arrival.place.address && arrival.signs.peerSerial != device.serial
            && !arrival.isAuthenticated && !isVerifying(at: device.address)
    }

    /// The serial number is a device's own. That it is this one's other unit is a claim from now on, and no more.
    mutating func release(_ serial: String, by index: Int32, _ arrival: Arrival) {
        let device = entries[Int(index)].device
        guard let active = device.serial else { return }
        serials[serial] = nil
        entries[Int(index)].device.peerSerial = nil
        markChanged(index)
        var told = arrival
        told.place = DevicePlace(
            address: device.address, port: device.port, reached: device.reached ?? arrival.place.reached)
        claim("peer:" + active, .peer, index, told, peer: serial)
    }

    /// Whose sign of life a datagram is that bears the serial number of a device elsewhere, where the one at its place
    /// claims that as its other unit's: there that unit may speak, or nobody else. It says nothing of the one
    /// elsewhere.
    func claimant(of serial: String, except index: Int32, _ arrival: Arrival) -> Int32? {
        guard !arrival.isAuthenticated, entries[Int(index)].device.address != arrival.place.address else { return nil }
        return claimant(of: serial, at: arrival.place)
    }

    private func claimant(of serial: String, at place: DevicePlace) -> Int32? {
        guard !claims.isEmpty, let unit = bound(place) ?? places[place.address]?.sole,
            let active = entries[Int(unit)].device.serial, claims["peer:" + active]?.peerSerial == serial
        else { return nil }
        return unit
    }

    // MARK: - Pairs

    private mutating func setPeer(_ peer: String, of index: Int32, _ time: Timestamp) {
        if let old = entries[Int(index)].device.peerSerial, old != peer, serials[old] == index {
            serials[old] = nil
            // The unit that the pair was named for is none of it any more, and may turn up elsewhere.
            if entries[Int(index)].device.id == "serial:" + old, let serial = entries[Int(index)].device.serial {
                rename(index, to: "serial:" + serial, time)
            }
        }
        entries[Int(index)].device.peerSerial = peer
        serials[peer] = index
        if let active = entries[Int(index)].device.serial, claims["peer:" + active]?.peerSerial == peer {
            drop("peer:" + active)
        }
        markChanged(index)
    }

    /// Makes the device with the serial number `peer`, if there is one, the other unit of this one.
    mutating func pair(_ index: Int32, _ peer: String, _ key: String, _ time: Timestamp) -> Int32 {
        drop(key)
        drop("peer:" + peer)
        if let other = serials[peer], other != index {
            // A pair's own other unit stays behind with nobody.
            merge(other, into: index, time)
        }
        setPeer(peer, of: index, time)
        return index
    }
}
