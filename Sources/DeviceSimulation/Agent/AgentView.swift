internal import Basics
internal import SNMPWire

/// What a device's agent shows at a moment: every instance's value, and which instance follows which.
struct AgentView {
    let device: SimulatedDevice
    let time: Timestamp

    /// What a GET of an instance finds.
    enum Found {
        case value(Value)
        case noSuchObject
        case noSuchInstance
    }

    func get(_ name: OID) -> Found {
        guard let (object, index) = AgentObject.find(name), isServed(object) else { return .noSuchObject }
        switch object {
        case .scalar(let scalar):
            return index == [0] ? .value(value(of: scalar)) : .noSuchInstance
        case .column(let table, let column):
            guard let row = row(of: index, in: table), let value = value(of: column, row, in: table) else {
                return .noSuchInstance
            }
            return .value(value)
        }
    }

    /// The first instance after `name`, in the order of OIDs; `nil` at the end of the view.
    func next(after name: OID) -> VariableBinding? {
        let place = AgentObject.firstPlace(after: name)
        // The object that `name` itself lies in, or its own, may have further instances.
        for place in max(0, place - 1)..<AgentObject.all.count {
            let (oid, object) = AgentObject.all[place]
            guard isServed(object) else { continue }
            let index = name < oid ? [] : name.arcs(after: oid)
            guard let index, let found = next(in: object, oid, after: index) else { continue }
            return found
        }
        return nil
    }

    private func isServed(_ object: AgentObject) -> Bool {
        switch object {
        case .scalar(.alarmActiveLastChanged), .scalar(.alarmActiveOverflow): device.options.servesStandardTables
        case .scalar: true
        case .column(.active, _), .column(.history, _): device.options.servesAlarmTables
        case .column(.standardActive, _), .column(.standardVariables, _), .column(.standardStats, _):
            device.options.servesStandardTables
        }
    }

    private func next(in object: AgentObject, _ oid: OID, after index: [UInt32]) -> VariableBinding? {
        switch object {
        case .scalar(let scalar):
            // `.0` comes after the object itself, and nothing after `.0`.
            return index.isEmpty ? VariableBinding(name: oid.appending(0), value: value(of: scalar)) : nil
        case .column(let table, let column):
            for row in firstRow(after: index, in: table)..<rowCount(of: table) {
                guard let value = value(of: column, row, in: table) else { continue }
                return VariableBinding(name: oid.appending(arcs: self.index(of: row, in: table)), value: value)
            }
            return nil
        }
    }

    // MARK: - Scalars

    private func value(of scalar: AgentScalar) -> Value {
        let unit = device.unit
        return switch scalar {
        case .sysDescr: .text("Product: Simulated SBC; SW Version: \(device.softwareVersion)")
        case .sysObjectID: .objectIdentifier(VendorOID.products.appending(device.product))
        case .sysUpTime: .timeTicks(unit.uptime(at: time))
        case .sysContact: .text("trapline-simulator")
        case .sysName, .acSysIdName: .text(device.name)
        case .sysLocation: .text("simulated")
        case .sysServices: .integer(78)
        case .acSysSNMPKeepAliveTrapPort: .gauge32(UInt32(device.options.keepAlivePort))
        case .acSysSNMPEmsColdStrartIndication: .gauge32(unit.coldStartIndication)
        case .acSysSTUNBindingLifeTime: .gauge32(bindingSeconds)
        case .acSysTypeProduct: .integer(Int32(clamping: device.product))
        case .acSysVersionSoftware: .text(device.softwareVersion)
        case .acSysIdSerialNumber: .gauge32(unit.serialNumber)
        case .acSysIdSlotNumber: .gauge32(UInt32(device.activeUnit + 1))
        case .acSysStateGWSeverity: .integer(device.highestSeverity.rawValue)
        // None.
        case .acSysNATType: .integer(0)
        case .alarmActiveLastChanged: .timeTicks(max(tables.lastRaise, tables.lastClear))
        case .alarmActiveOverflow: .counter32(tables.overflows)
        }
    }

    /// The keep-alive's period is 9/10 of it.
    private var bindingSeconds: UInt32 {
        UInt32(clamping: (device.options.keepAlivePeriod?.components.seconds ?? 0) * 10 / 9)
    }

    // MARK: - Tables

    private var tables: AlarmTables { device.unit.tables }

    private func rowCount(of table: AgentTable) -> Int {
        switch table {
        case .active, .standardActive: tables.active.count
        case .history: tables.history.count
        case .standardVariables: tables.active.count * StandardAlarm.variableCount
        case .standardStats: 1
        }
    }

    private func index(of row: Int, in table: AgentTable) -> [UInt32] {
        switch table {
        case .active: [tables.active[row].index]
        case .history: [tables.history[row].index]
        case .standardActive: StandardAlarm.index(of: tables.active[row])
        case .standardVariables:
            StandardAlarm.variableIndex(
                of: tables.active[row / StandardAlarm.variableCount], row % StandardAlarm.variableCount)
        // The empty name of the one list.
        case .standardStats: [0]
        }
    }

    private func value(of column: UInt32, _ row: Int, in table: AgentTable) -> Value? {
        switch table {
        case .active: tables.active[row].value(of: column)
        case .history: tables.history[row].value(of: column)
        case .standardActive: StandardAlarm.value(of: column, tables.active[row], row: row)
        case .standardVariables:
            StandardAlarm.variableValue(
                of: column, tables.active[row / StandardAlarm.variableCount], row % StandardAlarm.variableCount)
        case .standardStats: StandardAlarm.statistic(column, tables)
        }
    }

    private func row(of index: [UInt32], in table: AgentTable) -> Int? {
        let place = firstRow(after: index, in: table) - 1
        return place >= 0 && self.index(of: place, in: table) == index ? place : nil
    }

    /// Rows stand in the order of their indices.
    private func firstRow(after index: [UInt32], in table: AgentTable) -> Int {
        var (low, high) = (0, rowCount(of: table))
        while low < high {
            let middle = (low + high) / 2
            if index.lexicographicallyPrecedes(self.index(of: middle, in: table)) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }
}

extension AlarmRow {
    /// Columns 1 to 13 of either table of AC-ALARM-MIB.
    func value(of column: UInt32) -> Value? {
        switch column {
        case 1: .gauge32(index)
        case 2: .timeTicks(uptime)
        case 3: .objectIdentifier(alarm.key.trap)
        case 4: .octetString(DateAndTimeOctets.octets(time)[...])
        case 5: .gauge32((VendorOID.number(of: alarm.key.trap) ?? 1) - 1)
        case 6: .text(alarm.text)
        case 7: .text(alarm.key.source)
        case 8: .integer(severity.rawValue)
        case 9: .integer(alarm.eventType)
        case 10: .integer(alarm.probableCause)
        case 11...13: .text(alarm.info(Int(column) - 11))
        default: nil
        }
    }
}
