/// When each trap of a load is due, so many a second from the start on.
struct Pacer {
    /// Traps a second; `nil` for as fast as can be.
    let rate: Int?
    /// Traps in all.
    let total: Int

    /// The pause before a look whether more is due, in nanoseconds: at high rates traps go in small bursts, as the
    /// traps of a fleet arrive.
    static let grain: UInt64 = 500_000

    init(rate: Int?, total: Int) {
        self.rate = rate
        self.total = total
    }

    /// How many are due after `elapsed` nanoseconds.
    func due(after elapsed: UInt64) -> Int {
        guard let rate else { return total }
        let (seconds, rest) = elapsed.quotientAndRemainder(dividingBy: 1_000_000_000)
        // The first is due at once.
        let due = seconds.multipliedReportingOverflow(by: UInt64(rate))
        guard !due.overflow else { return total }
        let count = due.partialValue + rest * UInt64(rate) / 1_000_000_000 + 1
        return count >= UInt64(total) ? total : Int(count)
    }

    /// After how many nanoseconds from the start to look again, `sent` having been sent by now.
    func wakeUp(sent: Int, elapsed: UInt64) -> UInt64 {
        guard let rate else { return elapsed }
        let next = UInt64(Double(sent) / Double(rate) * 1e9)
        return max(next, elapsed + Self.grain)
    }
}
