public import Basics
internal import GRDB

extension EventStore {
    /// The rows before number `id`, the newest first, at most `limit`.
    public func events(before id: Int64, limit: Int) throws(StoreError) -> [StoredEvent] {
        try reading { database in try EventRow.read(before: id, limit: limit, from: database) }
    }

    /// The number of the last row that is older than `time`; 0 where there is none. The log is in the order of its times
    /// but for some seconds, and has no index of them: it is halved until the place is found.
    public func lastEventID(before time: Timestamp) throws(StoreError) -> Int64 {
        try reading { database in
            guard let first = try EventRow.first(database), let last = try EventRow.last(database) else { return 0 }
            // All up to `low` are older, none from `high` on is.
            var (low, high) = (first - 1, last + 1)
            while low + 1 < high {
                let middle = low + (high - low) / 2
                let row = try Row.fetchOne(
                    database, sql: "SELECT id, time FROM events WHERE id >= ? AND id < ? ORDER BY id LIMIT 1",
                    arguments: [middle, high])
                guard let row, let id = row[0] as Int64?, let found = row[1] as Int64? else {
                    high = middle
                    continue
                }
                if found < time.nanoseconds { low = id } else { high = middle }
            }
            return max(0, low)
        }
    }
}
