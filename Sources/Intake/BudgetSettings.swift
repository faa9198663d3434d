public import Basics

/// `access: budget:` in the configuration: how much each sender may send.
///
/// One device's storm shall neither fill the journal nor delay the others. What a sender sends over its budget is
/// refused and counted.
public struct BudgetSettings: Sendable, Hashable {
    /// What one sender address may send: a token bucket.
    public struct Allowance: Sendable, Hashable {
        /// Datagrams a second that it may go on sending for ever.
        public var rate: Int
        /// Datagrams that it may send at once after it has been quiet.
        public var burst: Int

        /// No device sends so much in good health; but all devices behind a NAT share one address. A site of 1,000 of
        /// them that restarts after a power cut sends some 20 notifications each within seconds, and two a second each
        /// are a bad day. A storm, which comes as fast as a device can send, passes this within the second.
        public static let generous = Allowance(rate: 2_000, burst: 20_000)

        public init(rate: Int, burst: Int) {
            self.rate = rate
            self.burst = burst
        }
    }

    /// Senders that are measured otherwise.
    public struct Exception: Sendable, Hashable {
        public var network: Network
        /// `nil`: they may send what they like.
        public var allowance: Allowance?

        public init(network: Network, allowance: Allowance?) {
            self.network = network
            self.allowance = allowance
        }
    }

    /// For every sender that no exception names; `nil`: no limit.
    public var allowance: Allowance?
    /// Of those that contain a sender the longest network counts.
    public var networks: [Exception]

    /// Senders that speak for others: each device that one of them names has a budget of its own there, since a whole
    /// site stands behind it.
    public var relays: [Network]

    /// No sender is measured.
    public static let off = BudgetSettings(allowance: nil)

    public init(allowance: Allowance? = .generous, networks: [Exception] = [], relays: [Network] = []) {
        self.allowance = allowance
        self.networks = networks
        self.relays = relays
    }
}
