internal import Basics

/// How far a sink has come whose deliveries need confirmation: up to where it has *sent*, and up to where that is
/// *confirmed*. The store keeps only what is confirmed; after a crash the rest is sent again.
struct DeliveryMarks: Sendable {
    /// So long after the last delivery nothing more is expected to share a confirmation, which costs the connection:
    /// long enough that a burst is confirmed once, short enough that a crash at rest repeats next to nothing.
    static let quiet = Duration.seconds(1)
    /// Under a load that never pauses confirmation is asked this often: it bounds what a crash repeats, and five seconds
    /// make the price of a new connection small.
    static let longest = Duration.seconds(5)

    /// Everything of the sink up to this event is in its peer's hands.
    private(set) var confirmed: Int64
    /// And up to this one was sent.
    private(set) var sent: Int64
    /// How many events were sent and are not confirmed.
    private(set) var unconfirmedEvents = 0
    /// When the oldest of them happened.
    private(set) var oldest: Timestamp?
    private var sinceFirst: Stopwatch?
    private var sinceLast: Stopwatch?

    init(at cursor: Int64) {
        confirmed = cursor
        sent = cursor
    }

    /// How long confirmation may still wait; `nil` where there is nothing to confirm.
    var timeToConfirmation: Duration? {
        guard unconfirmedEvents > 0, let sinceFirst, let sinceLast else { return nil }
        return max(.zero, min(Self.quiet - sinceLast.elapsed, Self.longest - sinceFirst.elapsed))
    }

    /// The log was looked at up to `end`, and `count` events of it were sent, the first of which happened at `time`.
    mutating func send(_ count: Int, from time: Timestamp?, upTo end: Int64, clock: any Clock<Duration>) {
        sent = max(sent, end)
        if count > 0 {
            sinceLast = Stopwatch(clock)
            if unconfirmedEvents == 0 { (sinceFirst, oldest) = (sinceLast, time) }
            unconfirmedEvents += count
        } else if unconfirmedEvents == 0 {
            confirmed = sent
        }
    }

    /// All that was sent is confirmed; gives the number of events that this concerns.
    mutating func confirm() -> Int {
        defer { (unconfirmedEvents, oldest, sinceFirst, sinceLast) = (0, nil, nil, nil) }
        confirmed = sent
        return unconfirmedEvents
    }
}
