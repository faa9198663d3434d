import Journal
import Pipeline

/// How many datagrams were lost to what is kept, and how many of them were told. Pure: the keeper brings the counts, and
/// notes what arrived in the journal.
struct BlindCounts {
    struct Interval: Hashable {
        var listener: String
        var reason: OwnFacts.BlindReason
        var datagrams: Int
    }

    private var lost: [String: [OwnFacts.BlindReason: Int]] = [:]
    private var told: [String: [OwnFacts.BlindReason: Int]] = [:]
    /// Given up by retention, which intake does not know of.
    private var dropped: [String: Int] = [:]

    /// Takes intake's books: datagrams that the journal did not keep since the start, by listener and reason.
    mutating func update(_ failed: [String: [String: Int]]) {
        for (listener, reasons) in failed {
            var counts: [OwnFacts.BlindReason: Int] = [:]
            for (label, count) in reasons {
                guard let reason = JournalError.Reason(rawValue: label).flatMap(Self.reason) else { continue }
                counts[reason, default: 0] += count
            }
            lost[listener] = counts
        }
    }

    mutating func add(dropped counts: [String: Int]) { dropped.merge(counts, uniquingKeysWith: +) }

    /// What was not told yet, in a fixed order.
    var untold: [Interval] {
        var all = lost
        for (listener, count) in dropped { all[listener, default: [:]][.journalLimit, default: 0] += count }
        return all.sorted { $0.key < $1.key }.flatMap { listener, counts in
            OwnFacts.BlindReason.allCases.compactMap { reason in
                let new = (counts[reason] ?? 0) - (told[listener]?[reason] ?? 0)
                return new > 0 ? Interval(listener: listener, reason: reason, datagrams: new) : nil
            }
        }
    }

    mutating func told(_ interval: Interval) {
        told[interval.listener, default: [:]][interval.reason, default: 0] += interval.datagrams
    }

    /// `nil` for what is no loss to a disk: a datagram refused at the stop is told by the stop.
    private static func reason(_ reason: JournalError.Reason) -> OwnFacts.BlindReason? {
        switch reason {
        case .diskFull: .diskFull
        case .journalFull: .journalLimit
        case .inputOutput: .storageError
        case .locked, .closed, .bufferFull, .tooLarge, .tooManyInterfaces, .noRecord: nil
        }
    }
}
