public import SNMPWire

/// Where devices of a kind hold their alarms, and by which of their notifications and objects one knows what to make of
/// them: data, so that another vendor's is one more value.
public struct SyncProfile: Sendable, Hashable {
    /// What a table's column says, as a variable of the notification that it recalls.
    public struct Column: Sendable, Hashable {
        /// Under the table's entry.
        public var number: UInt32
        /// The variable's name in the notification.
        public var variable: OID

        public init(_ number: UInt32, _ variable: OID) {
            self.number = number
            self.variable = variable
        }
    }

    /// A table with a row for each notification.
    public struct Table: Sendable, Hashable {
        public var entry: OID
        /// The column with the notification's OID.
        public var notification: UInt32
        public var columns: [Column]
        /// The column with the device's sysUpTime then; `nil` where there is none.
        public var uptime: UInt32?

        public init(entry: OID, notification: UInt32, columns: [Column], uptime: UInt32? = nil) {
            self.entry = entry
            self.notification = notification
            self.columns = columns
            self.uptime = uptime
        }
    }

    /// Where the notifications of the active table keep their variables, as RFC 3877 does: a row for each variable.
    public struct VariableTable: Sendable, Hashable {
        public var entry: OID
        /// The column with the variable's name.
        public var name: UInt32
        /// The columns with its value: the first that is there and whose type is the one that `type` names.
        public var type: UInt32
        public var values: [Int32: UInt32]
    }

    /// How the device itself says that nothing stands, without which an empty table may be a view without the table.
    public enum EmptyProof: Sendable, Hashable {
        /// An object that is 0 then.
        case zero(OID)
        /// A column of which every row is 0 then, and of which there is at least one row.
        case zeroColumn(OID)
    }

    /// What it goes by in the configuration.
    public var name: String
    public var active: Table
    public var variables: VariableTable?
    /// Raises and clears in their order, the oldest first; `nil` where the device keeps none.
    public var history: Table?
    /// The variables of a notification that tell it from another: of what, when, and how severe.
    public var source: OID?
    public var time: OID?
    public var severity: OID?
    /// The variable with the running number.
    public var number: OID?
    /// The subtree of the notifications that the active table speaks of: no other alarm ends because it is not in
    /// there.
    public var covers: [OID]
    /// Among these, subtrees of which the table may know nothing: only what it has shown once is known to be of its.
    public var mayLack: [OID]
    /// Standing, the device holds more alarms than its table shows.
    public var overflowAlarm: OID?
    /// An object that is above what it was before the walk, or above 0 at all, where the table could not hold
    /// everything.
    public var overflowObject: OID?
    public var emptyProof: EmptyProof?
    /// An object that changes with the active table, so that a poll need not read it.
    public var changeMark: OID?
    /// The device begins to boot, and has done so.
    public var bootBegun: [OID]
    public var bootDone: [OID]
    /// The other unit has taken over, with numbers of its own.
    public var switchOver: [OID]
    /// An object that somebody has set, and that is 0 again after a restart.
    public var restartMark: OID?
    /// Objects for the inventory beside those that every agent has.
    public var product: OID?
    public var version: OID?
    public var serial: OID?
    public var deviceName: OID?

    /// The profiles that are known by name.
    public static let all: [SyncProfile] = [.audiocodes, .rfc3877]

    public static func named(_ name: String) -> SyncProfile? { all.first { $0.name == name } }
}

extension SyncProfile {
    /// AC-ALARM-MIB and AC-SYSTEM-MIB.
    public static let audiocodes: SyncProfile = {
        let audioCodes = OID.enterprises.appending(5003)
        let trap = audioCodes.appending(9, 10, 1, 21)
        let globals = trap.appending(1)
        let definitions = trap.appending(2)
        let system = audioCodes.appending(9, 10, 10)
        // The two tables have the same columns; acBoardTrapGlobals numbers them otherwise.
        let columns = [(4, 11), (6, 2), (7, 3), (8, 4), (9, 6), (10, 7), (11, 8), (12, 9), (13, 10)].map {
            Column($0, globals.appending($1, 0))
        }
        return SyncProfile(
            name: "audiocodes",
            active: Table(entry: audioCodes.appending(11, 1, 1, 1, 1), notification: 3, columns: columns, uptime: 2),
            variables: nil,
            history: Table(entry: audioCodes.appending(11, 1, 2, 1, 1), notification: 3, columns: columns, uptime: 2),
            source: globals.appending(3), time: globals.appending(11), severity: globals.appending(4),
            number: globals.appending(5), covers: [definitions], mayLack: [],
            overflowAlarm: definitions.appending(0, 12),
            overflowObject: nil, emptyProof: .zero(system.appending(2, 5, 4, 0)), changeMark: nil,
            bootBegun: [OID.snmpTraps.appending(1)], bootDone: [definitions.appending(0, 4)],
            switchOver: [definitions.appending(0, 35)], restartMark: system.appending(1, 3, 9, 2, 0),
            product: system.appending(2, 1, 1, 0), version: system.appending(2, 2, 1, 0),
            serial: system.appending(2, 3, 2, 0), deviceName: system.appending(2, 3, 1, 0))
    }()

    /// The active alarms of ALARM-MIB (RFC 3877 §5), of any vendor. It has no running numbers and no history of raises.
    public static let rfc3877: SyncProfile = {
        let alarmActive = OID.mib2.appending(118, 1, 2)
        return SyncProfile(
            name: "rfc3877",
            active: Table(entry: alarmActive.appending(2, 1), notification: 9, columns: []),
            variables: VariableTable(
                entry: alarmActive.appending(3, 1), name: 2, type: 3,
                values: [1: 4, 2: 5, 3: 6, 4: 7, 5: 9, 6: 8, 7: 10, 8: 11, 9: 12]),
            history: nil, source: nil, time: nil, severity: nil, number: nil, covers: [OID.internet],
            // Which of the standard modules' alarms are modelled, each agent has its own mind of.
            mayLack: [OID.mib2, OID.internet.appending(6, 3)],
            overflowAlarm: nil, overflowObject: alarmActive.appending(5, 0),
            emptyProof: .zeroColumn(alarmActive.appending(4, 1, 1)), changeMark: alarmActive.appending(1, 0),
            bootBegun: [OID.snmpTraps.appending(1), OID.snmpTraps.appending(2)], bootDone: [], switchOver: [],
            restartMark: nil, product: nil, version: nil, serial: nil, deviceName: nil)
    }()
}
