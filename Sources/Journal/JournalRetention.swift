/// How long the journal's segments are kept, and what is done where they may not go yet.
public struct JournalRetention: Sendable, Hashable {
    /// What is done with new datagrams where the limit is reached and the pipeline has not processed the oldest segment.
    public enum WhenFull: String, Sendable, Hashable, CaseIterable {
        /// New ones are not taken: informs go unanswered, so that their senders try again, and traps are counted.
        case refuseNew = "refuse-new"
        /// The oldest segment goes unprocessed; its datagrams are counted and told.
        case dropOldest = "drop-oldest"
    }

    /// A segment goes once nothing was written to it for so long. A week covers the incident that somebody asks about
    /// on the Monday after.
    public var age = Duration.seconds(7 * 86_400)
    /// Octets past which the oldest segments go, if nobody needs them.
    public var size = 4 * 1_024 * 1_024 * 1_024
    /// Octets past which they go even where a sink still needs them, and past which `whenFull` decides where the
    /// pipeline does.
    public var limit = 8 * 1_024 * 1_024 * 1_024
    public var whenFull = WhenFull.refuseNew

    public init() {}
}
