/// What was received at our own engine within the time window, so that it is not taken twice.
///
/// All senders tell one clock, ours, so that no sender's clock must decide for the others: hashes lie by the second that
/// was told. A second that leaves the window needs no memory any more. Where there are too many hashes, the seconds told
/// earliest are given up, and what tells one of them cannot be told from a replay any more and is refused. A sender whose
/// clock is ahead fills the last seconds and not the others'.
struct InformReplays {
    /// 1,700 informs/s over the whole window of 300 s: some 10 MiB.
    static let defaultLimit = 524_288

    private let limit: Int
    private var seen: [Int32: Set<Int>] = [:]
    /// What tells this second or an earlier one is refused.
    private var floor: Int32 = -1

    private(set) var count = 0

    init(limit: Int = InformReplays.defaultLimit) {
        self.limit = max(1, limit)
    }

    /// Whether a message was received before, or may have been; if not, notes it.
    /// - Parameters:
    ///   - told: the second of our clock that the message tells, which is within the window of `now`.
    ///   - now: what our clock shows.
    mutating func isReplay(_ note: ReplayNote, now: Int32) -> Bool {
        let told = note.time
        guard told > floor, seen[told]?.contains(note.hash) != true else { return true }
        if seen[told] == nil { forget(before: Int64(now) - EngineClock.window) }
        guard told > floor else { return true }
        seen[told, default: []].insert(note.hash)
        count += 1
        while count > limit, let first = seen.keys.min() { giveUp(first) }
        return false
    }

    /// It was noted and then not kept: it may come again.
    mutating func forget(_ note: ReplayNote) {
        if seen[note.time]?.remove(note.hash) != nil { count -= 1 }
    }

    /// Once a second or so: what tells an earlier time is refused for that.
    private mutating func forget(before time: Int64) {
        for told in seen.keys where told < time { giveUp(told) }
        // Also by a thread that judged its time a moment ago.
        floor = max(floor, Int32(clamping: time - 1))
    }

    private mutating func giveUp(_ told: Int32) {
        count -= seen.removeValue(forKey: told)?.count ?? 0
        floor = max(floor, told)
    }
}
