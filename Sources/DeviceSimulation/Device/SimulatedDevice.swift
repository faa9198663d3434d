public import Basics
public import SNMPWire

/// A simulated gateway or session border controller: what stands on it, what it sends, and what its agent answers.
///
/// It has no sockets and no clock of its own: each call says when it happens and gives what the device sends then. Calls
/// come in the order of their times. What is due by itself (keep-alives, the steps of a restart, the end of a
/// switch-over's alarm) happens in ``advance(to:)``.
///
///     var device = SimulatedDevice(serialNumber: 5_967_925, bootedAt: start)
///     let sent = device.raise(.ethernetLink(1), at: start)
///     let response = device.answer(request, at: start)
public struct SimulatedDevice: Sendable {
    enum Work: Sendable, Hashable {
        case keepAlive, coldStart, conditions, boardStarted, switchOverEnd
    }

    enum Phase: Sendable, Hashable {
        case running
        /// Off, or on its way up: nothing is sent, nothing answered.
        case down
        /// From coldStart to acBoardEvBoardStarted: the agent answers, and what stands is not all in its tables.
        case initialising
    }

    /// acBoardEthernetLinkAlarm's number is 10; these the device sends by itself.
    enum OwnTrap {
        static let boardStarted: UInt32 = 4
        static let tableOverflow: UInt32 = 12
        static let keepAlive: UInt32 = 16
        static let haSystemFault: UInt32 = 33
        static let haSwitchOver: UInt32 = 35
    }

    /// How long acHASystemSwitchOverAlarm stands.
    static let switchOverAlarmTime = Duration.seconds(10)

    public let options: DeviceOptions
    /// sysName and acSysIdName.
    public var name: String
    /// The last arc of sysObjectID: 79 is Mediant VE SBC.
    public var product: UInt32 = 79
    public var softwareVersion = "7.40A.500.357"
    /// What a v1 trap says of its sender.
    public var agentAddress: UInt32 = 0
    /// One, or the two of an HA pair.
    public internal(set) var units: [DeviceUnit]
    /// Which of `units` does the work.
    public internal(set) var activeUnit = 0
    /// Whether the other unit of a pair is there and ready to take over.
    public internal(set) var isPeerInSync: Bool
    /// The alarms that stand on the device: what a receiver should know of it. In the order of their raise.
    public internal(set) var standing: [DeviceAlarm] = []
    /// What is wrong with the device's surroundings, and raised again after a restart.
    var conditions: [DeviceAlarm] = []
    /// Nothing that it sends while this is false reaches anybody, and it answers nobody. It notices nothing of it.
    public var isConnected = true
    var phase = Phase.running
    /// Sorted by time.
    var work: [(due: Timestamp, work: Work)] = []
    private var toLose = 0
    private var requestID: Int32 = 0

    /// - Parameters:
    ///   - peerSerialNumber: of the redundant unit, for an HA pair in sync.
    ///   - bootedAt: since when it runs; it sends no coldStart for that.
    ///   - firstKeepAlive: by default a period after its start.
    public init(
        serialNumber: UInt32, peerSerialNumber: UInt32? = nil, name: String = "", options: DeviceOptions = .init(),
        bootedAt: Timestamp, firstKeepAlive: Timestamp? = nil
    ) {
        self.options = options
        self.name = name.isEmpty ? "device-\(serialNumber)" : name
        units = [serialNumber, peerSerialNumber].compactMap { $0 }.map {
            DeviceUnit(serialNumber: $0, bootedAt: bootedAt)
        }
        isPeerInSync = peerSerialNumber != nil
        if let period = options.keepAlivePeriod {
            schedule(.keepAlive, at: firstKeepAlive ?? bootedAt + period)
        }
    }

    /// The unit that does the work.
    public var unit: DeviceUnit { units[activeUnit] }

    /// The redundant unit of a pair.
    public var peer: DeviceUnit? { units.count == 2 ? units[1 - activeUnit] : nil }

    /// Whether it is up: not in a restart, and past its initialisation.
    public var isRunning: Bool { phase == .running }

    /// When something is due by itself; `nil` if never.
    public var nextDue: Timestamp? { work.first?.due }

    /// The highest severity that stands: acSysStateGWSeverity and the SystemSeverity var-bind.
    public var highestSeverity: DeviceSeverity { standing.map(\.severity).max() ?? .cleared }

    /// Whether the active table has overflowed since the last start.
    public var hasOverflowed: Bool { standing.contains { $0.key.trap == DeviceAlarm.trap(OwnTrap.tableOverflow) } }

    /// The next `count` traps get lost on their way, and keep-alives pass; the device does not know it.
    public mutating func loseNext(_ count: Int) { toLose = count }

    // MARK: - What happens to it

    /// Something is wrong: sends the raise, and enters it into the tables. An alarm that stands with the same severity
    /// is not raised twice. A device that is down raises it once it is up.
    @discardableResult
    public mutating func raise(_ alarm: DeviceAlarm, at time: Timestamp) -> [SentNotification] {
        conditions.removeAll { $0.key == alarm.key }
        conditions.append(alarm)
        return phase == .down ? [] : enter(alarm, at: time)
    }

    /// It is right again: sends the clear, if it stood.
    @discardableResult
    public mutating func clear(_ key: DeviceAlarm.Key, at time: Timestamp) -> [SentNotification] {
        conditions.removeAll { $0.key == key }
        return phase == .down ? [] : leave(key, at: time)
    }

    /// A log trap: told once, in no table.
    @discardableResult
    public mutating func event(_ event: DeviceAlarm, at time: Timestamp) -> [SentNotification] {
        guard phase != .down else { return [] }
        let number = units[activeUnit].numbers.nextEvent(options)
        return send(event, event.severity, number: number, at: time)
    }

