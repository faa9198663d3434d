public import Basics

/// Which unit of which device a boot clock is of. A pair of units that stand for one device (HA) has two clocks.
public struct BootUnit: Sendable, Hashable, Comparable {
    /// The device's identity.
    public var device: String
    /// The unit's serial number; empty where its notifications tell none.
    public var serial: String

    public init(device: String, serial: String) {
        self.device = device
        self.serial = serial
    }

    public static func < (left: BootUnit, right: BootUnit) -> Bool {
        (left.device, left.serial) < (right.device, right.serial)
    }
}

/// The boot clocks of all devices: pure state, as the table of alarms is.
public struct BootTable: Sendable {
    /// As many as the inventory has devices, twice for those that are pairs.
    public static let limit = 262_144
    /// Two, and two that were replaced. Serial numbers can be invented; another one takes the place of the one that
    /// began longest ago.
    static let unitLimit = 4
    /// A full table gives up this share of itself at once, those that began longest ago: who of them still sends is
    /// entered anew, and a flood of invented senders is not what stays.
    private static let sweptShare = 16

    private struct Unit: Sendable {
        var serial: String
        var clock: BootClock
    }

    private var units: [String: [Unit]] = [:]
    private var changed: Set<BootUnit> = []
    private let limit: Int
    public private(set) var count = 0

    public init(_ clocks: [(BootUnit, BootClock)] = [], limit: Int = BootTable.limit) {
        self.limit = limit
        for (unit, clock) in clocks { set(clock, of: unit) }
    }

    public func clock(of unit: BootUnit) -> BootClock? {
        units[unit.device]?.first { $0.serial == unit.serial }?.clock
    }

    /// What a datagram tells of its sender's clock.
    public struct Reading: Sendable, Hashable {
        /// When the device began anew, if this tells of it for the first time.
        public var restart: Timestamp?
        /// Whether its clock can be relied on: it has one, and not several at once.
        public var isReliable: Bool

        public init(restart: Timestamp?, isReliable: Bool) {
            self.restart = restart
            self.isReliable = isReliable
        }
    }

    /// Takes what a datagram tells.
    ///
    /// - Parameters:
    ///   - serial: of the unit that sent it, where it says so.
    ///   - uptime: its sysUpTime, in hundredths of a second.
    ///   - isColdStart: whether it says that the device began anew.
    public mutating func note(
        _ device: String, serial: String?, uptime: UInt32, at time: Timestamp, isColdStart: Bool, tolerance: Duration
    ) -> Reading {
        let known = units[device] ?? []
        // Which unit a notification is of that names none cannot be told where others name theirs: only of what both
        // begin anew it tells.
        let isUnclear = serial == nil && known.contains { !$0.serial.isEmpty }
        guard !isUnclear || isColdStart else { return Reading(restart: nil, isReliable: false) }
        let name = serial ?? ""
        guard let place = known.firstIndex(where: { $0.serial == name }) else {
            let epoch = BootClock.epoch(uptime, at: time)
            enter(BootClock(epoch: epoch, since: time, uptime: uptime), of: BootUnit(device: device, serial: name))
            return Reading(restart: isColdStart ? epoch : nil, isReliable: true)
        }
        let before = known[place].clock
        var clock = before
        let restart = clock.note(uptime, at: time, isColdStart: isColdStart, tolerance: tolerance.inNanoseconds)
        if clock != before {
            units[device]?[place].clock = clock
            changed.insert(BootUnit(device: device, serial: name))
        }
        return Reading(restart: restart, isReliable: !clock.isMixed)
    }

    /// A device turned out to be another one than it was taken for: its clocks are that one's, except for a unit of
    /// which that one has a clock.
    public mutating func move(_ device: String, to new: String) {
        guard device != new else { return }
        for unit in take(of: device) {
            let moved = BootUnit(device: new, serial: unit.serial)
            if clock(of: moved) == nil { enter(unit.clock, of: moved) }
        }
    }

    /// The device is known no more.
    public mutating func forget(_ device: String) { _ = take(of: device) }

    /// The unit does the work of its pair from now on. Whatever it did in its standby, starting anew among it, was no
    /// restart of the device.
    public mutating func takeOver(_ unit: BootUnit) { remove(unit) }

    // MARK: - Keeping

    private mutating func enter(_ clock: BootClock, of unit: BootUnit) {
        if let others = units[unit.device], others.count >= BootTable.unitLimit,
            let oldest = others.min(by: { ($0.clock.since, $0.serial) < ($1.clock.since, $1.serial) })
        {
            remove(BootUnit(device: unit.device, serial: oldest.serial))
        }
        if count >= limit { sweep() }
        set(clock, of: unit)
        changed.insert(unit)
    }

    /// - Parameter unit: one that has none.
    private mutating func set(_ clock: BootClock, of unit: BootUnit) {
        units[unit.device, default: []].append(Unit(serial: unit.serial, clock: clock))
        count += 1
    }

    private mutating func remove(_ unit: BootUnit) {
        guard let place = units[unit.device]?.firstIndex(where: { $0.serial == unit.serial }) else { return }
        units[unit.device]?.remove(at: place)
        if units[unit.device]?.isEmpty == true { units[unit.device] = nil }
        count -= 1
        changed.insert(unit)
    }

    private mutating func sweep() {
        let all = units.flatMap { device, units in
            units.map { (since: $0.clock.since, unit: BootUnit(device: device, serial: $0.serial)) }
        }
        for (_, unit) in all.sorted(by: { ($0.since, $0.unit) < ($1.since, $1.unit) })
            .prefix(max(1, limit / BootTable.sweptShare))
        {
            remove(unit)
        }
    }

    private mutating func take(of device: String) -> [Unit] {
        let taken = units.removeValue(forKey: device) ?? []
        count -= taken.count
        for unit in taken { changed.insert(BootUnit(device: device, serial: unit.serial)) }
        return taken
    }

    /// The clocks that are to be saved since the last call, and those that are gone, in a fixed order.
    public mutating func takeChanges() -> (noted: [(BootUnit, BootClock)], forgotten: [BootUnit]) {
        guard !changed.isEmpty else { return ([], []) }
        defer { changed.removeAll(keepingCapacity: true) }
        let sorted = changed.sorted()
        return (
            sorted.compactMap { unit in clock(of: unit).map { (unit, $0) } }, sorted.filter { clock(of: $0) == nil }
        )
    }
}
