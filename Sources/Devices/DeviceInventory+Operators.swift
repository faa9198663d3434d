public import Basics

/// What operators, the manager and a new configuration say of devices. None of it is a sign of life.
extension DeviceInventory {
    // MARK: - Configuration

    /// Takes another configuration over: where devices belong, and what is expected of them.
    public mutating func take(_ policy: DevicePolicy) -> [DeviceNews] {
        guard policy != self.policy else { return [] }
        let namesBefore = self.policy.names
        self.policy = policy
        if policy.names != namesBefore { seekAllNames() }
        // In the order in which they came: that of the entries depends on which were free.
        let used = entries.indices.filter { entries[$0].isUsed }
        for index in used.sorted(by: { entries[$0].device.number < entries[$1].device.number }) {
            place(Int32(index))
            arm(Int32(index))
        }
        enterExpected()
        return takeNews()
    }

    /// Where the device belongs, what it is called and whether it is watched, by the operator's word and its network's.
    mutating func place(_ index: Int32) {
        let old = entries[Int(index)].device
        var device = old
        let rule = policy.rule(for: device.address)
        device.group = device.given.group ?? rule?.group ?? policy.group
        device.tenant = device.given.tenant ?? rule?.tenant
        device.region = device.given.region ?? rule?.region
        device.site = device.given.site ?? rule?.site
        device.name = device.given.name ?? rule?.name ?? device.foundName ?? device.address.description
        entries[Int(index)].configuredPeriod = rule?.period?.inNanoseconds ?? 0
        entries[Int(index)].isExpected = rule?.isExpected
        let key = siteKey(index)
        let isWatched = device.liveness.stage != .unwatched
        let shouldBeWatched = rule?.isExpected ?? (device.lastKeepAlive != nil)
        let isSameSite = old.site == device.site && old.tenant == device.tenant
        let isKnown = key.map { sites[$0]?.members.contains(index) == true } ?? true
        if !isSameSite { leaveSite(index) }
        if device != old {
            entries[Int(index)].device = device
            markChanged(index)
        }
        if !isSameSite || !isKnown { joinSite(index) }
        if !isSameSite, shouldBeWatched { uncover(index) }
        rank(index)
        guard isWatched != shouldBeWatched else { return }
        if shouldBeWatched {
            refresh(index)
            watch(index)
        } else {
            unwatch(index)
        }
    }

    /// Nothing is expected of the device any more.
    private mutating func unwatch(_ index: Int32) {
        let time = Timestamp(nanoseconds: clock.time ?? 0)
        if entries[Int(index)].device.liveness.stage == .lost { tell(.connectionRestored, of: index, at: time) }
        setStage(.unwatched, of: index)
        if let key = siteKey(index) { endIfEmpty(key) }
    }

    /// Devices that the configuration names one by one are watched from the start, heard of or not.
    mutating func enterExpected() {
        guard let time = clock.time.map({ Timestamp(nanoseconds: $0) }) else { return }
        for rule in policy.rules where rule.isExpected == true && rule.isOneAddress {
            enterExpected(rule.network.address, time)
        }
    }

    private mutating func enterExpected(_ address: IPAddress, _ time: Timestamp) {
        guard places[address] == nil, makeRoom() else { return }
        var device = Device(id: address.description, name: "", address: address, firstSeen: time, lastSeen: time)
        device.number = nextNumber
        nextNumber += 1
        device.liveness.refreshed = clock.now
        _ = insert(device, age: .changed)
    }

    /// Somebody moved away from an address, or was forgotten, that the configuration expects somebody at.
    mutating func fillVacated() {
        let addresses = vacated
        vacated = []
        let time = Timestamp(nanoseconds: clock.time ?? 0)
        for address in addresses where policy.expects(address) { enterExpected(address, time) }
    }

    // MARK: - Operators

    /// Another site may make news: `takeNews()` gives it.
    ///
    /// - Returns: whether there is such a device.
    public mutating func give(_ placement: Device.Placement, to id: String) -> Bool {
        guard let index = ids[id] else { return false }
        entries[Int(index)].device.given = placement
        markChanged(index)
        place(index)
        arm(index)
        return true
    }

    public mutating func setMaintenance(_ isInMaintenance: Bool, of id: String) -> Bool {
        guard let index = ids[id] else { return false }
        entries[Int(index)].device.isInMaintenance = isInMaintenance
        markChanged(index)
        rank(index)
        return true
    }

    /// The device is known no more; if it sends again, it is new. Its alarms are its caller's to end; `news` tells what
    /// becomes of its site.
    public mutating func forget(_ id: String) -> (device: Device, news: [DeviceNews])? {
        guard let index = ids[id] else { return nil }
        let device = entries[Int(index)].device
        remove(index)
        dropClaims(of: device)
        return (device, takeNews())
    }

    // MARK: - The manager

    /// What a device told of itself when it was asked, or a name service of it; `nil` leaves a fact as it is.
    public mutating func learn(
        _ id: String, product: String? = nil, softwareVersion: String? = nil, foundName: String? = nil
    ) -> Bool {
        guard let index = ids[id] else { return false }
        if let product { entries[Int(index)].device.product = DeviceInventory.limited(product) }
        if let softwareVersion {
            entries[Int(index)].device.softwareVersion = DeviceInventory.limited(softwareVersion)
        }
        if let foundName { entries[Int(index)].device.foundName = DeviceInventory.limited(foundName) }
        markChanged(index)
        place(index)
        return true
    }

    /// A claim was proven (`true`: whoever was asked at the claimed address answered with the claimed identity) or
    /// refuted. A claim that is not known any more changes nothing.
    public mutating func settle(_ key: String, isProven: Bool, at time: Timestamp) -> [DeviceNews] {
        guard let claim = claims[key] else { return [] }
        drop(key)
        guard isProven else { return [] }
        prove(claim, DevicePlace(address: claim.address, port: claim.port, reached: claim.reached), time)
        return takeNews()
    }

    /// An inventory's text is a word or a line.
    static let maximumTextLength = 255

    private static func limited(_ text: String) -> String {
        text.utf8.count <= maximumTextLength
            ? text : String(decoding: text.utf8.prefix(maximumTextLength), as: UTF8.self)
    }
}

extension DevicePolicy.NetworkRule {
    var isOneAddress: Bool { network.prefixLength == network.address.family.bitWidth }
}
