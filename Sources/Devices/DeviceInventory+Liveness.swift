internal import Basics

/// Whether devices live: any datagram of theirs says so, and the third keep-alive that is missing says otherwise.
extension DeviceInventory {
    /// So many keep-alives in a row must be missing.
    private static let missedKeepAlives: Int64 = 3
    /// How late one may be: a quarter of the period, since a busy device and a slow network add up, and a second.
    private static let toleratedShare: Int64 = 4

    /// In nanoseconds.
    func period(of index: Int32) -> Int64 {
        let configured = entries[Int(index)].configuredPeriod
        if configured > 0 { return configured }
        let learned = entries[Int(index)].device.liveness.period.learned
        if learned > 0 { return Int64(learned) * 1_000_000 }
        return DevicePolicy.assumedPeriod.inNanoseconds
    }

    static func tolerance(_ period: Int64) -> Int64 { max(.second, period / toleratedShare) }

    /// The second on the live clock, rounded up, in which the device's silence is to be looked at next; `nil` where
    /// nothing is expected of it.
    private func due(_ index: Int32) -> Int64? {
        let liveness = entries[Int(index)].device.liveness
        guard liveness.stage == .alive || liveness.stage == .held else { return nil }
        let period = period(of: index)
        let tolerance = DeviceInventory.tolerance(period)
        var due = liveness.refreshed + DeviceInventory.missedKeepAlives * period + tolerance
        if liveness.stage == .held { due += period + tolerance }
        return (due + .second - 1) / .second
    }

    /// Enters the device's timer where it has none that comes in time.
    mutating func arm(_ index: Int32) {
        guard entries[Int(index)].isUsed, let due = due(index) else { return }
        let slot = entries[Int(index)].slot
        guard slot == 0 || slot > due else { return }
        let next = wheel.slot(for: due)
        guard slot == 0 || next < slot else { return }
        entries[Int(index)].slot = next
        wheel.enter(index, at: next)
    }

    /// A datagram of the device came.
    mutating func note(_ index: Int32, _ arrival: Arrival) {
        let place = arrival.place
        if let port = place.port, entries[Int(index)].device.address == place.address {
            if arrival.isKeepAlive, entries[Int(index)].device.ports.port(on: place.reached.port) == port {
                if !portClaims.isEmpty { noteKnownPort(index) }
            } else if isBinding(arrival, index) {
                bind(index, port: port, listener: place.reached.port)
            }
        }
        noteReached(index, arrival)
        if entries[Int(index)].device.lastSeen < arrival.time { entries[Int(index)].device.lastSeen = arrival.time }
        if arrival.isKeepAlive { noteKeepAlive(index, arrival.time) }
        refresh(index)
        let stage = entries[Int(index)].device.liveness.stage
        if stage.isSilent {
            revive(index, arrival.time)
        } else if stage == .unwatched, shouldWatch(index) {
            watch(index)
        } else {
            arm(index)
        }
        heardAtSite(index)
        markSigned(index)
    }

    /// Whether the device has the port that this came from, as far as can be told.
    private func isBinding(_ arrival: Arrival, _ index: Int32) -> Bool {
        if let serial = arrival.signs.serial, serials[serial] == index { return true }
        // What nothing vouches for but an address waits until it is seen whose it is.
        return arrival.isKeepAlive
            && portClaims[arrival.place.address]?.device != entries[Int(index)].device.id
    }

    mutating func refresh(_ index: Int32) {
        entries[Int(index)].device.liveness.refreshed = clock.now
        guard entries[Int(index)].device.site != nil, let key = siteKey(index) else { return }
        sites[key]?.lastHeard = clock.now
    }

    private mutating func noteReached(_ index: Int32, _ arrival: Arrival) {
        guard arrival.isKeepAlive || entries[Int(index)].device.lastKeepAlive == nil,
            entries[Int(index)].device.reached != arrival.place.reached
        else { return }
        setReached(arrival.place.reached, of: index)
    }

