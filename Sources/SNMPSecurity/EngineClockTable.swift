public import Basics

/// The clocks of all engines as a journal tells them, each with the device that the engine is of: what is saved, and what
/// `Timeliness` begins with after a start. Pure state.
///
/// A clock that goes on as expected is not worth a row of the store with each message. A row is a line that no message
/// was ahead of by more than some seconds, so that it tells how far the engine may have come by any time since
/// (`EngineClock.furthest`): what a start cannot find in the journal's end is judged by that.
public struct EngineClockTable: Sendable {
    public struct Row: Sendable, Hashable {
        public var clock: EngineClock
        /// The device's identity.
        public var device: String

        public init(clock: EngineClock, device: String) {
            self.clock = clock
            self.device = device
        }
    }

    /// As many as are judged.
    public static let limit = Timeliness.defaultEngineLimit
    /// A full table gives up this share of itself at once, those that were noted longest ago.
    private static let sweptShare = 16
    /// Seconds that a clock may be off before its row is written: little beside the time window. A device's clock takes
    /// a day for that.
    static let drift: Int64 = 5
    /// Nanoseconds after which a clock that is heard is written in any case: a full table knows roughly who still is, and
    /// `furthest` how long a row has told the truth.
    static let refresh: Int64 = 3_600_000_000_000

    private let limit: Int
    private var rows: [EngineID: Row] = [:]
    /// Of each device: one may have as many as there is room for.
    private var engines: [String: Set<EngineID>] = [:]
    private var changed: Set<EngineID> = []

    public init(_ rows: [Row] = [], limit: Int = EngineClockTable.limit) {
        self.limit = max(1, limit)
        for row in rows { set(row) }
    }

    public var count: Int { rows.count }

    public func row(of engine: EngineID) -> Row? { rows[engine] }

    /// Whether authentic messages of a device are known.
    public func hasEngine(of device: String) -> Bool { engines[device]?.isEmpty == false }

    /// Takes note of a message that was let in and is authentic.
    ///
    /// - Parameters:
    ///   - time: when it was received.
    ///   - device: whose it is.
    public mutating func note(_ engine: EngineID, _ told: EngineReading, at time: Timestamp, of device: String) {
        guard let known = rows[engine] else {
            if rows.count >= limit { sweep() }
            set(Row(clock: EngineClock(engine: engine, latest: told, updated: time), device: device))
            changed.insert(engine)
            return
        }
        if known.device != device {
            _ = take(engine)
            set(Row(clock: known.clock, device: device))
            changed.insert(engine)
        }
        guard let reading = known.clock.news(told, at: time) else { return }
        rows[engine]?.clock = EngineClock(engine: engine, latest: reading, updated: time)
        changed.insert(engine)
    }

    /// A device turned out to be another one than it was taken for.
    public mutating func move(_ device: String, to new: String) {
        guard device != new else { return }
        for engine in engines[device] ?? [] {
            guard var row = take(engine) else { continue }
            row.device = new
            set(row)
            changed.insert(engine)
        }
    }

    /// The device is known no more.
    public mutating func forget(_ device: String) {
        for engine in engines[device] ?? [] { forget(engine) }
    }

    /// The engine's next message is its first.
    public mutating func forget(_ engine: EngineID) {
        if take(engine) != nil { changed.insert(engine) }
    }

    /// The rows that are to be saved since the last call, and the engines whose row is to go, in a fixed order.
    public mutating func takeChanges() -> (noted: [Row], forgotten: [EngineID]) {
        guard !changed.isEmpty else { return ([], []) }
        defer { changed.removeAll(keepingCapacity: true) }
        let sorted = changed.map { ($0.description, $0) }.sorted { $0.0 < $1.0 }.map(\.1)
        return (sorted.compactMap { rows[$0] }, sorted.filter { rows[$0] == nil })
    }

    private mutating func set(_ row: Row) {
        rows[row.clock.engine] = row
        engines[row.device, default: []].insert(row.clock.engine)
    }

    private mutating func take(_ engine: EngineID) -> Row? {
        guard let row = rows.removeValue(forKey: engine) else { return nil }
        engines[row.device]?.remove(engine)
        if engines[row.device]?.isEmpty == true { engines[row.device] = nil }
        return row
    }

    private mutating func sweep() {
        let oldest = rows.values.map { ($0.clock.updated, $0.clock.engine.description, $0.clock.engine) }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        for (_, _, engine) in oldest.prefix(max(1, limit / EngineClockTable.sweptShare)) { forget(engine) }
    }
}

extension EngineClock {
    /// Seconds that an engine may have been ahead of its row at most: a row may tell of a message that was late by the
    /// drift, and an earlier one was ahead by as much.
    static let margin = 2 * EngineClockTable.drift

    /// What this row is to tell from a message on that was let in; `nil` where it goes on as it is.
    fileprivate func news(_ told: EngineReading, at now: Timestamp) -> EngineReading? {
        // Whoever let it in knew whether fewer boots were to be believed.
        guard told.boots == latest.boots else { return told }
        let expected = time(at: now)
        let secondsBehind = expected - Int64(told.time)
        if secondsBehind < -EngineClockTable.drift { return told }
        if secondsBehind > Self.window + EngineClockTable.drift {
            // Nothing is held up for so long: the clock stood still. What it told before is ahead of this by the window
            // at most, or this had not been let in.
            return EngineReading(boots: told.boots, time: Int32(clamping: Int64(told.time) + Self.window))
        }
        guard now.nanoseconds(since: updated).magnitude >= EngineClockTable.refresh else { return nil }
        // One that was held up says nothing of how far the clock has come.
        return secondsBehind <= EngineClockTable.drift
            ? told : EngineReading(boots: told.boots, time: Int32(clamping: expected))
    }

    /// How far the engine may have come by `time`, in all that was let in until then, if this is its row.
    ///
    /// - Parameter isUpToDate: whether the row tells of all those messages. Had the engine been heard later than an hour
    ///   after it, or a little ahead of it, it would be another one.
    func furthest(by time: Timestamp, isUpToDate: Bool) -> EngineReading {
        guard time >= updated else { return latest }
        let lastHeard = Timestamp(nanoseconds: updated.nanoseconds + EngineClockTable.refresh)
        let told = self.time(at: isUpToDate ? min(time, lastHeard) : time) + Self.margin
        return EngineReading(boots: latest.boots, time: Int32(clamping: told))
    }

    /// As judging begins with it after a restart: whatever the engine may have told before counts as received.
    /// `Timeliness.expectRecall` takes back of that what the journal knows better.
    ///
    /// - Parameter journalEnd: when the last message was received that the journal holds.
    public func restored(journalEnd: Timestamp) -> EngineClock {
        var clock = self
        clock.floor = furthest(by: journalEnd, isUpToDate: false)
        return clock
    }
}
