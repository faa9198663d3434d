internal import Basics
internal import Synchronization

/// How many Reports one socket sends to each address. They go to whoever is named as the sender of a datagram that proves
/// nothing: with a limit for each address, and one for all, nobody can have this server fill somebody else's line.
///
/// For one socket's thread alone: the sockets of an endpoint share senders out by address.
struct ReportLimiter {
    /// To one address, a second. All devices behind a NAT share one, and each needs two or three Reports before its first
    /// inform after a restart of this server: 1,000 of them are served within the minute in which they try again. A
    /// Report has some 130 octets, so that it is 100 kbit/s at the most.
    static let perAddress = BudgetSettings.Allowance(rate: 100, burst: 200)

    private let policy = BudgetPolicy(BudgetSettings(allowance: ReportLimiter.perAddress))
    /// Takes memory only once a Report is asked for.
    private var budgets = SenderBudgets()

    /// Whether a Report may go to this address now; if so, it is taken from what may.
    /// - Parameter time: in nanoseconds of a clock that only goes forward.
    mutating func admits(_ address: IPAddress, at time: Int64, within all: ReportAllowance) -> Bool {
        // Asked first: once no Report may be sent at all, made-up addresses take no room in the table either.
        guard all.hasRoom(at: time) else { return false }
        budgets.use(policy)
        // A table without room means more addresses than may be answered anyway.
        guard case .within = budgets.judge(SenderBudgets.Key(address), at: time) else { return false }
        return all.take(at: time)
    }
}

/// How many Reports all sockets send together.
final class ReportAllowance: Sendable {
    /// 20,000 devices within the minute in which they try again, and 2 Mbit/s.
    static let inAll = BudgetSettings.Allowance(rate: 2_000, burst: 4_000)

    private let plan = BudgetPolicy.Plan(ReportAllowance.inAll)
    private let fullAt = Mutex<Int64>(0)

    func hasRoom(at time: Int64) -> Bool {
        fullAt.withLock { max($0, time) + plan.interval - time <= plan.depth }
    }

    func take(at time: Int64) -> Bool {
        fullAt.withLock { fullAt in
            let full = max(fullAt, time)
            guard full + plan.interval - time <= plan.depth else { return false }
            fullAt = full + plan.interval
            return true
        }
    }
}
