internal import Basics

/// How many Reports one socket sends. They go to whoever is named as the sender of a datagram that proves nothing: with a
/// limit for each address, and one for all, nobody can have this server fill somebody else's line.
///
/// For one socket's thread alone.
struct ReportLimiter {
    /// To one address, a second. All devices behind a NAT share one, and each needs two or three Reports before its first
    /// inform after a restart of this server: 1,000 of them are served within the minute in which they try again. A
    /// Report has some 130 octets, so that it is 100 kbit/s at the most.
    static let perAddress = BudgetSettings.Allowance(rate: 100, burst: 200)
    /// To all addresses together: 20,000 devices within the same minute, and 2 Mbit/s.
    static let inAll = BudgetSettings.Allowance(rate: 2_000, burst: 4_000)

    private let policy = BudgetPolicy(BudgetSettings(allowance: ReportLimiter.perAddress))
    private let plan = BudgetPolicy.Plan(ReportLimiter.inAll)
    /// Takes memory only once a Report is asked for.
    private var budgets = SenderBudgets()
    private var fullAt: Int64 = 0

    /// Whether a Report may go to this address now; if so, it is taken from what may.
    /// - Parameter time: in nanoseconds of a clock that only goes forward.
    mutating func admits(_ address: IPAddress, at time: Int64) -> Bool {
        budgets.use(policy)
        // A table without room means more addresses than may be answered anyway.
        guard case .within = budgets.judge(SenderBudgets.Key(address), at: time) else { return false }
        let full = max(fullAt, time)
        guard full + plan.interval - time <= plan.depth else { return false }
        fullAt = full + plan.interval
        return true
    }
}
