public import Alarms
public import Basics
internal import SNMPWire

/// All devices that were heard of: who they are, where they are, and whether they live.
///
/// Pure state, fed with what the journal brings: time by ``advance(to:)``, datagrams by
/// ``identify(_:by:isAuthenticated:)``; both tell what became known. ``takeChanges(settling:)`` gives what is to be
/// saved with the batch.
public struct DeviceInventory: Sendable {
    /// An entry takes less than 1 KiB, so the inventory stays below 128 MiB. A source address can be forged, so without
    /// a limit a flood would fill the memory. Past it a newcomer takes the place of who was not heard for longest and
    /// nothing vouches for; where there is none, it is still told apart in events and alarms (its address needs no
    /// entry), but not listed, and counted in `unlisted`.
    public static let capacity = 131_072
    /// Behind one address, as a NAT has: serial numbers can be invented too. More than that share the address's entry.
    static let addressLimit = 4_096
    /// How many entries the table grows by. Doubling it would take twice what is needed in the worst case.
    private static let growth = 8_192
    /// Signs of life since the devices' rows were all written, before that is done again: a start reads them.
    static let settlingSigns = 262_144
    /// Rows written with one batch meanwhile, so that no batch takes long.
    static let settlingRows = 2_048

    /// How a device's stored row is out of date.
    enum Age { case current, signed, changed }

    struct Entry {
        var device: Device
        var age = Age.current
        /// By the rule for its address: the period in nanoseconds, 0 where it is learned; and whether it is watched.
        var configuredPeriod: Int64 = 0
        var isExpected: Bool?
        /// The second on the live clock in which its timer comes; 0 where it has none.
        var slot: Int64 = 0
        var isUsed = true
    }

    public internal(set) var policy: DevicePolicy {
        didSet { globals = DeviceSigns.globals(policy.vendor) }
    }
    let capacity: Int
    /// Whose notification came last.
    private var lastHeard: Int32 = -1
    private(set) var globals: ObjectPrefixes
    var entries: [Entry] = []
    var free: [Int32] = []
    var nextNumber: UInt32 = 1
    var ids: [String: Int32] = [:]
    /// Of both units.
    var serials: [String: Int32] = [:]
    var engines: [String: Int32] = [:]
    var bindings: [Binding: Int32] = [:]
    /// The local ports that bindings were learned on.
    var listeners: [UInt16] = []
    var places: [IPAddress: Place] = [:]
    /// Addresses that nobody is at any more, and that the configuration expects somebody at.
    var vacated: [IPAddress] = []
    var claims = ClaimTable<String>()
    var portClaims = ClaimTable<IPAddress>()
    var sites: [SiteKey: Site] = [:]
    var clock: LiveClock
    var wheel: TimerWheel
    var siteWheel: TimerWheel
    var siteSlots: [Int32: SiteKey] = [:]
    var nextSiteSlot: Int32 = 0
    /// Whose name is to be looked up, in the order in which they came.
    var nameless: ArraySlice<Int32> = []
    var news: [DeviceNews] = []
    var counts: [DeviceState: Int] = [:]
    /// Who may have to make room, by when it was heard; only once the inventory was full.
    var ranks = DeadlineQueue<Occupant>()
    var isRanked = false

    // What is to be saved.
    var changed: [Int32] = []
    var signed: [Int32] = []
    var removals: Set<String> = []
    var sitesChanged = false
    /// Signs since the last settling began, and the entries whose rows are still to be written for it.
    var signCount = 0
    var unsettled: [Int32] = []
    var isSettling = false

    /// How many notifications came from senders that found the table full.
    public private(set) var unlisted = 0
    /// How many devices made room for others.
    public internal(set) var replaced = 0

