import Basics

/// Which requests are on their way, which wait for their turn, and when each is to be sent again or given up: pure,
/// with the time given from outside (monotonic, in nanoseconds).
struct RequestTable {
    enum Action: Hashable {
        /// For the first or a further time.
        case send(Int64, attempt: Int)
        /// All its tries went unanswered; it is gone from the table.
        case giveUp(Int64)
    }

    private struct Entry {
        var device: String
        var attempt = 0
    }

    /// The requests of one device, which wait for each other.
    private struct Lane {
        var waiting: [Int64] = []
        var inFlight = 0
    }

    private let limits: RequestLimits
    private var entries: [Int64: Entry] = [:]
    /// Of the requests that were sent: when they are to be sent again or given up.
    private var deadlines: [Int64: Int64] = [:]
    private var lanes: [String: Lane] = [:]
    /// Devices with a request that waits and a place for it, in the order of their turns.
    private var turns: [String] = []
    private var nextTurn = 0
    var inFlight: Int { deadlines.count }

    init(_ limits: RequestLimits) {
        self.limits = limits
    }

    var count: Int { entries.count }

    /// When there is something to do next; `nil` where only an answer or a new request changes anything.
    var nextDeadline: Int64? {
        deadlines.values.min()
    }

    /// `false` where the line is too long.
    mutating func submit(_ number: Int64, device: String) -> Bool {
        guard entries.count < limits.waiting, entries[number] == nil else { return false }
        entries[number] = Entry(device: device)
        lanes[device, default: Lane()].waiting.append(number)
        takeTurn(device)
        return true
    }

    /// What is to be done now, each action once.
    mutating func advance(to now: Int64) -> [Action] {
        var actions: [Action] = []
        let due = deadlines.filter { $0.value <= now }.keys.sorted()
        for number in due {
            guard let entry = entries[number] else { continue }
            if entry.attempt >= limits.tries {
                remove(number)
                actions.append(.giveUp(number))
            } else {
                actions.append(send(number, now))
            }
        }
        while inFlight < limits.inAll, let number = nextInLine() {
            actions.append(send(number, now))
        }
        return actions
    }

    /// The present try begins anew, with another datagram; `false` where it is not here, or not on its way.
    mutating func restart(_ number: Int64, at now: Int64) -> Bool {
        guard let entry = entries[number], deadlines[number] != nil else { return false }
        deadlines[number] = deadline(number, entry.attempt, now)
        return true
    }

    /// It was answered, or nobody wants its answer any more; `false` where it is not here.
    @discardableResult
    mutating func remove(_ number: Int64) -> Bool {
        guard let entry = entries.removeValue(forKey: number) else { return false }
        if deadlines.removeValue(forKey: number) != nil {
            lanes[entry.device]?.inFlight -= 1
        } else {
            lanes[entry.device]?.waiting.removeAll { $0 == number }
        }
        if let lane = lanes[entry.device], lane.inFlight == 0, lane.waiting.isEmpty { lanes[entry.device] = nil }
        takeTurn(entry.device)
        return true
    }

    private mutating func send(_ number: Int64, _ now: Int64) -> Action {
        let attempt = (entries[number]?.attempt ?? 0) + 1
        entries[number]?.attempt = attempt
        deadlines[number] = deadline(number, attempt, now)
        return .send(number, attempt: attempt)
    }

    private func deadline(_ number: Int64, _ attempt: Int, _ now: Int64) -> Int64 {
        let wait = limits.firstTimeout.inNanoseconds << min(attempt - 1, 16)
        return now &+ wait &+ RequestTable.jitter(number, attempt, of: wait)
    }

    /// Up to an eighth more: requests that were sent together must not be sent again together.
    private static func jitter(_ number: Int64, _ attempt: Int, of wait: Int64) -> Int64 {
        // Knuth's multiplicative hash: neighbouring numbers fall far apart.
        let hash = (UInt64(bitPattern: number) &+ UInt64(attempt)) &* 0x9e37_79b9_7f4a_7c15
        return Int64(hash >> 40) * (wait / 8) >> 24
    }

    private mutating func takeTurn(_ device: String) {
        guard let lane = lanes[device], !lane.waiting.isEmpty, lane.inFlight < limits.perDevice else { return }
        turns.append(device)
    }

    private mutating func nextInLine() -> Int64? {
        while nextTurn < turns.count {
            let device = turns[nextTurn]
            nextTurn += 1
            if nextTurn > 1_024, nextTurn * 2 > turns.count {
                turns.removeFirst(nextTurn)
                nextTurn = 0
            }
            // A turn may have been taken twice.
            guard var lane = lanes[device], lane.inFlight < limits.perDevice, !lane.waiting.isEmpty else { continue }
            let number = lane.waiting.removeFirst()
            lane.inFlight += 1
            lanes[device] = lane
            takeTurn(device)
            return number
        }
        return nil
    }
}
