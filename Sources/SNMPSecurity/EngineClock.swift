public import Basics

/// What is known of an authoritative engine's clock (RFC 3414 §2.3): the value to save, and to begin with again.
public struct EngineClock: Sendable, Hashable {
    public var engine: EngineID
    /// The latest that was told by an authentic message.
    public var latest: EngineReading
    /// When that was.
    public var updated: Timestamp
    /// What is not newer than this cannot be told from a replay any more; `nil` where nothing was forgotten yet.
    public var floor: EngineReading?

    public init(engine: EngineID, latest: EngineReading, updated: Timestamp, floor: EngineReading? = nil) {
        self.engine = engine
        self.latest = latest
        self.updated = updated
        self.floor = floor
    }

    /// Seconds either side that a message may be off (RFC 3414 §2.2.3).
    public static let window: Int64 = 150
    /// Seconds behind an engine's clock that the network may explain: it drops what it cannot deliver in less. Who is
    /// further behind has lost its clock, or is somebody who repeats old messages.
    public static let longestDelay: Int64 = 300
    /// Boots end here (RFC 3414 §2.2.2).
    public static let lastBoots = Int32.max

    /// What the engine's clock should show now: a clock that goes on, from the latest that it told.
    public func time(at now: Timestamp) -> Int64 {
        // The wall clock may have been set back.
        Int64(latest.time) + max(0, now.nanoseconds(since: updated)) / 1_000_000_000
    }

    /// Takes note of a message that was let in, as a journal tells it: whoever let it in knew whether fewer boots were to
    /// be believed.
    public mutating func note(_ told: EngineReading, at time: Timestamp) {
        guard told.boots != latest.boots || told > latest else { return }
        if told < latest { floor = nil }
        latest = told
        updated = time
    }

    /// Moves the clock forward, and says whether the message is timely (RFC 3414 §3.2 step 7b).
    public mutating func judge(
        _ told: EngineReading, at now: Timestamp
    ) throws(SecurityRefusal) {
        // The RFC takes note of it, and so would refuse the engine for good.
        guard told.boots != Self.lastBoots else { throw .bootsExhausted }
        let known = EngineReading(boots: latest.boots, time: Int32(clamping: time(at: now)))
        let isBelowFloor = floor.map { told <= $0 } ?? false
        if told > latest, !isBelowFloor {
            latest = told
            updated = now
            return
        }
        let secondsBehind = Int64(known.time) - Int64(told.time)
        guard told.boots == latest.boots else { throw .bootsWentBack(known: known, told: told) }
        guard secondsBehind <= Self.longestDelay else { throw .timeWentBack(known: known, told: told) }
        guard secondsBehind <= Self.window else { throw .notInTimeWindow(secondsOff: Int(secondsBehind)) }
        guard !isBelowFloor else { throw .replayed }
    }
}