    public init(
        _ saved: SavedInventory = SavedInventory(), policy: DevicePolicy = DevicePolicy(),
        capacity: Int = DeviceInventory.capacity
    ) {
        self.policy = policy
        self.capacity = capacity
        globals = DeviceSigns.globals(policy.vendor)
        clock = LiveClock(time: saved.clock?.nanoseconds, now: saved.live)
        let second = clock.now / Int64.second
        wheel = TimerWheel(second: second)
        siteWheel = TimerWheel(second: second)
        signCount = saved.signCount
        nextNumber = saved.lastNumber &+ 1
        for claim in saved.claims {
            if claim.kind == .port {
                portClaims.load(claim, for: claim.address)
            } else {
                claims.load(claim, for: claim.key)
            }
        }
        for device in saved.devices.sorted(by: { $0.number < $1.number }) { load(device) }
        for site in saved.sites { load(site) }
        for index in entries.indices { arm(Int32(index)) }
        enterExpected()
        endEmptySites()
    }

    public var count: Int { ids.count }

    /// How many devices are in each state.
    public func count(of state: DeviceState) -> Int { counts[state] ?? 0 }

    /// All devices in the order of their identities.
    public var all: [Device] { ids.values.map { entries[Int($0)].device }.sorted { $0.id < $1.id } }

    public func device(_ id: String) -> Device? { ids[id].map { entries[Int($0)].device } }

    /// The serial number of the unit that is active.
    public func activeSerial(of id: String) -> String? {
        // Nearly always the one who spoke last is asked for.
        if entries.indices.contains(Int(lastHeard)), entries[Int(lastHeard)].device.id == id {
            return entries[Int(lastHeard)].device.serial
        }
        return ids[id].flatMap { entries[Int($0)].device.serial }
    }

    public func device(serial: String) -> Device? { serials[serial].map { entries[Int($0)].device } }

    /// A device as events tell it; `nil` where it is not known (any more).
    public func eventDevice(_ id: String) -> EventDevice? { ids[id].map(eventDevice) }

    /// The one with this engine, in lower-case hex digits.
    public func eventDevice(engine: String) -> EventDevice? { engines[engine].map(eventDevice) }

    /// The one that is known to send from this very port of its address.
    public func eventDevice(boundTo sender: Endpoint, at receiver: Endpoint) -> EventDevice? {
        guard !policy.isRelay(sender.address) else { return nil }
        return bound(DevicePlace(address: sender.address, port: sender.port, reached: receiver)).map(eventDevice)
    }

    /// Claims that nobody has proven yet, in the order in which they came: what a manager that has credentials for the
    /// address asks about.
    public var bindingsToVerify: [BindingClaim] {
        claims.all.values.sorted { ($0.first, $0.key) < ($1.first, $1.key) }
    }

    /// How many such claims there are.
    public var disputeCount: Int { claims.count }

    // MARK: - What comes in

    /// Time went on to `time`; gives what became due, in order, each with its own time.
    public mutating func advance(to time: Timestamp) -> [DeviceNews] {
        let isFirst = clock.time == nil
        clock.advance(to: time.nanoseconds)
        if isFirst { enterExpected() }
        let second = clock.now / Int64.second
        if wheel.second < second { fireTimers(to: second) }
        return takeNews()
    }

    /// When the next timer comes, in the journal's time, if nothing interrupts it: there may be nothing to tell then,
    /// but there never is before. Who fires other timers between two records must ask for `postpone(by:)` at a gap
    /// first, since it is seen here only where time goes on in one step.
    public var nextDue: Timestamp? {
        guard clock.time != nil else { return nil }
        let next = [wheel.next, siteWheel.next].compactMap { $0 }.min()
        return next.map { time(of: $0) }
    }

    /// Nobody listened for so long since the last time that came: no deadline comes nearer by it.
    public mutating func postpone(by nanoseconds: Int64) { clock.skip(nanoseconds) }

