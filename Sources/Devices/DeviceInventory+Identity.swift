internal import Basics

/// Whose a datagram is: by serial number, else engine ID, else the port and address of a NAT, else the address.
///
/// A claim that contradicts nothing is believed, since all of it can be forged and the address too: the first datagram
/// of a device is all that is known of it. A claim that contradicts what is known (a serial number at another address,
/// another serial number's unit) is disputed until it is proven or, where the policy says so, until the known one has
/// fallen silent.
extension DeviceInventory {
    /// Who is silent at the old address for so many periods may have a new one: one keep-alive is missing for sure.
    private static let silentPeriods = (numerator: Int64(3), denominator: Int64(2))
    /// How long somebody counts as present who sends no keep-alives.
    private static let presence: Int64 = 60 * .second
    /// How often a claim must come before silence makes it true.
    private static let claimsForAddress = 2

    /// -1 where the table is full.
    mutating func resolve(_ arrival: Arrival) -> Int32 {
        if let serial = arrival.signs.serial {
            if let index = resolve(serial: serial, arrival) { return index }
        } else if let engine = arrival.signs.engineID {
            if let index = resolve(engine: engine, arrival) { return index }
        }
        return resolveByPlace(arrival)
    }

    // MARK: - Serial numbers

    /// `nil` where the claim is disputed, so that it tells nothing.
    private mutating func resolve(serial: String, _ arrival: Arrival) -> Int32? {
        if let index = serials[serial], entries[Int(index)].device.address == arrival.place.address {
            activate(serial, of: index, arrival.time)
            return settled(index, arrival)
        }
        let key = "serial:" + serial
        if let index = serials[serial], isOnlyTold(serial, by: index, arrival) {
            release(serial, by: index, arrival)
        }
        if let index = serials[serial] {
            if let unit = claimant(of: serial, except: index, arrival) { return unit }
            guard isHere(index, key: key, .address, arrival) else { return nil }
            activate(serial, of: index, arrival.time)
            return settled(index, arrival)
        }
        if let index = otherUnit(of: serial, arrival) {
            if entries[Int(index)].device.address != arrival.place.address {
                move(index, to: arrival.place, key, arrival.time)
            }
            join(serial, to: index, arrival.time)
            return settled(index, arrival)
        }
        if let index = candidate(arrival.place, except: -1, isForSerial: true) {
            entries[Int(index)].device.serial = serial
            serials[serial] = index
            rename(index, to: key, arrival.time)
            return settled(index, arrival)
        }
        if !arrival.isAuthenticated, isVerifying(at: arrival.place.address), let occupant = occupant(arrival.place) {
            claim(key, .serial, occupant, arrival, peer: nil)
            return nil
        }
        let index = enter(id: key, at: arrival.place, time: arrival.time)
        guard index >= 0, entries[Int(index)].device.id == key else { return index }
        entries[Int(index)].device.serial = serial
        serials[serial] = index
        return settled(index, arrival)
    }

    /// Somebody at this place who has a serial number: the one with this port, else the one known longest.
    private func occupant(_ place: DevicePlace) -> Int32? {
        if let index = bound(place), entries[Int(index)].device.serial != nil { return index }
        return places[place.address]?.all.filter { entries[Int($0)].device.serial != nil }.min {
            entries[Int($0)].device.number < entries[Int($1)].device.number
        }
    }

    private mutating func settled(_ index: Int32, _ arrival: Arrival) -> Int32 {
        if let engine = arrival.signs.engineID, entries[Int(index)].device.engineID != engine {
            noteEngine(engine, of: index, arrival.time)
        }
        if let peer = arrival.signs.peerSerial { return notePeer(peer, of: index, arrival) }
        return index
    }

    // MARK: - Engine IDs

    private mutating func resolve(engine: String, _ arrival: Arrival) -> Int32? {
        let key = "engine:" + engine
        if let index = engines[engine] {
            return isHere(index, key: key, .address, arrival) ? index : nil
        }
        if let index = candidate(arrival.place, except: -1, isForSerial: false) {
            setEngine(engine, of: index)
            if entries[Int(index)].device.serial == nil { rename(index, to: key, arrival.time) }
            return index
        }
        let index = enter(id: key, at: arrival.place, time: arrival.time)
        guard index >= 0, entries[Int(index)].device.id == key else { return index }
        setEngine(engine, of: index)
        return index
    }

    /// The device tells its serial number and this engine ID: a first one, its other unit's, or a new one. Whoever was
    /// known by no more than that at the same address was this device.
    private mutating func noteEngine(_ engine: String, of index: Int32, _ time: Timestamp) {
        let address = entries[Int(index)].device.address
        if let other = engines[engine], other != index {
            let device = entries[Int(other)].device
            guard device.serial == nil, device.address == address else { return }
            merge(other, into: index, time)
        }
        setEngine(engine, of: index)
    }

    mutating func setEngine(_ engine: String, of index: Int32) {
        if let old = entries[Int(index)].device.engineID, engines[old] == index { engines[old] = nil }
        entries[Int(index)].device.engineID = engine
        engines[engine] = index
        markChanged(index)
    }

    // MARK: - Addresses