    /// A trap of a standard MIB, without the vendor's var-binds and in no table.
    @discardableResult
    public mutating func send(
        _ trap: OID, variables: [VariableBinding] = [], at time: Timestamp
    ) -> [SentNotification] {
        guard phase != .down else { return [] }
        return send(trap, variables, channel: .traps, at: time)
    }

    /// Power off and on: what stood is forgotten, and what is still wrong is raised again while it comes up.
    public mutating func restart(at time: Timestamp) {
        powerOff()
        schedule(.coldStart, at: time + options.downTime)
    }

    /// Power off, for good: ``restart(at:)`` brings it back.
    public mutating func powerOff() {
        phase = .down
        standing = []
        work = []
    }

    /// Does what is due up to `time`, each at its own time, and gives what was sent.
    public mutating func advance(to time: Timestamp) -> [SentNotification] {
        var sent: [SentNotification] = []
        while let next = work.first, next.due <= time {
            work.removeFirst()
            sent += perform(next.work, at: next.due)
        }
        return sent
    }

    // MARK: - Parts

    private mutating func perform(_ what: Work, at time: Timestamp) -> [SentNotification] {
        switch what {
        case .keepAlive:
            if let period = options.keepAlivePeriod { schedule(.keepAlive, at: time + period) }
            return sendKeepAlive(at: time)
        case .coldStart:
            let serialNumber = unit.serialNumber
            units[activeUnit] = DeviceUnit(serialNumber: serialNumber, bootedAt: time)
            phase = .initialising
            schedule(.conditions, at: time + options.initialisationTime / 2)
            schedule(.boardStarted, at: time + options.initialisationTime)
            if options.keepAlivePeriod != nil { schedule(.keepAlive, at: time + .seconds(1)) }
            return send(VendorOID.coldStart, [], channel: .traps, at: time)
        case .conditions:
            return conditions.flatMap { enter($0, at: time) }
        case .boardStarted:
            phase = .running
            let number = units[activeUnit].numbers.nextEvent(options)
            let started = DeviceAlarm(
                OwnTrap.boardStarted, source: "Board#1", severity: .cleared, text: "Initialization Ended",
                eventType: 4)
            return send(started, .cleared, number: number, at: time)
        case .switchOverEnd:
            return leave(DeviceAlarm.Key(trap: DeviceAlarm.trap(OwnTrap.haSwitchOver), source: Self.haSource), at: time)
        }
    }

    mutating func schedule(_ what: Work, at time: Timestamp) {
        let place = work.firstIndex { $0.due > time } ?? work.endIndex
        work.insert((time, what), at: place)
    }

    mutating func enter(_ alarm: DeviceAlarm, at time: Timestamp) -> [SentNotification] {
        var sent: [SentNotification] = []
        let before = standing.first { $0.key == alarm.key }
        if before?.severity == alarm.severity { return [] }
        if before != nil, options.severityChange == .clearsFirst, !hasOverflowed {
            sent += leave(alarm.key, at: time)
        }
        let wasInTable = unit.tables.row(of: alarm.key) != nil
        let isOverflow = alarm.key.trap == DeviceAlarm.trap(OwnTrap.tableOverflow)
        let isInTable = isOverflow || wasInTable || unit.tables.hasRoom(options)
        standing.removeAll { $0.key == alarm.key }
        standing.append(alarm)
        sent += tell(alarm, alarm.severity, isInTable: isInTable, at: time)
        if !isInTable, !hasOverflowed {
            let overflow = DeviceAlarm(
                OwnTrap.tableOverflow, source: "Board#1", severity: .major, text: "Active alarm table overflow",
                eventType: 3, probableCause: 43)
            sent += enter(overflow, at: time)
        }
        return sent
    }

    mutating func leave(_ key: DeviceAlarm.Key, at time: Timestamp) -> [SentNotification] {
        guard let index = standing.firstIndex(where: { $0.key == key }) else { return [] }
        let alarm = standing.remove(at: index)
        return tell(alarm, .cleared, isInTable: false, at: time)
    }

    /// Enters a raise or a clear into the tables and sends it.
    private mutating func tell(
        _ alarm: DeviceAlarm, _ severity: DeviceSeverity, isInTable: Bool, at time: Timestamp
    ) -> [SentNotification] {
        let number = units[activeUnit].numbers.nextAlarm(options)
        units[activeUnit].tables.note(
            alarm, severity, number: number, time: time, uptime: unit.uptime(at: time), isInTable: isInTable, options)
        return send(alarm, severity, number: number, at: time)
    }

    private mutating func send(
        _ alarm: DeviceAlarm, _ severity: DeviceSeverity, number: UInt32, at time: Timestamp
    ) -> [SentNotification] {
        let variables = trapVariables(of: alarm, severity, number: number, at: time)
        return send(alarm.key.trap, variables, channel: .traps, at: time)
    }

    mutating func send(
        _ trap: OID, _ variables: [VariableBinding], channel: SentNotification.Channel, at time: Timestamp
    ) -> [SentNotification] {
        requestID = requestID &+ 1 & 0x7fff_ffff
        let notification = SNMPNotification(
            version: options.version, trapOID: trap, agentAddress: options.version == .v1 ? agentAddress : nil,
            uptime: unit.uptime(at: time),
            variables: VariableBindings(variables))
        let community = Array(options.trapCommunity.utf8)[...]
        let message =
            (options.version == .v1 ? notification.v1Message(community: community) : nil)
            ?? CommunityMessage(
                version: .v2c, community: community,
                pdu: .standard(notification.v2PDU(kind: .trap, requestID: requestID)))
        if toLose > 0, channel == .traps {
            toLose -= 1
            return []
        }
        return isConnected ? [SentNotification(time: time, channel: channel, payload: message.encode())] : []
    }
}