    /// Whose notification this is, and what it made known; the device is entered, or its last sign of life moved on.
    /// `advance(to:)` with the record's time comes first.
    ///
    /// - Parameter isAuthenticated: by USM: what it says of its sender is proven.
    public mutating func identify(
        _ received: ReceivedNotification, by interpretation: Interpretation, isAuthenticated: Bool = false
    ) -> (device: EventDevice, news: [DeviceNews]) {
        let isKeepAlive = interpretation.kind == .keepAlive
        let signs = DeviceSigns(
            received.notification, isKeepAlive: isKeepAlive, vendor: policy.vendor, globals: globals)
        let place = DevicePlace(received, policy)
        let arrival = Arrival(
            signs: signs, place: place, isKeepAlive: isKeepAlive, isAuthenticated: isAuthenticated,
            time: received.time)
        let index = resolve(arrival)
        guard index >= 0 else {
            unlisted += 1
            let id = place.address.description
            return (EventDevice(id: id, name: id, address: place.address), takeNews())
        }
        lastHeard = index
        note(index, arrival)
        if !isKeepAlive || entries[Int(index)].device.lastNotification == nil {
            noteWords(index, interpretation.alarm, received.listener)
        }
        return (eventDevice(index), takeNews())
    }

    /// One notification on its way to its device.
    struct Arrival {
        var signs: DeviceSigns
        var place: DevicePlace
        var isKeepAlive: Bool
        var isAuthenticated: Bool
        var time: Timestamp
    }

    /// They are saved with the sign of life that the notification is.
    private mutating func noteWords(_ index: Int32, _ notification: String, _ listener: String) {
        guard
            entries[Int(index)].device.lastNotification != notification
                || entries[Int(index)].device.lastListener != listener
        else { return }
        entries[Int(index)].device.lastNotification = notification
        entries[Int(index)].device.lastListener = listener
    }

    // MARK: - Entries

    func eventDevice(_ index: Int32) -> EventDevice {
        EventDevice(
            id: entries[Int(index)].device.id, name: entries[Int(index)].device.name,
            address: entries[Int(index)].device.address, group: entries[Int(index)].device.group,
            tenant: entries[Int(index)].device.tenant, site: entries[Int(index)].device.site)
    }

    /// The new device's entry; -1 where the table is full. Where the address is, what has no entry of its own shares
    /// the one that is known by the address alone.
    mutating func enter(id: String, at place: DevicePlace, time: Timestamp) -> Int32 {
        if let others = places[place.address], others.count >= DeviceInventory.addressLimit {
            return ids[place.address.description] ?? -1
        }
        guard makeRoom() else { return -1 }
        var device = Device(id: id, name: "", address: place.address, firstSeen: time, lastSeen: time)
        device.number = nextNumber
        nextNumber += 1
        device.reached = place.reached
        device.liveness.refreshed = clock.now
        return insert(device, age: .changed)
    }

    /// Takes an entry for a device whose identities nobody has.
    mutating func insert(_ device: Device, age: Age) -> Int32 {
        let index: Int32
        if let unused = free.popLast() {
            index = unused
            entries[Int(index)] = Entry(device: device)
        } else {
            if entries.count == entries.capacity {
                entries.reserveCapacity(entries.count + DeviceInventory.growth)
            }
            index = Int32(entries.count)
            entries.append(Entry(device: device))
        }
        ids[device.id] = index
        if let serial = device.serial { serials[serial] = index }
        if let serial = device.peerSerial { serials[serial] = index }
        if let engine = device.engineID { engines[engine] = index }
        places[device.address, default: Place()].add(index)
        counts[device.state, default: 0] += 1
        place(index)
        if age == .changed { markChanged(index) }
        if device.foundName == nil { seekName(of: index) }
        return index
    }

    /// Takes the device out of everything that leads to it.
    mutating func remove(_ index: Int32) {
        let device = entries[Int(index)].device
        leaveSite(index)
        ids[device.id] = nil
        removals.insert(device.id)
        if let serial = device.serial, serials[serial] == index { serials[serial] = nil }
        if let serial = device.peerSerial, serials[serial] == index { serials[serial] = nil }
        if let engine = device.engineID, engines[engine] == index { engines[engine] = nil }
        unbind(index)
        leavePlace(index)
        counts[device.state, default: 0] -= 1
        ranks.set(Occupant(number: device.number, index: index), to: nil)
        let vacant = Device(
            id: "", name: "", address: device.address, firstSeen: device.firstSeen, lastSeen: device.lastSeen)
        entries[Int(index)] = Entry(device: vacant, isUsed: false)
        free.append(index)
    }