    /// Whether the device is where the datagram came from, or is believed to be there from now on.
    private mutating func isHere(
        _ index: Int32, key: String, _ kind: BindingClaim.Kind, _ arrival: Arrival
    ) -> Bool {
        let address = entries[Int(index)].device.address
        if address == arrival.place.address { return true }
        let wasHeard = entries[Int(index)].device.reached != nil
        if arrival.isAuthenticated || !wasHeard {
            move(index, to: arrival.place, key, arrival.time)
            return true
        }
        let count = claim(key, kind, index, arrival, peer: nil)
        guard !isVerifying(at: address), count >= Self.claimsForAddress, isSilent(index) else { return false }
        move(index, to: arrival.place, key, arrival.time)
        return true
    }

    /// Whether the device was not heard of for longer than it should be.
    func isSilent(_ index: Int32) -> Bool {
        clock.now - entries[Int(index)].device.liveness.refreshed > silence(of: index)
    }

    /// After so much of it something of the device is missing.
    func silence(of index: Int32) -> Int64 {
        let sendsKeepAlives = entries[Int(index)].device.lastKeepAlive != nil
        let period = sendsKeepAlives ? period(of: index) : Self.presence
        let (numerator, denominator) = Self.silentPeriods
        return period / denominator * numerator
    }

    func isVerifying(at address: IPAddress) -> Bool {
        (policy.rule(for: address)?.rebinding ?? policy.rebinding) == .verified
    }

    mutating func move(_ index: Int32, to place: DevicePlace, _ key: String, _ time: Timestamp) {
        drop(key)
        let previous = entries[Int(index)].device.address
        if portClaims[previous]?.device == entries[Int(index)].device.id { dropPortClaim(previous) }
        unbind(index)
        leavePlace(index)
        entries[Int(index)].device.address = place.address
        places[place.address, default: Place()].add(index)
        self.place(index)
        setReached(place.reached, of: index)
        if previous != place.address {
            tell(.moved(from: previous), of: index, at: time)
            seekName(of: index)
        }
        // What came from there while the claim was disputed was taken for another device's.
        if let other = candidate(place, except: index, isForSerial: entries[Int(index)].device.serial != nil) {
            merge(other, into: index, time)
        }
    }

    /// The device at this place that is known by no more than the place, and may be the one that tells more of itself
    /// now: the one that this port belongs to, or the only one at the address.
    private func candidate(_ place: DevicePlace, except: Int32, isForSerial: Bool) -> Int32? {
        func isWeak(_ index: Int32) -> Bool {
            let device = entries[Int(index)].device
            return index != except && device.serial == nil && (isForSerial || device.engineID == nil)
        }
        if let index = bound(place), isWeak(index) { return index }
        guard let here = places[place.address] else { return nil }
        let others = here.all.filter { $0 != except }
        guard others.count == 1, let index = others.first else { return nil }
        if !isForSerial, entries[Int(index)].device.engineID == nil, here.sole == index { return index }
        guard isWeak(index) else { return nil }
        // Its keep-alives come from another port than this: a second device behind the same NAT.
        let ports = entries[Int(index)].device.ports
        if let port = place.port, let known = ports.port(on: place.reached.port), known != port, !isSilent(index) {
            return nil
        }
        return index
    }

    // MARK: - One device that was two

    /// The device's identity becomes a better one.
    mutating func rename(_ index: Int32, to id: String, _ time: Timestamp) {
        let previous = entries[Int(index)].device.id
        guard previous != id else { return }
        ids[previous] = nil
        removals.insert(previous)
        ids[id] = index
        removals.remove(id)
        entries[Int(index)].device.id = id
        renameClaims(of: previous, at: entries[Int(index)].device.address, to: id)
        markChanged(index)
        tell(.identified(previous: previous), of: index, at: time)
        // What is found for the identity of before is nobody's.
        if entries[Int(index)].device.foundName == nil { seekName(of: index) }
    }

    /// `other` was this device all the time.
    mutating func merge(_ other: Int32, into index: Int32, _ time: Timestamp) {
        let merged = entries[Int(other)].device
        if merged.liveness.stage == .lost { tell(.connectionRestored, of: other, at: time) }
        remove(other)
        if portClaims[merged.address]?.device == merged.id { dropPortClaim(merged.address) }
        renameClaims(of: merged.id, at: merged.address, to: entries[Int(index)].device.id)
        var device = entries[Int(index)].device
        device.firstSeen = min(device.firstSeen, merged.firstSeen)
        device.lastSeen = max(device.lastSeen, merged.lastSeen)
        device.lastKeepAlive = [device.lastKeepAlive, merged.lastKeepAlive].compactMap { $0 }.max()
        device.product = device.product ?? merged.product
        device.softwareVersion = device.softwareVersion ?? merged.softwareVersion
        device.foundName = device.foundName ?? merged.foundName
        if device.given == Device.Placement() { device.given = merged.given }
        device.isInMaintenance = device.isInMaintenance || merged.isInMaintenance
        if device.liveness.period.milliseconds == nil { device.liveness.period = merged.liveness.period }
        entries[Int(index)].device = device
        if device.engineID == nil, let engine = merged.engineID { setEngine(engine, of: index) }
        if device.serial == nil, let serial = merged.serial {
            entries[Int(index)].device.serial = serial
            serials[serial] = index
        }
        if merged.address == device.address {
            for bound in merged.ports.all where device.ports.port(on: bound.listener) == nil {
                bind(index, port: bound.port, listener: bound.listener)
            }
        }
        place(index)
        arm(index)
        markChanged(index)
        tell(.identified(previous: merged.id), of: index, at: time)
    }
}
