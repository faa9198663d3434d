public import Basics

/// When a unit of a device began to run, as its sysUpTime tells, and whether that can be relied on.
///
/// A lower sysUpTime alone says little: datagrams are overtaken and sent again, the counter wraps after 497 days, and
/// scripts and relays send with clocks of their own. The moment at which the unit began (arrival less sysUpTime) stays
/// where it is through all of that.
public struct BootClock: Sendable, Hashable {
    /// When it began to run, by the newest boot that is known.
    public var epoch: Timestamp
    /// When it was first heard with that.
    public var since: Timestamp
    /// The sysUpTime that it was first heard with.
    public var uptime: UInt32
    /// When it was last heard with that, to the minute; only kept while there is another.
    public var heard: Timestamp
    /// Another epoch that is heard at the same time: a second clock behind one address.
    public var other: Timestamp?
    public var otherHeard: Timestamp?
    /// When an epoch was last taken for a restart although no coldStart said so.
    public var guessed: Timestamp?

    public init(
        epoch: Timestamp, since: Timestamp, uptime: UInt32, heard: Timestamp? = nil, other: Timestamp? = nil,
        otherHeard: Timestamp? = nil, guessed: Timestamp? = nil
    ) {
        self.epoch = epoch
        self.since = since
        self.uptime = uptime
        self.heard = heard ?? since
        self.other = other
        self.otherHeard = otherHeard
        self.guessed = guessed
    }

    /// Several clocks are heard, so that a new epoch says nothing: such a sender restarts by coldStart alone.
    public var isMixed: Bool { other != nil }

    /// sysUpTime counts to 2³² hundredths of a second.
    private static let wrap: Int64 = 4_294_967_296 * hundredth
    private static let hundredth: Int64 = 10_000_000
    /// Drift of less than this is not worth a row of the store.
    private static let drift: Int64 = 5_000_000_000
    /// A datagram of the boot before that comes longer after the new one's first was not delayed.
    private static let latestOfOldBoot: Int64 = 60_000_000_000
    private static let minute: Int64 = 60_000_000_000
    /// A clock that was not heard for that long is gone; and two restarts within it, of which no coldStart tells, are
    /// the clocks of a script.
    private static let memory: Int64 = 600_000_000_000

    static func epoch(_ uptime: UInt32, at time: Timestamp) -> Timestamp {
        time.adding(-Int64(uptime) * hundredth)
    }

    /// Takes what a datagram says.
    ///
    /// - Parameters:
    ///   - isColdStart: whether it says that the device began anew.
    ///   - tolerance: how much later an epoch must be to be another, in nanoseconds.
    /// - Returns: when the device began anew, if this tells of it for the first time.
    mutating func note(
        _ uptime: UInt32, at time: Timestamp, isColdStart: Bool, tolerance: Int64
    ) -> Timestamp? {
        var told = BootClock.epoch(uptime, at: time)
        var later = told.nanoseconds(since: epoch)
        let wraps = later.addingClamped(tolerance) / BootClock.wrap
        // The counter went round. Nobody stops for a multiple of 497 days to within a minute.
        if wraps > 0, later - wraps * BootClock.wrap <= tolerance {
            told = told.adding(-wraps * BootClock.wrap)
            later -= wraps * BootClock.wrap
        }
        if abs(later) <= tolerance {
            if abs(later) > BootClock.drift { epoch = told }
            hear(at: time)
            return nil
        }
        // A clock that stands still: a script that always sends the same one.
        if uptime == self.uptime, !isColdStart { return nil }
        if later < 0 {
            if !isColdStart { hearOther(told, uptime, at: time, tolerance) }
            return nil
        }
        return begin(told, uptime, at: time, isColdStart: isColdStart)
    }

    private mutating func begin(
        _ told: Timestamp, _ uptime: UInt32, at time: Timestamp, isColdStart: Bool
    ) -> Timestamp? {
        let isGuess = !isColdStart
        let wasGuessed = guessed.map { time.nanoseconds(since: $0) <= BootClock.memory } ?? false
        if isMixed || (isGuess && wasGuessed) {
            other = epoch
            otherHeard = time
        }
        epoch = told
        since = time
        self.uptime = uptime
        heard = time
        if isGuess { guessed = time }
        if isColdStart { return told }
        return isMixed ? nil : told
    }

    private mutating func hear(at time: Timestamp) {
        guard let otherHeard else { return }
        if time.nanoseconds(since: otherHeard) > BootClock.memory {
            other = nil
            self.otherHeard = nil
        } else if time.nanoseconds(since: heard) >= BootClock.minute {
            heard = time
        }
    }

    /// An epoch before the newest one.
    private mutating func hearOther(
        _ told: Timestamp, _ uptime: UInt32, at time: Timestamp, _ tolerance: Int64
    ) {
        guard time.nanoseconds(since: since) > BootClock.latestOfOldBoot else { return }
        guard let other, let otherHeard, abs(told.nanoseconds(since: other)) <= tolerance else {
            // The newest counts as heard from here on: until now nobody took note.
            if self.other == nil { heard = time }
            self.other = told
            otherHeard = time
            return
        }
        if time.nanoseconds(since: heard) > BootClock.memory {
            // The newer clock is gone: a clock was set back, the device's or ours.
            self = BootClock(epoch: other, since: time, uptime: uptime)
        } else if time.nanoseconds(since: otherHeard) >= BootClock.minute {
            self.otherHeard = time
        }
    }
}
