internal import Basics
internal import SNMPWire

/// A standing alarm as the tables of RFC 3877 show it: alarmActiveTable, and its notification's variables in
/// alarmActiveVariableTable.
enum StandardAlarm {
    /// How many variables of the notification are kept: the name, text, source, severity, number, type and cause.
    static let variableCount = 7

    /// alarmActiveVariableValueType.
    private enum ValueType: Int32 {
        case integer32 = 4
        case octetString = 6
    }

    /// alarmListName (the default list's is empty), alarmActiveDateAndTime and alarmActiveIndex: lengths stand before
    /// strings of variable size (RFC 2578 §7.7).
    static func index(of row: AlarmRow) -> [UInt32] {
        let time = DateAndTimeOctets.octets(row.time).map(UInt32.init)
        return [0, UInt32(time.count)] + time + [row.index]
    }

    /// alarmListName, alarmActiveIndex and alarmActiveVariableIndex, which counts from 1.
    static func variableIndex(of row: AlarmRow, _ variable: Int) -> [UInt32] {
        [0, row.index, UInt32(variable + 1)]
    }

    static func value(of column: UInt32, _ row: AlarmRow, row number: Int) -> Value? {
        switch column {
        // The agent itself, by no address.
        case 4, 6, 7: .octetString([])
        case 5: .integer(0)
        case 8: .gauge32(UInt32(variableCount))
        case 9: .objectIdentifier(row.alarm.key.trap)
        case 10: .objectIdentifier(.zeroDotZero)
        case 11: .text(row.alarm.text)
        case 12...14: .objectIdentifier(.zeroDotZero)
        default: nil
        }
    }

    /// alarmActiveStatsActiveCurrent, Actives, LastRaise and LastClear.
    static func statistic(_ column: UInt32, _ tables: AlarmTables) -> Value? {
        switch column {
        case 1: .gauge32(UInt32(tables.active.count))
        case 2: .gauge32(tables.activeCount)
        case 3: .timeTicks(tables.lastRaise)
        case 4: .timeTicks(tables.lastClear)
        default: nil
        }
    }

    static func variableValue(of column: UInt32, _ row: AlarmRow, _ variable: Int) -> Value? {
        let value = row.alarm.variables(row)[variable]
        let type: ValueType = if case .integer = value { .integer32 } else { .octetString }
        // Only the column of the value's own type has an instance.
        return switch (column, type) {
        case (2, _): .objectIdentifier(VendorOID.trapGlobals.appending(UInt32(variable + 1), 0))
        case (3, _): .integer(type.rawValue)
        case (7, .integer32), (8, .octetString): value
        default: nil
        }
    }
}

extension DeviceAlarm {
    fileprivate func variables(_ row: AlarmRow) -> [Value] {
        [
            .integer(VendorOID.number(of: key.trap).map { Int32(clamping: $0) - 1 } ?? 0), .text(text),
            .text(key.source), .integer(row.severity.rawValue), .integer(RunningNumbers.wrapped(row.index)),
            .integer(eventType), .integer(probableCause),
        ]
    }
}
