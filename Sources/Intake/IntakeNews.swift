public import Basics

/// What intake has to tell of itself, for the journal: at most a few things a second, whatever comes in.
public enum IntakeNews: Sendable, Hashable {
    /// The kernel's buffer was full, and so many datagrams were lost between `since` and now, anybody's.
    case kernelDrops(listener: String, datagrams: Int, since: Timestamp)
    /// A sender has begun to send more than its budget: so many were refused so far. Without an address: many senders,
    /// more than are told apart.
    case overBudget(listener: String, sender: IPAddress?, refused: Int)
    /// It is within its budget again: so many were refused in all.
    case withinBudget(listener: String, sender: IPAddress?, refused: Int)
}
