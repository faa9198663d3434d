internal import Alarms
internal import Basics
internal import GRDB
internal import SNMPWire

/// The rows of what is remembered of alarms.
enum AlarmMemoryRow {
    private static let columns = [
        "number", "device", "oid", "source", "alarm", "received", "uptime", "running_number", "order_until", "changes",
        "changes_until", "flapping_until", "interval_end", "interval_events", "is_suppressed", "withheld",
        "told_severity",
    ]

    private static let insertion = """
        INSERT OR REPLACE INTO alarm_memories (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """

    private static let removal = "DELETE FROM alarm_memories WHERE number = ?"

    /// Each clear leaves a memory, so that they come one behind the other and not each on a page of its own.
    static let migration = """
        ALTER TABLE alarm_memories RENAME TO former_memories;
        CREATE TABLE alarm_memories (
            number INTEGER PRIMARY KEY,
            device TEXT NOT NULL,
            oid BLOB NOT NULL,
            source TEXT NOT NULL,
            alarm TEXT NOT NULL,
            received INTEGER,
            uptime INTEGER,
            running_number INTEGER,
            order_until INTEGER,
            changes TEXT NOT NULL,
            changes_until INTEGER,
            flapping_until INTEGER,
            interval_end INTEGER,
            interval_events INTEGER NOT NULL,
            is_suppressed INTEGER NOT NULL,
            withheld INTEGER NOT NULL,
            told_severity INTEGER
        );
        INSERT INTO alarm_memories (\(columns.dropFirst().joined(separator: ", ")))
        SELECT \(columns.dropFirst().joined(separator: ", ")) FROM former_memories;
        DROP TABLE former_memories;
        """

    private static let all = "SELECT \(columns.joined(separator: ", ")) FROM alarm_memories"

    static func insert(_ memories: [AlarmMemory], into database: Database) throws {
        guard !memories.isEmpty else { return }
        var statement = try BoundStatement(database, insertion)
        for memory in memories {
            statement.bind(memory.number)
            AlarmRow.bind(memory.key, to: &statement)
            statement.bind(memory.alarm)
            statement.bind(memory.order?.received.nanoseconds)
            statement.bind(memory.order?.uptime.map { Int64($0) })
            statement.bind(memory.order?.runningNumber.map { Int64($0) })
            statement.bind(memory.orderUntil?.nanoseconds)
            statement.bind(memory.changes.map { String($0.nanoseconds) }.joined(separator: " "))
            statement.bind(memory.changesUntil?.nanoseconds)
            statement.bind(memory.flappingUntil?.nanoseconds)
            statement.bind(memory.intervalEnd?.nanoseconds)
            statement.bind(Int64(memory.intervalEvents))
            statement.bind(memory.isSuppressed ? 1 : 0)
            statement.bind(Int64(memory.withheld))
            statement.bind(memory.toldSeverity.map { Int64($0.rawValue) })
            try statement.run()
        }
    }

    static func remove(_ numbers: [Int64], from database: Database) throws {
        guard !numbers.isEmpty else { return }
        var statement = try BoundStatement(database, removal)
        for number in numbers {
            statement.bind(number)
            try statement.run()
        }
    }

    static func readAll(_ database: Database) throws -> [AlarmMemory] {
        var rows = try BoundStatement(database, all)
        defer { rows.reset() }
        var reader = RowReader(rows, table: "alarm_memories", columns: columns)
        var memories: [AlarmMemory] = []
        while try rows.step() {
            reader.nextRow()
            memories.append(try read(&reader))
        }
        return memories
    }

    private static func read(_ reader: inout RowReader) throws(StoreError) -> AlarmMemory {
        let number = try reader.integer()
        let key = AlarmKey(device: try reader.text(), oid: try reader.oid(), source: try reader.text())
        let alarm = try reader.text()
        let received = try reader.optionalTimestamp()
        let (uptime, runningNumber) = (try reader.uptime(), try reader.runningNumber())
        return AlarmMemory(
            number: number, key: key, alarm: alarm,
            order: received.map { DeviceOrder(received: $0, uptime: uptime, runningNumber: runningNumber) },
            orderUntil: try reader.optionalTimestamp(), changes: try reader.timestamps(),
            changesUntil: try reader.optionalTimestamp(), flappingUntil: try reader.optionalTimestamp(),
            intervalEnd: try reader.optionalTimestamp(), intervalEvents: try reader.count(),
            isSuppressed: try reader.integer() != 0, withheld: try reader.count(),
            toldSeverity: try reader.optionalSeverity())
    }
}
