import Basics

@testable import Devices

/// What a store keeps of an inventory, batch by batch: rows by identity, signs of life by number until they may go.
struct SavedRows {
    private var devices: [String: (batch: Int, device: Device)] = [:]
    /// With the batch that brought each, since a settling begins and ends with one.
    private var signs: [(batch: Int, sign: DeviceSign)] = []
    private var claims: [String: BindingClaim] = [:]
    private var sites: [SilentSite] = []
    private var live: Int64 = 0
    private var clock: Timestamp?
    private var batch = 0
    private var settlingBatch = 0

    mutating func write(_ changes: DeviceChanges, at clock: Timestamp) {
        batch += 1
        for id in changes.removals { devices[id] = nil }
        for device in changes.devices { devices[device.id] = (batch, device) }
        if changes.beginsSettling { settlingBatch = batch }
        signs += changes.signs.map { (batch, $0) }
        if changes.isSettled { signs.removeAll { $0.batch < settlingBatch } }
        for key in changes.claimRemovals { claims[key] = nil }
        for claim in changes.claims { claims[claim.key] = claim }
        sites = changes.sites ?? sites
        live = changes.live
        self.clock = clock
    }

    func read() -> SavedInventory {
        var rows = Dictionary(grouping: devices.values, by: \.device.number).compactMapValues(\.first)
        for (batch, sign) in signs {
            guard var row = rows[sign.number], batch > row.batch else { continue }
            sign.apply(to: &row.device)
            rows[sign.number] = row
        }
        return SavedInventory(
            devices: rows.values.map(\.device), claims: Array(claims.values), sites: sites, clock: clock, live: live,
            signCount: signs.count, lastNumber: signs.map(\.sign.number).max() ?? 0)
    }
}

extension DeviceInventory {
    /// All that leads to a device and all that is counted, against the devices themselves: what is wrong, in words.
    func contradictions() -> [String] {
        var found: [String] = []
        func check(_ isRight: Bool, _ what: @autoclosure () -> String) { if !isRight { found.append(what()) } }
        var counted: [DeviceState: Int] = [:]
        var links = (serials: 0, engines: 0, bindings: 0, places: 0)
        for index in entries.indices.map({ Int32($0) }) where entries[Int(index)].isUsed {
            let device = entries[Int(index)].device
            counted[device.state, default: 0] += 1
            check(ids[device.id] == index, "\(device.id) is not found by its identity")
            for serial in [device.serial, device.peerSerial].compactMap({ $0 }) {
                links.serials += 1
                check(serials[serial] == index, "\(device.id) is not found by \(serial)")
            }
            if device.serial == nil {
                check(!device.id.hasPrefix("serial:"), "\(device.id) has no serial number")
            } else {
                let ids = [device.serial, device.peerSerial].compactMap { $0 }.map { "serial:" + $0 }
                check(ids.contains(device.id), "\(device.id) is named for neither of \(ids)")
            }
            if let engine = device.engineID {
                links.engines += 1
                check(engines[engine] == index, "\(device.id) is not found by \(engine)")
            }
            for bound in device.ports.all {
                links.bindings += 1
                let binding = Binding(address: device.address, port: bound.port, listener: bound.listener)
                check(bindings[binding] == index, "\(device.id) is not found by \(binding)")
            }
            links.places += 1
            check(places[device.address]?.all.contains(index) == true, "\(device.id) is not at its address")
        }
        check(ids.count == links.places, "\(ids.count) identities of \(links.places) devices")
        check(serials.count == links.serials, "\(serials.count) serial numbers of \(links.serials)")
        check(engines.count == links.engines, "\(engines.count) engine IDs of \(links.engines)")
        check(bindings.count == links.bindings, "\(bindings.count) bindings of \(links.bindings)")
        check(places.values.map(\.count).reduce(0, +) == links.places, "places")
        for state in DeviceState.allCases {
            check(count(of: state) == counted[state, default: 0], "\(count(of: state)) \(state) devices")
        }
        for (address, place) in places {
            let dependents = place.all.filter { entries[Int($0)].device.ports.differ }.count
            check(place.portDependents == dependents, "\(address) has \(place.portDependents) of \(dependents)")
        }
        for (key, site) in sites {
            let stages = site.members.map { entries[Int($0)].device.liveness.stage }
            let heard = site.members.map { entries[Int($0)].device.liveness.refreshed }.max()
            check(site.watched == stages.filter { $0 != .unwatched }.count, "\(key) watches \(site.watched)")
            check(site.silent == stages.filter(\.isSilent).count, "\(key) misses \(site.silent)")
            check(site.lastHeard == heard, "\(key) heard at \(site.lastHeard)")
            check(site.isLost || !stages.contains(.covered), "\(key) covers nobody")
        }
        for claim in claims.all.values { check(ids[claim.device] != nil, "\(claim.key) is of nobody") }
        for claim in portClaims.all.values { check(ids[claim.device] != nil, "\(claim.key) is of nobody") }
        return found
    }
}
