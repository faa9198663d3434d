internal import SNMPWire

/// An object that a simulated device's agent has: a scalar, or a column of a table.
enum AgentObject: Sendable, Hashable {
    case scalar(AgentScalar)
    case column(AgentTable, UInt32)

    /// All of them, in the order of their OIDs: that of a walk.
    static let all: [(oid: OID, object: AgentObject)] = {
        var objects: [(oid: OID, object: AgentObject)] = AgentScalar.allCases.map { ($0.oid, .scalar($0)) }
        for table in AgentTable.allCases {
            objects += table.columns.map { (table.entry.appending($0), .column(table, $0)) }
        }
        return objects.sorted { $0.oid < $1.oid }
    }()

    /// The object of an instance's OID, and the arcs of its index; `nil` where the agent has no such object.
    static func find(_ name: OID) -> (object: AgentObject, index: [UInt32])? {
        let place = firstPlace(after: name)
        guard place > 0 else { return nil }
        let candidate = all[place - 1]
        return name.arcs(after: candidate.oid).map { (candidate.object, $0) }
    }

    /// The place in `all` of the first object whose OID comes after `name`.
    static func firstPlace(after name: OID) -> Int {
        var (low, high) = (0, all.count)
        while low < high {
            let middle = (low + high) / 2
            if name < all[middle].oid { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// The scalars of MIB-II's system group and of AC-SYSTEM-MIB that a manager asks for.
enum AgentScalar: CaseIterable, Sendable, Hashable {
    case sysDescr, sysObjectID, sysUpTime, sysContact, sysName, sysLocation, sysServices
    case acSysSNMPKeepAliveTrapPort, acSysSNMPEmsColdStrartIndication, acSysSTUNBindingLifeTime
    case acSysTypeProduct, acSysVersionSoftware, acSysIdName, acSysIdSerialNumber, acSysIdSlotNumber
    case acSysStateGWSeverity, acSysNATType
    /// Of RFC 3877: when the active alarms changed last, and how often the table could not take one.
    case alarmActiveLastChanged, alarmActiveOverflow

    /// Without the `.0` of its instance.
    var oid: OID {
        let system = VendorOID.system
        return switch self {
        case .sysDescr: OID.mib2.appending(1, 1)
        case .sysObjectID: OID.mib2.appending(1, 2)
        case .sysUpTime: OID.mib2.appending(1, 3)
        case .sysContact: OID.mib2.appending(1, 4)
        case .sysName: OID.mib2.appending(1, 5)
        case .sysLocation: OID.mib2.appending(1, 6)
        case .sysServices: OID.mib2.appending(1, 7)
        case .acSysSNMPKeepAliveTrapPort: system.appending(1, 3, 9, 1)
        case .acSysSNMPEmsColdStrartIndication: system.appending(1, 3, 9, 2)
        case .acSysSTUNBindingLifeTime: system.appending(1, 3, 6, 21, 4)
        case .acSysTypeProduct: system.appending(2, 1, 1)
        case .acSysVersionSoftware: system.appending(2, 2, 1)
        case .acSysIdName: system.appending(2, 3, 1)
        case .acSysIdSerialNumber: system.appending(2, 3, 2)
        case .acSysIdSlotNumber: system.appending(2, 3, 3)
        case .acSysStateGWSeverity: system.appending(2, 5, 4)
        case .acSysNATType: system.appending(2, 6, 2, 1)
        case .alarmActiveLastChanged: VendorOID.alarmActive.appending(1)
        case .alarmActiveOverflow: VendorOID.alarmActive.appending(5)
        }
    }
}

/// The tables of alarms.
enum AgentTable: CaseIterable, Sendable, Hashable {
    /// acActiveAlarmTable and acAlarmHistoryTable, indexed by the sequence number.
    case active, history
    /// alarmActiveTable of RFC 3877, indexed by list name, time and number, its variables, and how many it holds of each
    /// list: there is one.
    case standardActive, standardVariables, standardStats

    var entry: OID {
        switch self {
        case .active: VendorOID.activeAlarms
        case .history: VendorOID.alarmHistory
        case .standardActive: VendorOID.standardActive
        case .standardVariables: VendorOID.standardVariables
        case .standardStats: VendorOID.standardStats
        }
    }

    /// The readable ones. The vendor lets its index be read; RFC 3877 does not.
    var columns: ClosedRange<UInt32> {
        switch self {
        case .active, .history: 1...13
        case .standardActive: 4...14
        case .standardVariables: 2...12
        case .standardStats: 1...4
        }
    }
}
