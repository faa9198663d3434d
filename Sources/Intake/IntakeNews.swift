public import Basics
public import SNMPSecurity

/// What intake has to tell of itself, for the journal: at most a few things a second, whatever comes in.
public enum IntakeNews: Sendable, Hashable {
    /// The kernel's buffer was full, and so many datagrams were lost between `since` and now, anybody's.
    case kernelDrops(listener: String, datagrams: Int, since: Timestamp)
    /// A sender has begun to send more than its budget: so many were refused so far. Without an address: many senders,
    /// more than are told apart.
    case overBudget(listener: String, sender: IPAddress?, refused: Int)
    /// It is within its budget again: so many were refused in all.
    case withinBudget(listener: String, sender: IPAddress?, refused: Int)
    /// An engine's authentic messages tell fewer boots than it had told before, or as many and much less time, and are
    /// refused.
    case clockWentBack(
        engine: EngineID, user: String, known: EngineReading, told: EngineReading, sender: IPAddress)
    /// Messages of that engine are timely, and none was refused for some time.
    case engineClockAgrees(engine: EngineID, sender: IPAddress)
}
