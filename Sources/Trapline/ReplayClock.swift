import Basics

/// When a replay sends the next datagram: the gap to the one before, by the capture's own times or by a rate.
struct ReplayClock {
    /// A longer gap is cut to this: a capture with a pause overnight is not a replay of two days. In seconds.
    static let longestGap = 60.0
    /// From the last datagram of a capture to the first of the next, or of the same again, which a capture says nothing
    /// of. Without it a capture of one datagram, sent in a loop, would be a flood. In seconds.
    static let gapBetweenFiles = 1.0

    private let pace: Replayer.Pace
    private var previous: Timestamp?
    private var hasBegun = false

    init(pace: Replayer.Pace) {
        self.pace = pace
    }

    /// The next datagram's time has nothing to do with the one before.
    mutating func beginFile() {
        previous = nil
    }

    /// In seconds; none before the very first.
    mutating func gap(before time: Timestamp) -> Double {
        defer {
            previous = time
            hasBegun = true
        }
        guard hasBegun else { return 0 }
        switch pace {
        case .rate(let perSecond):
            return 1 / perSecond
        case .captured(let speed):
            let gap = previous.map { Double(time.nanoseconds(since: $0)) / 1e9 } ?? Self.gapBetweenFiles
            return min(Self.longestGap, max(0, gap)) / speed
        }
    }
}