    private mutating func load(_ device: Device) {
        nextNumber = max(nextNumber, device.number &+ 1)
        var device = device
        // A row of the time before numbers were given.
        let age = device.number == 0 ? Age.changed : .current
        if device.number == 0 {
            device.number = nextNumber
            nextNumber += 1
        }
        guard ids[device.id] == nil, ids.count < capacity else { return }
        let index = insert(device, age: age)
        for bound in device.ports.all {
            bindings[Binding(address: device.address, port: bound.port, listener: bound.listener)] = index
            note(listener: bound.listener)
        }
        if device.ports.differ { places[device.address]?.countPortDependent(false, true) }
    }

    // MARK: - What is to be saved

    mutating func markChanged(_ index: Int32) {
        guard entries[Int(index)].age != .changed else { return }
        entries[Int(index)].age = .changed
        changed.append(index)
    }

    mutating func markSigned(_ index: Int32) {
        guard entries[Int(index)].age == .current else { return }
        entries[Int(index)].age = .signed
        signed.append(index)
    }

    /// What the store has to write since the last call; in a fixed order, so that one journal always gives the same
    /// transactions.
    public mutating func takeChanges() -> DeviceChanges {
        var changes = DeviceChanges()
        for index in changed where entries[Int(index)].isUsed && entries[Int(index)].age == .changed {
            entries[Int(index)].age = .current
            changes.devices.append(entries[Int(index)].device)
        }
        changed.removeAll(keepingCapacity: true)
        for index in signed where entries[Int(index)].isUsed && entries[Int(index)].age == .signed {
            entries[Int(index)].age = .current
            changes.signs.append(DeviceSign(entries[Int(index)].device))
        }
        signed.removeAll(keepingCapacity: true)
        settle(&changes)
        changes.removals = removals.subtracting(changes.devices.map(\.id)).sorted()
        removals.removeAll(keepingCapacity: true)
        changes.devices.sort { $0.number < $1.number }
        changes.signs.sort { $0.number < $1.number }
        let (told, ports) = (claims.takeChanges(), portClaims.takeChanges())
        changes.claims = (told.claims + ports.claims).sorted { $0.key < $1.key }
        changes.claimRemovals = (told.removals + ports.removals).sorted()
        if sitesChanged { changes.sites = silentSites }
        sitesChanged = false
        changes.live = clock.now
        return changes
    }

    /// Once enough signs were written, all rows are, some with each batch; then the signs from before may go.
    private mutating func settle(_ changes: inout DeviceChanges) {
        signCount += changes.signs.count
        if !isSettling, signCount >= DeviceInventory.settlingSigns {
            isSettling = true
            signCount = 0
            changes.beginsSettling = true
            unsettled = entries.indices.filter { entries[$0].isUsed }.map { Int32($0) }
        }
        guard isSettling else { return }
        let written = Set(changes.devices.map(\.number))
        for _ in 0..<min(DeviceInventory.settlingRows, unsettled.count) {
            let index = unsettled.removeLast()
            let device = entries[Int(index)].device
            if entries[Int(index)].isUsed, !written.contains(device.number) { changes.devices.append(device) }
        }
        if unsettled.isEmpty {
            isSettling = false
            changes.isSettled = true
        }
    }

    mutating func tell(_ kind: DeviceNews.Kind, of index: Int32, at time: Timestamp) {
        news.append(DeviceNews(time: time, device: eventDevice(index), kind: kind))
    }

    /// What operators' words and what was learned made known: to be told with the record that brought them. All else
    /// gives its news at once.
    public mutating func takeNews() -> [DeviceNews] {
        if !vacated.isEmpty { fillVacated() }
        guard !news.isEmpty else { return [] }
        defer { news = [] }
        return news
    }
}

extension Int64 {
    /// In nanoseconds.
    static let second: Int64 = 1_000_000_000
}
