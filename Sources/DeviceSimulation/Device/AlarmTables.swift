internal import Basics

/// A row of the active or the history table: what the trap said, and when.
struct AlarmRow: Sendable, Hashable {
    /// acActiveAlarmSequenceNumber.
    var index: UInt32
    var alarm: DeviceAlarm
    /// `cleared` for a clear in the history, whatever `alarm` says.
    var severity: DeviceSeverity
    var time: Timestamp
    /// sysUpTime then, in hundredths of a second.
    var uptime: UInt32
}

/// A device's active table and its history, each in the order of its index, and within its limit.
struct AlarmTables: Sendable, Hashable {
    private(set) var active: [AlarmRow] = []
    private(set) var history: [AlarmRow] = []
    /// Alarms that found no room in the active table.
    private(set) var overflows: UInt32 = 0
    /// sysUpTime at the last raise and the last clear, in hundredths of a second.
    private(set) var lastRaise: UInt32 = 0
    private(set) var lastClear: UInt32 = 0
    /// Alarms entered into the active table since the start.
    private(set) var activeCount: UInt32 = 0
    private var historyCount: UInt32 = 0

    /// Whether the active table has room for an alarm that is not in it. One row is kept for the overflow's own alarm.
    func hasRoom(_ options: DeviceOptions) -> Bool { active.count < options.activeLimit - 1 }

    func row(of key: DeviceAlarm.Key) -> AlarmRow? { active.first { $0.alarm.key == key } }

    /// A trap was sent with this running number: history and active table take it up.
    /// - Parameter isInTable: false for an alarm that found no room in the active table.
    mutating func note(
        _ alarm: DeviceAlarm, _ severity: DeviceSeverity, number: UInt32, time: Timestamp, uptime: UInt32,
        isInTable: Bool, _ options: DeviceOptions
    ) {
        historyCount += 1
        var row = AlarmRow(
            index: options.indexing == .row ? historyCount : number, alarm: alarm, severity: severity, time: time,
            uptime: uptime)
        history.append(row)
        // The oldest give way, as in NOTIFICATION-LOG-MIB.
        if history.count > options.historyLimit { history.removeFirst(history.count - options.historyLimit) }
        active.removeAll { $0.alarm.key == alarm.key }
        guard severity != .cleared else {
            lastClear = uptime
            return
        }
        lastRaise = uptime
        guard isInTable else {
            overflows += 1
            return
        }
        activeCount += 1
        if options.indexing == .row { row.index = activeCount }
        active.append(row)
    }

    /// An alarm that stood on the other unit of a pair, entered with a number of this one and no history.
    mutating func takeOver(_ row: AlarmRow, number: UInt32, _ options: DeviceOptions) {
        activeCount += 1
        var row = row
        row.index = options.indexing == .row ? activeCount : number
        active.append(row)
    }
}
