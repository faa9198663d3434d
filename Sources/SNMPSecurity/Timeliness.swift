public import Basics

/// Judges whether authentic messages are timely and new: the clocks of all engines that were heard, and what was
/// received of late. A value; whoever has several threads keeps it behind a lock.
public struct Timeliness: Sendable {
    /// 100,000 devices, and some to spare.
    public static let defaultEngineLimit = 131_072
    /// Some 20 s of 50,000 messages/s, or the whole time window of 3,000/s: 20 MiB, and as much again where 100,000
    /// engines send all the time.
    public static let defaultReplayLimit = 1_048_576

    private let engineLimit: Int
    private var numbers: [EngineID: Int32] = [:]
    private var clocks: [EngineClock] = []
    private var free: [Int32] = []
    private var replays: ReplayMemory

    /// Engines given up since there were too many: their next message sets their clock anew.
    public private(set) var evictions = 0

    public init(
        _ clocks: [EngineClock] = [], engineLimit: Int = Timeliness.defaultEngineLimit,
        replayLimit: Int = Timeliness.defaultReplayLimit
    ) {
        self.engineLimit = max(1, engineLimit)
        self.replays = ReplayMemory(limit: replayLimit)
        for clock in clocks { restore(clock) }
    }

    public var engineCount: Int { numbers.count }
    public var replayCount: Int { replays.count }
    public var all: [EngineClock] { numbers.values.map { clocks[Int($0)] } }

    public func clock(of engine: EngineID) -> EngineClock? {
        numbers[engine].map { clocks[Int($0)] }
    }

    /// Puts a saved clock in its place, unless a later one is known.
    public mutating func restore(_ clock: EngineClock) {
        guard let number = numbers[clock.engine] else {
            _ = add(clock)
            return
        }
        if clock.latest > clocks[Int(number)].latest { clocks[Int(number)] = clock }
    }

    /// Takes an engine's next message as its first, for a device whose clock an operator trusts anew, or that is gone.
    public mutating func forget(_ engine: EngineID) {
        guard let number = numbers.removeValue(forKey: engine) else { return }
        replays.forget(number)
        free.append(number)
    }

    /// A journal's end is recalled next: a restored clock's floor is needed only for what was let in before that.
    ///
    /// - Parameters:
    ///   - time: since when all that was let in is recalled.
    ///   - isUpToDate: whether the restored clocks and what is recalled tell of all that was let in before, too.
    ///   - recalled: whose messages are among it.
    mutating func expectRecall(since time: Timestamp, isUpToDate: Bool, of recalled: Set<EngineID>) {
        for number in numbers.values {
            let clock = clocks[Int(number)]
            guard let floor = clock.floor else { continue }
            var told = clock.furthest(by: time, isUpToDate: isUpToDate)
            // The message that the row tells of is recalled itself, and those before had told less.
            if time < clock.updated, recalled.contains(clock.engine) { told.time -= 1 }
            clocks[Int(number)].floor = min(floor, told)
        }
    }

    /// Takes note of a message that was let in before, as a journal tells it at the start: it is never refused.
    public mutating func recall(
        _ engine: EngineID, _ reading: EngineReading, hash: Int, at time: Timestamp, policy: ClockPolicy
    ) {
        guard policy == .strict else { return remember(hash, nil, at: time) }
        let number = numbers[engine] ?? add(EngineClock(engine: engine, latest: reading, updated: time))
        let before = clocks[Int(number)].latest
        clocks[Int(number)].note(reading, at: time)
        // How far it had come before says nothing of how far it has come now, and would be a floor that it is below.
        if clocks[Int(number)].latest < before { replays.forget(number) }
        remember(hash, (number, reading), at: time)
    }

    /// Judges an authentic message of another engine and takes note of it (RFC 3414 §3.2 step 7b). An engine's first
    /// message is believed, and one of a lenient user always is: it says nothing of the clock that others are held to.
    /// - Parameter hash: of what makes the message the one it is: `IncomingMessage.replayHash`.
    public mutating func judge(
        _ engine: EngineID, _ reading: EngineReading, hash: Int, at now: Timestamp, policy: ClockPolicy
    ) throws(SecurityRefusal) {
        // What was received before is called so, even where it is too old by now.
        guard !replays.contains(hash) else { throw .replayed }
        guard reading.boots != EngineClock.lastBoots else { throw .bootsExhausted }
        guard policy == .strict else { return remember(hash, nil, at: now) }
        guard let number = numbers[engine] else {
            let number = add(EngineClock(engine: engine, latest: reading, updated: now))
            return remember(hash, (number, reading), at: now)
        }
        try clocks[Int(number)].judge(reading, at: now)
        remember(hash, (number, reading), at: now)
    }

    /// Messages of an engine up to this reading were let in and are not remembered: they cannot be told from replays.
    mutating func raiseFloor(of engine: EngineID, to reading: EngineReading) {
        guard let number = numbers[engine] else { return }
        // One that is ahead of the clock is from before the clock went back.
        guard reading <= clocks[Int(number)].latest, clocks[Int(number)].floor.map({ $0 < reading }) ?? true else {
            return
        }
        clocks[Int(number)].floor = reading
    }

    private mutating func remember(_ hash: Int, _ clock: (engine: Int32, reading: EngineReading)?, at now: Timestamp) {
        for (number, reading) in replays.insert(hash, of: clock, at: now)
        where clocks[Int(number)].floor.map({ $0 < reading }) ?? true {
            clocks[Int(number)].floor = reading
        }
    }

    private mutating func add(_ clock: EngineClock) -> Int32 {
        if numbers.count >= engineLimit { evict() }
        let number: Int32
        if let last = free.popLast() {
            number = last
            clocks[Int(number)] = clock
        } else {
            number = Int32(clocks.count)
            clocks.append(clock)
        }
        numbers[clock.engine] = number
        return number
    }

    /// Gives up the sixteenth that was not heard for longest: rare, and then for many at once.
    private mutating func evict() {
        let oldest = all.sorted { $0.updated < $1.updated }.prefix(max(1, engineLimit / 16))
        for clock in oldest { forget(clock.engine) }
        evictions += oldest.count
    }
}
