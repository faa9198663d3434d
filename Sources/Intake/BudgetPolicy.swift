internal import Basics

/// The budgets of ``BudgetSettings``, made ready for measuring. Immutable; a reload makes another.
final class BudgetPolicy: Sendable {
    /// A token bucket told by time (the generic cell rate algorithm): each datagram takes `interval` of it.
    struct Plan: Sendable {
        /// Nanoseconds in which one token comes back; 0 for a sender that is not measured.
        var interval: Int64
        /// Nanoseconds in which an empty bucket fills.
        var depth: Int64

        init(_ allowance: BudgetSettings.Allowance?) {
            guard let allowance else {
                (interval, depth) = (0, 0)
                return
            }
            // Rounded in the sender's favour: at the highest rate that can be configured by a thousandth.
            interval = max(1, 1_000_000_000 / Int64(max(1, allowance.rate)))
            depth = interval * Int64(max(1, allowance.burst))
        }
    }

    let settings: BudgetSettings
    /// The first is the one for all; the others belong to `networks`.
    let plans: [Plan]
    /// The longest first, each with the index of its plan.
    private let networks: [(network: Network, plan: UInt16)]

    /// `nil` where no sender is measured.
    init?(_ settings: BudgetSettings) {
        let exceptions = settings.networks.prefix(Int(UInt16.max))
        guard settings.allowance != nil || exceptions.contains(where: { $0.allowance != nil }) else { return nil }
        self.settings = settings
        plans = [Plan(settings.allowance)] + exceptions.map { Plan($0.allowance) }
        networks = exceptions.enumerated()
            .map { ($1.network, UInt16($0 + 1)) }
            // Sorting is stable: of two that are equal the first one counts.
            .sorted { $0.0.prefixLength > $1.0.prefixLength }
    }

    func isRelay(_ sender: IPAddress) -> Bool {
        !settings.relays.isEmpty && settings.relays.contains { $0.contains(sender) }
    }

    /// The index of the sender's plan.
    func plan(for sender: IPAddress) -> UInt16 {
        for (network, plan) in networks where network.contains(sender) { return plan }
        return 0
    }
}
