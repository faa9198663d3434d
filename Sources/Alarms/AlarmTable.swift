public import Basics

/// The alarms that stand, and what a notification does to them: raise, change, clear, repeat, or only a log entry.
///
/// Pure state but for the alarms that were not spoken of for long, which it reads from their rows. The pipeline loads
/// it at start, applies one interpretation after the other, and takes the changes into the transaction that carries
/// their events. The same comes of it whatever it has in memory.
public struct AlarmTable: Sendable {
    /// How many alarms may stand. Of each some ninety octets are in memory, and some hundred more of those that end by
    /// themselves, so that a sender that invents sources without end can take 200 MiB beside the cache and no more; at
    /// the limit a raise is `logged` with `reasonTableFull`, so nothing goes unseen.
    public static let defaultLimit = 1_048_576

    /// How many alarms whose rows tell all are held in memory whole, at about 1 KiB each: the tenth of a million that
    /// is busy, and some more. Beside them are those that a batch has to do with, and those that were told again since
    /// all rows were last brought up to date.
    public static let defaultCacheLimit = 131_072

    /// The reason on a clear that found no alarm to end.
    public static let reasonNothingStanding = "nothing standing"
    /// The reason on a raise that found no room.
    public static let reasonTableFull = "alarm table full"
    /// The reason on what the device sent before something that came before it; it changes nothing.
    public static let reasonLate = "older than what was told last"

    /// What the store has to write, in a fixed order, so that one journal always gives the same transactions.
    public struct Changes: Sendable {
        /// In nanoseconds: all stored times of expiry move by as much, before anything else is written.
        public var postponed: Int64
        public var upserts: [ActiveAlarm]
        /// Alarms of which no more than that has altered.
        public var repeats: [AlarmRepeat]
        /// By their numbers.
        public var removals: [Int64]
        public var memories: [AlarmMemory]
        /// What is remembered no more, by number.
        public var forgotten: [Int64]
    }

    public var settings: AlarmSettings
    // Shared with the extensions beside this file.
    var standing: StandingAlarms
    var memories: AlarmMemories
    /// What came about beside the event of a notification, to be told behind it.
    var news: [AlarmNews] = []
    private let limit: Int

    /// A table that holds all its alarms in memory.
    public init(
        _ active: [ActiveAlarm] = [], memories: [AlarmMemory] = [], settings: AlarmSettings = AlarmSettings(),
        limit: Int = AlarmTable.defaultLimit
    ) {
        self.init(StandingAlarms(), memories: memories, settings: settings, limit: limit)
        for alarm in active {
            standing.load(AlarmSummary(alarm))
            standing.load(alarm, age: .current)
        }
    }

    /// A table that reads most of its alarms from the store when they are spoken of. All that is stored is to be told
    /// by the `load` methods first.
    public init(
        stored: StoredAlarms, settings: AlarmSettings = AlarmSettings(),
        limit: Int = AlarmTable.defaultLimit, cacheLimit: Int = AlarmTable.defaultCacheLimit
    ) {
        self.init(
            StandingAlarms(stored: stored, cacheLimit: cacheLimit), settings: settings, limit: limit)
    }

    init(
        _ standing: StandingAlarms, memories: [AlarmMemory] = [], settings: AlarmSettings = AlarmSettings(),
        limit: Int = AlarmTable.defaultLimit
    ) {
        self.limit = limit
        self.settings = settings
        self.standing = standing
        self.memories = AlarmMemories(memories)
    }

    /// An alarm that has its row in the store.
    public mutating func load(_ alarm: AlarmSummary) { standing.load(alarm) }

    /// An alarm, told of already, whose row does not tell of its last repeats.
    public mutating func load(repeated alarm: ActiveAlarm) { standing.load(alarm, age: .reworded) }

    /// All that is remembered of alarms.
    public mutating func load(_ memories: [AlarmMemory]) { self.memories = AlarmMemories(memories) }

    /// Why alarms could not be read since the last call, so that nothing of what came about since is to be kept; `nil`
    /// where all went well.
    public func takeFailure() -> (any Error)? { standing.takeFailure() }

    public var count: Int { standing.count - standing.counts[Int(Severity.cleared.rawValue)] }

    /// How many alarms stand at a severity.
    public func count(of severity: Severity) -> Int { standing.counts[Int(severity.rawValue)] }

    /// All that stand, the oldest raise first: a GiB where there are a million.
    public var alarms: [ActiveAlarm] { standing.all.filter { $0.severity != .cleared } }

    /// Those of a device, by its identity.
    public func alarms(of device: String) -> [ActiveAlarm] {
        standing.alarms(of: device).filter { $0.severity != .cleared }
    }

    public func alarm(for key: AlarmKey) -> ActiveAlarm? {
        standing.alarm(for: key).flatMap { $0.severity == .cleared ? nil : $0 }
    }

    /// The key of the alarm that an interpretation speaks of.
    public static func key(for interpretation: Interpretation, device: EventDevice) -> AlarmKey {
        AlarmKey(device: device.id, oid: interpretation.alarmOID, source: interpretation.source)
    }

    /// What the notification did; `nil` for a keep-alive, which makes no event.
    ///
    /// `eventID` is the number that the event will have in the log; a raise gives it to its alarm.
    public mutating func apply(
        _ interpretation: Interpretation, device: EventDevice, time: Timestamp, eventID: Int64
    ) -> Event? {
        var followedSinks: [String] = []
        return apply(
            interpretation, device: device, time: time, eventID: eventID, followedSinks: &followedSinks)
    }

