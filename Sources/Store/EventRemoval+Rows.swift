internal import Basics
internal import GRDB

extension EventRemoval {
    /// Rows that a transaction removes at most, so that none becomes long; and for each row that it writes, two: the log
    /// becomes shorter under any load.
    private static let rowsAtOnce: Int64 = 2_048
    /// And at least, where the log is too large: fewer might not free a single page.
    private static let fewestRows: Int64 = 16

    /// - Parameters:
    ///   - settled: rows behind this event are needed to make up alarms and devices; `nil` where none are.
    ///   - written: rows that the transaction has written.
    func run(settled: Int64?, written: Int, in database: Database) throws -> EventLogState {
        var state = EventLogState()
        let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        let free = try Int64.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        state.size = (pages - free) * (try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
        guard let first = try EventRow.first(database), let newest = try EventRow.last(database) else { return state }
        let last = min(newest, first - 1 + max(Self.rowsAtOnce, 2 * Int64(written)))
        // The store's other tables are taken for rows too: rather too few go at once than too many.
        let rowSize = max(1, state.size / (newest - first + 1))
        /// The last row that goes before the log is down to `bound` octets; before the first where it is.
        func lastAbove(_ bound: Int) -> Int64 {
            let excess = state.size - Int64(bound)
            return excess > 0 ? min(last, first - 1 + max(Self.fewestRows, excess / rowSize + 1)) : first - 1
        }
        let overLimit = lastAbove(retention.limit)
        let overSize = max(lastAbove(retention.size), overLimit)
        let wanted = overSize == last ? last : max(overSize, try lastOutdated(first...last, database))
        guard wanted >= first else { return state }

        var through = wanted
        if let lowest = holds.lowest, lowest.event < wanted {
            through = max(lowest.event, lookAtLimit(overLimit, wanted, lowest, &state))
        }
        through = min(through, settled ?? through)
        guard through >= first else { return state }
        if let lowest = holds.lowest { state.unread = max(0, through - max(lowest.event, first - 1)) }
        if state.unread > 0 { state.lost = try lost(first...through, database) }
        state.isAtLimit = state.isAtLimit || state.unread > 0
        var removal = try BoundStatement(database, "DELETE FROM events WHERE id <= ?")
        removal.bind(through)
        try removal.run()
        state.removed = through - first + 1
        let isLarger = overSize >= first && through == wanted
        state.hasMore = isLarger || overLimit >= first || (through == last && last < newest)
        return state
    }

    /// What becomes of rows that somebody needs and whose time has come; gives the last one that goes all the same.
    private func lookAtLimit(
        _ overLimit: Int64, _ wanted: Int64, _ lowest: EventHolds.Hold, _ state: inout EventLogState
    ) -> Int64 {
        state.holder = lowest.sink
        guard retention.whenFull == .refuseNew else { return overLimit }
        // Nobody waits for a sink that is not there: it could be for ever.
        guard let delivering = holds.delivering, delivering.event < wanted else { return overLimit }
        state.holder = delivering.sink
        state.isFull = delivering.event < overLimit
        let margin = retention.limit / EventRetention.alarmMarginPart
        state.isAtLimit = state.isFull || state.size > Int64(retention.limit - margin)
        return min(overLimit, delivering.event)
    }

    /// How many of these rows each sink still had to deliver. A row whose list cannot be read counts for nobody.
    private func lost(_ rows: ClosedRange<Int64>, _ database: Database) throws -> [String: Int64] {
        let behind = holds.all.prefix { $0.event < rows.upperBound }
        var lost: [String: Int64] = [:]
        var coder = SinkListCoder()
        var lists = try BoundStatement(
            database, "SELECT id, sinks FROM events WHERE id BETWEEN ? AND ? ORDER BY id")
        defer { lists.reset() }
        lists.bind(rows.lowerBound)
        lists.bind(rows.upperBound)
        var reader = RowReader(lists, table: "events", columns: ["id", "sinks"])
        while try lists.step() {
            reader.nextRow()
            let id = try reader.integer()
            let names = (try? reader.text()).flatMap { coder.sinks(in: $0) } ?? []
            for hold in behind where hold.event < id {
                guard id <= hold.born || names.contains(where: { $0 == hold.sink || $0 == hold.former })
                else { continue }
                lost[hold.sink, default: 0] += 1
            }
        }
        return lost
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
