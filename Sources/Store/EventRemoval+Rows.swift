internal import Basics
internal import GRDB

extension EventRemoval {
    /// Rows that a transaction removes at least, where so many are to go; and for each row that it writes, two: the log
    /// becomes shorter under any load.
    private static let rowsAtOnce: Int64 = 2_048

    /// - Parameters:
    ///   - settled: rows behind this event are needed to make up alarms and devices; `nil` where none are.
    ///   - written: rows that the transaction has written.
    func run(settled: Int64?, written: Int, in database: Database) throws -> EventLogState {
        var state = EventLogState()
        let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        let free = try Int64.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        state.size = (pages - free) * (try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
        guard let first = try EventRow.first(database) else { return state }
        let last = first + max(Self.rowsAtOnce, 2 * Int64(written)) - 1
        let isTooLarge = state.size > retention.size
        let wanted = isTooLarge ? last : try lastOutdated(first...last, database)
        guard wanted >= first else { return state }

        var through = min(wanted, settled ?? wanted)
        if let cursor, cursor.event < wanted {
            let isAtLimit = state.size > retention.limit
            state.isHeld = true
            if isAtLimit { state.holder = cursor.sink }
            if isAtLimit, retention.whenFull == .dropOldest {
                state.unread = max(0, through - max(cursor.event, first - 1))
            } else {
                through = min(through, cursor.event)
                state.isFull = isAtLimit
            }
        }
        guard through >= first else { return state }
        var removal = try BoundStatement(database, "DELETE FROM events WHERE id <= ?")
        removal.bind(through)
        try removal.run()
        state.removed = through - first + 1
        state.hasMore = through == last
        return state
    }

    /// The last of the rows that are older than they may be; they go in the order of their numbers, so that one that is
    /// not keeps those behind it. Before the first where there is none.
    private func lastOutdated(_ rows: ClosedRange<Int64>, _ database: Database) throws -> Int64 {
        let (seconds, attoseconds) = retention.age.components
        let age = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !age.overflow else { return rows.lowerBound - 1 }
        let oldest = now.nanoseconds.subtractingReportingOverflow(age.partialValue + attoseconds / 1_000_000_000)
        guard !oldest.overflow else { return rows.lowerBound - 1 }
        var kept = try BoundStatement(
            database, "SELECT id FROM events WHERE id BETWEEN ? AND ? AND time >= ? ORDER BY id LIMIT 1")
        defer { kept.reset() }
        kept.bind(rows.lowerBound)
        kept.bind(rows.upperBound)
        kept.bind(oldest.partialValue)
        return try kept.step() ? kept.integer(0) - 1 : rows.upperBound
    }
}
