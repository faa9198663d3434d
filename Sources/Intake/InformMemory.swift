internal import Basics

/// Remembers informs, so that one which its sender repeats (its acknowledgement was lost or late) makes one event.
///
/// A repeat has the same sender, request ID and PDU content (``InformKey``), within 5 minutes; net-snmp sends v2c informs
/// again octet for octet. What an earlier server had in its journal is ``InformRecall``'s.
///
/// `Answer` is what a repeat is answered with once its first is on disk.
struct InformMemory<Answer> {
    typealias Key = InformKey

    /// What an inform is.
    enum Verdict {
        /// Not seen before. To be journaled, and its fate told with the ticket.
        case new(Ticket)
        /// Its first is on its way to the disk; this answer is kept until `settle` gives it back.
        case inFlight
        /// Its first is on disk: it can be answered at once.
        case durable
    }

    struct Ticket: Sendable, Hashable {
        fileprivate let serial: UInt64
    }

    private struct Entry {
        let serial: UInt64
        let time: Int64
        var isDurable = false
        var repeats = Repeats()
    }

    /// What came again while the first was in flight.
    struct Repeats {
        var count = 0
        /// At most `waitingLimit` of them.
        var answers: [Answer] = []
    }

    /// 5 minutes, past which senders have given up and request IDs may come round again.
    static var lifetime: Int64 { 300 * 1_000_000_000 }

    /// Informs remembered at once, about 10 MiB of them: at 1,000 a second a minute's worth, and `snmpinform` has given
    /// up after 6 s. What is forgotten early is counted; its repeat would be a second event, and nothing is lost.
    static var defaultCapacity: Int { 65_536 }

    /// Answers that wait for one inform. Further repeats are acknowledged by the answers that are already due.
    static var waitingLimit: Int { 8 }

    private let capacity: Int
    private var entries: [Key: Entry] = [:]
    /// In the order of their coming, from `oldest` on; a key whose entry has another serial was forgotten before.
    private var order: [(key: Key, serial: UInt64)] = []
    private var oldest = 0
    private var serial: UInt64 = 0
    /// Forgotten, or not remembered at all, for want of room.
    private var forgotten = 0

    init(capacity: Int = Self.defaultCapacity) {
        self.capacity = capacity
    }

    var count: Int { entries.count }

    /// `now` in nanoseconds of a clock that only goes forward.
    mutating func judge(_ key: Key, now: Int64, answer: Answer) -> Verdict {
        forgetExpired(now)
        if let known = entries[key] {
            if known.isDurable { return .durable }
            entries[key]?.repeats.count += 1
            if known.repeats.answers.count < Self.waitingLimit {
                entries[key]?.repeats.answers.append(answer)
            }
            return .inFlight
        }
        serial += 1
        if makeRoom() {
            entries[key] = Entry(serial: serial, time: now)
            order.append((key, serial))
        }
        return .new(Ticket(serial: serial))
    }

    /// Whether it was seen before: what is only to be known of a repeat, and takes no room.
    func contains(_ key: Key) -> Bool { entries[key] != nil }

    /// Tells the fate of a new inform; gives what came again meanwhile. One that did not reach the disk is forgotten: its
    /// repeat is to be journaled.
    mutating func settle(_ key: Key, _ ticket: Ticket, isDurable: Bool) -> Repeats {
        guard let entry = entries[key], entry.serial == ticket.serial else { return Repeats() }
        if isDurable {
            entries[key]?.isDurable = true
            entries[key]?.repeats = Repeats()
        } else {
            entries[key] = nil
        }
        return entry.repeats
    }

    /// How many were forgotten since the last asking.
    mutating func takeForgotten() -> Int {
        defer { forgotten = 0 }
        return forgotten
    }

    private mutating func forgetExpired(_ now: Int64) {
        while let (key, serial) = first {
            if let entry = entries[key], entry.serial == serial {
                // One in flight is never forgotten: others may wait for it.
                guard entry.isDurable, now - entry.time > Self.lifetime else { break }
                entries[key] = nil
            }
            dropFirst()
        }
    }

    /// False where the oldest is still in flight, which must not be forgotten.
    private mutating func makeRoom() -> Bool {
        // Those that failed count until their turn comes: the order is what must not grow.
        guard order.count - oldest >= capacity else { return true }
        forgotten += 1
        while let (key, serial) = first {
            if let entry = entries[key], entry.serial == serial {
                guard entry.isDurable else { return false }
                entries[key] = nil
                dropFirst()
                return true
            }
            dropFirst()
        }
        return true
    }

    private var first: (key: Key, serial: UInt64)? {
        oldest < order.count ? order[oldest] : nil
    }

    private mutating func dropFirst() {
        oldest += 1
        // Halved at most every so often: the cost of moving the rest is spread over those dropped.
        if oldest >= 1_024, oldest * 2 >= order.count {
            order.removeFirst(oldest)
            oldest = 0
        }
    }
}
