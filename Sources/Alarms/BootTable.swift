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
    /// As many as the inventory has devices, twice for those that are pairs. The restart of a device that finds no room
    /// is told by its coldStart alone.
    public static let limit = 262_144

    private var clocks: [BootUnit: BootClock] = [:]
    /// Devices of which a unit tells its serial number.
    private var named: Set<String> = []
    private var changed: Set<BootUnit> = []
    private let limit: Int

    public init(_ clocks: [(BootUnit, BootClock)] = [], limit: Int = BootTable.limit) {
        self.limit = limit
        for (unit, clock) in clocks {
            self.clocks[unit] = clock
            if !unit.serial.isEmpty { named.insert(unit.device) }
        }
    }

    public var count: Int { clocks.count }

    public func clock(of unit: BootUnit) -> BootClock? { clocks[unit] }

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
        // Which unit a notification is of that names none cannot be told where others name theirs: only of what both
        // begin anew it tells.
        let isUnclear = serial == nil && named.contains(device)
        let unit = BootUnit(device: device, serial: serial ?? "")
        guard !isUnclear || isColdStart else { return Reading(restart: nil, isReliable: false) }
        guard var clock = clocks[unit] else {
            let epoch = BootClock.epoch(uptime, at: time)
            if clocks.count < limit {
                clocks[unit] = BootClock(epoch: epoch, since: time, uptime: uptime)
                changed.insert(unit)
                if serial != nil { named.insert(device) }
            }
            return Reading(restart: isColdStart ? epoch : nil, isReliable: true)
        }
        let before = clock
        let restart = clock.note(uptime, at: time, isColdStart: isColdStart, tolerance: tolerance.inNanoseconds)
        if clock != before {
            clocks[unit] = clock
            changed.insert(unit)
        }
        return Reading(restart: restart, isReliable: !clock.isMixed)
    }

    /// A device turned out to be another one than it was taken for: its clocks are that one's, except for a unit of which
    /// that one has a clock.
    public mutating func move(_ device: String, to new: String) {
        guard device != new else { return }
        for (unit, clock) in take(of: device) {
            let moved = BootUnit(device: new, serial: unit.serial)
            guard clocks[moved] == nil else { continue }
            clocks[moved] = clock
            if !moved.serial.isEmpty { named.insert(new) }
            changed.insert(moved)
        }
    }

    /// The device is known no more.
    public mutating func forget(_ device: String) { _ = take(of: device) }

    private mutating func take(of device: String) -> [BootUnit: BootClock] {
        let taken = clocks.filter { $0.key.device == device }
        for unit in taken.keys {
            clocks[unit] = nil
            changed.insert(unit)
        }
        named.remove(device)
        return taken
    }

    /// The clocks that are to be saved since the last call, and those that are gone, in a fixed order.
    public mutating func takeChanges() -> (noted: [(BootUnit, BootClock)], forgotten: [BootUnit]) {
        guard !changed.isEmpty else { return ([], []) }
        defer { changed.removeAll(keepingCapacity: true) }
        let sorted = changed.sorted()
        return (sorted.compactMap { unit in clocks[unit].map { (unit, $0) } }, sorted.filter { clocks[$0] == nil })
    }
}
