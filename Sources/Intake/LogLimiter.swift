/// Lets one line of a kind through in a while, so that a storm of bad datagrams is a few lines and not a full disk.
struct LogLimiter {
    /// Long enough that a device which repeats its mistake each second is heard twice a minute.
    static let interval: Int64 = 30 * 1_000_000_000

    private struct Kind {
        var next: Int64
        var withheld = 0
    }

    /// By kind, of which the callers have a small closed set.
    private var kinds: [String: Kind] = [:]

    /// How many lines of this kind were withheld since the last one; `nil` if this one is to be withheld too. `now` in
    /// nanoseconds of a clock that only goes forward.
    mutating func admit(_ kind: String, now: Int64) -> Int? {
        guard let known = kinds[kind] else {
            kinds[kind] = Kind(next: now + Self.interval)
            return 0
        }
        guard now >= known.next else {
            kinds[kind]?.withheld += 1
            return nil
        }
        kinds[kind] = Kind(next: now + Self.interval)
        return known.withheld
    }
}
