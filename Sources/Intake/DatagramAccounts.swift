/// What became of a listener's datagrams. At any moment
/// `received = journaled + refused + failed + answered + reports + duplicate + inFlight`.
public struct DatagramAccounts: Sendable, Hashable {
    /// Taken off the sockets.
    public var received = 0
    /// On disk.
    public var journaled = 0
    public var refused: [RefusalReason: Int] = [:]
    /// Let in, but the journal could not keep it; by the journal's reason.
    public var failed: [String: Int] = [:]
    /// Senders of SNMPv3 informs who asked for our engine ID or clock, and got it.
    public var answered = 0
    /// Reports to the manager's requests by SNMPv3, which concern nobody else.
    public var reports = 0
    /// An inform that is in the journal already; acknowledged again.
    public var duplicate = 0
    /// Handed to the journal, its fate not yet known.
    public var inFlight = 0

    public init() {}

    public var refusedTotal: Int { refused.values.reduce(0, +) }
    public var failedTotal: Int { failed.values.reduce(0, +) }

    /// The sum holds.
    public var isBalanced: Bool {
        received == journaled + refusedTotal + failedTotal + answered + reports + duplicate + inFlight
    }

    mutating func add(_ other: DatagramAccounts) {
        received += other.received
        journaled += other.journaled
        refused.merge(other.refused, uniquingKeysWith: +)
        failed.merge(other.failed, uniquingKeysWith: +)
        answered += other.answered
        reports += other.reports
        duplicate += other.duplicate
        inFlight += other.inFlight
    }
}

extension DatagramAccounts: CustomStringConvertible {
    /// The sum, as it stands in the closing line of the log.
    public var description: String {
        "received \(received) = journaled \(journaled) + refused \(refusedTotal) + failed \(failedTotal) "
            + "+ answered \(answered) + reports \(reports) + duplicate \(duplicate) + in flight \(inFlight)"
    }
}
