/// This server as an SNMP engine (RFC 3411 §3.1.1): authoritative for the informs that it receives and the traps that it
/// sends.
public struct OwnEngine: Sendable, Hashable {
    public var id: EngineID
    /// Counted at each start.
    public var boots: Int32
    /// When it started, in nanoseconds of a clock that never goes back (`Moment.monotonic`).
    public var started: Int64

    public init(id: EngineID, boots: Int32, started: Int64) {
        self.id = id
        self.boots = boots
        self.started = started
    }

    public func time(at moment: Moment) -> Int32 {
        Int32(clamping: max(0, moment.monotonic - started) / 1_000_000_000)
    }

    public func reading(at moment: Moment) -> EngineReading {
        EngineReading(boots: boots, time: time(at: moment))
    }

    /// Whether a message to us is timely (RFC 3414 §3.2 step 7a).
    public func judge(_ told: EngineReading, at moment: Moment) throws(SecurityRefusal) {
        guard boots != EngineClock.lastBoots else { throw .bootsExhausted }
        guard told.boots <= boots else { throw .ownBootsWentBack(told: told.boots, own: boots) }
        let secondsOff = Int64(time(at: moment)) - Int64(told.time)
        guard told.boots == boots, secondsOff.magnitude <= UInt64(EngineClock.window) else {
            throw .ownClockMissed(told: told, own: reading(at: moment))
        }
    }
}
