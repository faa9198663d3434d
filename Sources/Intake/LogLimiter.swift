internal import Basics

/// Lets one line of a kind and a sender through in a while, so that a storm of bad datagrams is a few lines and not a full
/// disk, and no device's trouble hides another's.
struct LogLimiter {
    /// Long enough that a device which repeats its mistake each second is heard twice a minute.
    static let interval: Int64 = 30 * 1_000_000_000
    /// Senders with a line of their own, each with each kind. Past it, and past `linesPerSecond`, a kind's lines are
    /// limited over all senders.
    static let mostSenders = 1_024
    /// Anybody can put in any sender's address: this many lines and no more, some 100 MB a day, come of it.
    static let linesPerSecond = 5
    /// A fleet's mistakes at once, such as after its configuration was changed.
    static let burst = 20

    /// What was withheld of a sender since its last line, and is due.
    struct Rest: Equatable {
        var kind: String
        var sender: IPAddress
        var withheld: Int
    }

    private struct Key: Hashable {
        var kind: String
        /// `nil` for what has no sender, and for all those without a line of their own.
        var sender: IPAddress?
    }

    private struct Entry {
        var next: Int64
        var withheld = 0
    }

    private static let second: Int64 = 1_000_000_000

    /// Of kinds the callers have a small closed set.
    private var entries: [Key: Entry] = [:]
    /// Lines that may be written now, each worth a second's nanoseconds.
    private var allowance = Int64(LogLimiter.burst) * LogLimiter.second
    private var lastLook: Int64?

    /// How many lines of this kind and sender were withheld since the last one; `nil` if this one is to be withheld too.
    /// `now` in nanoseconds of a clock that only goes forward.
    mutating func admit(_ kind: String, of sender: IPAddress? = nil, now: Int64) -> Int? {
        guard let sender else { return admit(Key(kind: kind), now: now) }
        let key = Key(kind: kind, sender: sender)
        if let known = entries[key] {
            guard now >= known.next, takeLine(now) else {
                entries[key]?.withheld += 1
                return nil
            }
        } else if entries.count >= Self.mostSenders || !takeLine(now) {
            return admit(Key(kind: kind), now: now)
        }
        return open(key, now: now)
    }

    /// What was withheld of senders that were silent since, so that the last of them is told too; to be called about once
    /// a second. Who has nothing to tell leaves the table.
    ///
    /// - Parameter isLast: nothing more comes, so that nobody's time is waited for.
    mutating func takeRests(now: Int64, isLast: Bool = false) -> [Rest] {
        var rests: [Rest] = []
        for (key, entry) in entries where now >= entry.next || isLast {
            guard let sender = key.sender else { continue }
            guard entry.withheld > 0 else {
                entries[key] = nil
                continue
            }
            guard takeLine(now) else { continue }
            rests.append(Rest(kind: key.kind, sender: sender, withheld: entry.withheld))
            entries[key] = Entry(next: now + Self.interval)
        }
        return rests.sorted { ($0.sender.description, $0.kind) < ($1.sender.description, $1.kind) }
    }

    private mutating func admit(_ key: Key, now: Int64) -> Int? {
        if let known = entries[key], now < known.next {
            entries[key]?.withheld += 1
            return nil
        }
        return open(key, now: now)
    }

    private mutating func open(_ key: Key, now: Int64) -> Int {
        let withheld = entries[key]?.withheld ?? 0
        entries[key] = Entry(next: now + Self.interval)
        return withheld
    }

    private mutating func takeLine(_ now: Int64) -> Bool {
        let passed = min(max(0, now - (lastLook ?? now)), Int64(Self.burst) * Self.second)
        lastLook = max(now, lastLook ?? now)
        allowance = min(Int64(Self.burst) * Self.second, allowance + passed * Int64(Self.linesPerSecond))
        guard allowance >= Self.second else { return false }
        allowance -= Self.second
        return true
    }
}