    /// The first time it is heard of.
    mutating func setReached(_ reached: Endpoint, of index: Int32) {
        let state = entries[Int(index)].device.state
        entries[Int(index)].device.reached = reached
        counts[state, default: 0] -= 1
        counts[entries[Int(index)].device.state, default: 0] += 1
        markChanged(index)
    }

    private mutating func noteKeepAlive(_ index: Int32, _ time: Timestamp) {
        let before = entries[Int(index)].device.lastKeepAlive
        entries[Int(index)].device.lastKeepAlive = max(before ?? time, time)
        guard let before, before < time else { return }
        // While it is open whose some of them are, their intervals say nothing.
        let device = entries[Int(index)].device
        if !portClaims.isEmpty, portClaims[device.address]?.device == device.id { return }
        entries[Int(index)].device.liveness.period.note(intervalNanoseconds: time.nanoseconds(since: before))
    }

    private func shouldWatch(_ index: Int32) -> Bool {
        entries[Int(index)].isExpected ?? (entries[Int(index)].device.lastKeepAlive != nil)
    }

    /// From now on the device can be lost.
    mutating func watch(_ index: Int32) {
        setStage(.alive, of: index)
        arm(index)
    }

    /// The device is heard again.
    mutating func revive(_ index: Int32, _ time: Timestamp) {
        let stage = entries[Int(index)].device.liveness.stage
        guard stage.isSilent else { return }
        if stage == .lost { tell(.connectionRestored, of: index, at: time) }
        setStage(.alive, of: index)
        arm(index)
        returnedAtSite(index)
    }

    mutating func setStage(_ stage: Liveness.Stage, of index: Int32) {
        let before = entries[Int(index)].device.liveness.stage
        guard stage != before else { return }
        let state = entries[Int(index)].device.state
        entries[Int(index)].device.liveness.stage = stage
        counts[state, default: 0] -= 1
        counts[entries[Int(index)].device.state, default: 0] += 1
        countAtSite(index, from: before, to: stage)
        markChanged(index)
    }

    // MARK: - Timers

    /// Takes each second up to `second`: who became silent in it, then who was held back long enough, then the sites;
    /// each by its identity, so that the order does not tell when a timer was entered.
    mutating func fireTimers(to second: Int64) {
        while wheel.second < second {
            let taken = wheel.takeNext()
            let now = wheel.second
            if !taken.isEmpty { look(at: taken, now) }
            let sites = siteWheel.takeNext()
            if !sites.isEmpty { look(atSites: sites, now) }
        }
    }

    private mutating func look(at taken: [Int32], _ second: Int64) {
        var silent: [Int32] = []
        var waited: [Int32] = []
        for index in taken where entries[Int(index)].isUsed && entries[Int(index)].slot == second {
            entries[Int(index)].slot = 0
            guard let due = due(index) else { continue }
            if due > second {
                arm(index)
            } else if entries[Int(index)].device.liveness.stage == .alive {
                silent.append(index)
            } else {
                waited.append(index)
            }
        }
        let time = time(of: second)
        for index in silent.sorted(by: { entries[Int($0)].device.id < entries[Int($1)].device.id }) {
            if mayBeSiteWide(index, at: second) {
                setStage(.held, of: index)
                arm(index)
            } else {
                lose(index, time)
            }
        }
        for index in waited.sorted(by: { entries[Int($0)].device.id < entries[Int($1)].device.id })
        where entries[Int(index)].device.liveness.stage == .held {
            if !loseSite(of: index, time) { lose(index, time) }
        }
    }

    mutating func lose(_ index: Int32, _ time: Timestamp) {
        setStage(.lost, of: index)
        tell(.connectionLost(lastSeen: entries[Int(index)].device.lastSeen), of: index, at: time)
    }

    /// The journal's time at a second of the live clock, which is not past the last gap.
    func time(of second: Int64) -> Timestamp {
        Timestamp(nanoseconds: (clock.time ?? 0) &- (clock.now &- second &* .second))
    }
}