    /// The same; `followedSinks` becomes the sinks that were told of the alarm before. `nil` too for an event that is
    /// withheld: what it did to its alarm is done.
    ///
    /// - Parameters:
    ///   - uptime: the notification's sysUpTime, in hundredths of a second; `nil` where the sender's clock is not to be
    ///     relied on.
    ///   - isDevices: whether a device sent it: only of such alarms it is noticed that they flap or are too many.
    public mutating func apply(
        _ interpretation: Interpretation, device: EventDevice, time: Timestamp, uptime: UInt32? = nil,
        isDevices: Bool = false, eventID: Int64, followedSinks: inout [String]
    ) -> Event? {
        followedSinks = []
        switch interpretation.kind {
        case .keepAlive:
            return nil
        case .restart:
            return logged(interpretation, device: device, time: time, uptime: uptime, eventID: eventID, reason: nil)
        case .event, .alarm:
            break
        }
        let told = Told(
            interpretation: interpretation, device: device, time: time, eventID: eventID,
            order: DeviceOrder(received: time, uptime: uptime, runningNumber: interpretation.runningNumber),
            key: AlarmTable.key(for: interpretation, device: device))
        let memory = isDevices ? memories[told.key] : nil
        let isWithheld = memory?.isWithholding ?? false
        var event: Event?
        if interpretation.kind == .event {
            event = isWithheld ? nil : logged(told, reason: nil)
        } else {
            event = alarmEvent(told, memory, isDevices: isDevices, followedSinks: &followedSinks)
        }
        if isWithheld, event == nil { countWithheld(told) }
        if isDevices, settings.suppression != nil { countEvent(told) }
        return event
    }

    /// A notification on its way through the table.
    struct Told {
        var interpretation: Interpretation
        var device: EventDevice
        var time: Timestamp
        var eventID: Int64
        var order: DeviceOrder
        var key: AlarmKey
    }

    /// `nil` where the event is withheld.
    private mutating func alarmEvent(
        _ told: Told, _ memory: AlarmMemory?, isDevices: Bool, followedSinks: inout [String]
    ) -> Event? {
        let isWithheld = memory?.isWithholding ?? false
        let index = standing.index(of: told.key)
        if let last = index.map({ standing[$0].order }) ?? memory?.order, told.order.isOlder(than: last) {
            return isWithheld ? nil : logged(told, reason: AlarmTable.reasonLate)
        }
        guard let index else { return eventOfNone(told, isDevices: isDevices, isWithheld: isWithheld) }
        if isDevices, standing[index].severity != told.interpretation.severity { noteChange(told, at: index) }
        if isWithheld {
            updateSilently(told, at: index)
            return nil
        }
        followedSinks = standing[index].sinks
        if told.interpretation.severity == .cleared { return clear(told, at: index, isDevices: isDevices) }
        return update(told, at: index)
    }

    /// Where no alarm of this key stands. A raise is always told, since its event gives the alarm its number.
    private mutating func eventOfNone(_ told: Told, isDevices: Bool, isWithheld: Bool) -> Event? {
        if told.interpretation.severity == .cleared {
            if isDevices { noteOrder(told) }
            return isWithheld ? nil : logged(told, reason: AlarmTable.reasonNothingStanding)
        }
        guard standing.count < limit else {
            return isWithheld ? nil : logged(told, reason: AlarmTable.reasonTableFull)
        }
        if isDevices { noteChange(told, at: nil) }
        if isWithheld { noteTold(told.interpretation.severity, told) }
        return raise(told)
    }

    /// Remembers which sinks were told of the alarm, so that what follows goes to them too. Nothing happens if it no
    /// longer stands.
    public mutating func note(sinks: [String], for key: AlarmKey) {
        guard let index = standing.index(of: key) else { return }
        let before = standing[index].sinks
        if before.isEmpty {
            standing.update(at: index, .changed) { $0.sinks = sinks }
        } else {
            let union = Set(before).union(sinks)
            guard union.count != before.count else { return }
            standing.update(at: index, .changed) { $0.sinks = union.sorted() }
        }
    }

    /// Alters what is remembered of an alarm; `false` where it does not stand.
    mutating func alter(_ key: AlarmKey, _ change: (inout ActiveAlarm) -> Void) -> Bool {
        guard let index = standing.index(of: key) else { return false }
        standing.update(at: index, .changed, change)
        return true
    }

    /// What the store has to write to hold what this table holds, since the last call. It is to be written before the
    /// table is asked for anything else: the alarms in it may not be in memory any more.
    ///
    /// - Parameter settling: whether alarms that were only told again are among it. Their repeats stand in the event
    ///   log, from which they can be made up.
    public mutating func takeChanges(settling: Bool = true) -> Changes {
        let alarms = standing.takeChanges(settling: settling)
        let memories = memories.takeChanges()
        return Changes(
            postponed: alarms.postponed, upserts: alarms.upserts, repeats: alarms.repeats, removals: alarms.removals,
            memories: memories.upserts, forgotten: memories.removals)
    }

    /// What came about beside the event of the notification applied last, in the order in which it is to be told.
    public mutating func takeNews() -> [AlarmNews] {
        guard !news.isEmpty else { return [] }
        defer { news = [] }
        return news
    }
}
