import Basics

/// The alarms that stand, and what of them the store does not know yet.
///
/// All are known by their numbers; in memory are those that were asked for of late. An alarm whose clear is withheld is
/// among them with severity cleared: it is over and its row is not.
struct StandingAlarms: Sendable {
    typealias Age = AlarmCache.Age
    /// Where an alarm is in memory, until the next `takeChanges()`.
    typealias Index = AlarmCache.Place

    /// What the store has to write, in a fixed order.
    struct Changes {
        /// All rows' times of expiry move by as much, before anything else.
        var postponed: Int64 = 0
        var upserts: [ActiveAlarm] = []
        var repeats: [AlarmRepeat] = []
        var removals: [Int64] = []
    }

    /// How many are read at a time where all of a device are looked at.
    private static let page = 1_024

    /// `nil` where all are in memory and none is ever given up.
    private let stored: StoredAlarms?
    private let cacheLimit: Int
    private var index: AlarmIndex
    private var cache = AlarmCache()
    /// How many there are of each severity, by its number.
    private(set) var counts = [Int](repeating: 0, count: Severity.allCases.count)
    /// When an alarm ends whose rule says how long it stands untold, by number. Where a row says otherwise, this is right.
    private(set) var expiries = DeadlineQueue<Int64>()
    private var postponed: Int64 = 0
    /// Alarms that were raised, changed or noted since the last `takeChanges()`, and those that were only told again.
    /// An alarm that went or was taken since stays in the list and is passed over.
    private var changed: [Int64] = []
    private var repeated: [Int64] = []
    /// Alarms whose stored row is to go.
    private var ended: Set<Int64> = []

    init(stored: StoredAlarms? = nil, cacheLimit: Int = .max, index: AlarmIndex = AlarmIndex()) {
        self.stored = stored
        self.cacheLimit = cacheLimit
        self.index = index
    }

    // MARK: - What the store has

    mutating func load(_ alarm: AlarmSummary) {
        index.insert(alarm.key, alarm.number)
        counts[Int(alarm.severity.rawValue)] += 1
        if alarm.expires != nil, alarm.severity != .cleared { expiries.set(alarm.number, to: alarm.expires) }
    }

    /// - Parameter age: how its row is out of date.
    mutating func load(_ alarm: ActiveAlarm, age: Age) {
        _ = cache.insert(alarm, age: age, isStored: true)
        if age != .current { repeated.append(alarm.id) }
    }

    /// A read of the store failed since the last call, so that nothing of what came about since is to be relied on.
    func takeFailure() -> (any Error)? { stored?.takeFailure() }

    private func read(_ numbers: [Int64]) -> [ActiveAlarm] {
        guard !numbers.isEmpty, let stored else { return [] }
        var alarms = stored.alarms(numbers)
        for index in alarms.indices { alarms[index].expires = expiries.deadline(of: alarms[index].id) }
        return alarms
    }

    // MARK: - Looking

    /// Those whose clear is withheld too.
    var count: Int { index.count }

    /// The alarm, which is in memory from now on.
    mutating func index(of key: AlarmKey) -> Index? {
        switch index.find(key) {
        case .none: nil
        case .sure(let number): place(of: number)
        case .possible(let number): place(of: number).flatMap { cache[$0].key == key ? $0 : nil }
        }
    }

    private mutating func place(of number: Int64) -> Index? {
        if let place = cache.place(of: number) {
            cache.touch(place)
            return place
        }
        return read([number]).first.map { cache.insert($0, age: .current, isStored: true) }
    }

    /// The alarm, without holding on to it.
    func alarm(for key: AlarmKey) -> ActiveAlarm? {
        let number: Int64
        switch index.find(key) {
        case .none: return nil
        case .sure(let found), .possible(let found): number = found
        }
        let alarm = cache.place(of: number).map { cache[$0] } ?? read([number]).first
        return alarm?.key == key ? alarm : nil
    }

    subscript(index: Index) -> ActiveAlarm {
        _read { yield cache[index] }
    }

    /// In the order of their raises; a GiB where there are a million.
    var all: [ActiveAlarm] { alarms(index.all) }

    /// Of one device, in the order of their raises.
    func alarms(of device: String) -> [ActiveAlarm] { alarms(index.numbers(of: device)) }

    /// Whose they are.
    var devices: some Collection<String> { index.devices }

    private func alarms(_ numbers: [Int64]) -> [ActiveAlarm] {
        var alarms: [ActiveAlarm] = []
        forEach(numbers) { alarms.append($0) }
        return alarms
    }

    /// The keys of one device's alarms for which this holds, in the order of their raises: few of them are in memory at
    /// a time.
    func keys(of device: String, where isWanted: (ActiveAlarm) -> Bool) -> [AlarmKey] {
        var keys: [AlarmKey] = []
        forEach(index.numbers(of: device)) { if isWanted($0) { keys.append($0.key) } }
        return keys
    }

    private func forEach(_ numbers: [Int64], _ body: (ActiveAlarm) -> Void) {
        var rest = numbers[...]
        while !rest.isEmpty {
            let page = rest.prefix(StandingAlarms.page)
            rest = rest.dropFirst(page.count)
            let read = read(page.filter { cache.place(of: $0) == nil })
            var next = read.startIndex
            for number in page {
                if let place = cache.place(of: number) {
                    body(cache[place])
                } else if next < read.endIndex, read[next].id == number {
                    body(read[next])
                    next += 1
                }
            }
        }
    }

    // MARK: - Changing

    /// - Parameter alarm: one whose key no other has.
    mutating func insert(_ alarm: ActiveAlarm) {
        index.insert(alarm.key, alarm.id)
        counts[Int(alarm.severity.rawValue)] += 1
        if alarm.expires != nil, alarm.severity != .cleared { expiries.set(alarm.id, to: alarm.expires) }
        // One that was taken out in this batch, to be changed, still has its row.
        _ = cache.insert(alarm, age: .changed, isStored: ended.remove(alarm.id) != nil)
        changed.append(alarm.id)
    }

    /// - Parameter age: what becomes of the row; an alarm that expires is written at once, since the event log does not
    ///   tell when.
    mutating func update(at index: Index, _ age: Age, _ change: (inout ActiveAlarm) -> Void) {
        let (severity, expires) = (cache[index].severity, cache[index].expires)
        cache.update(at: index) { alarm in
            change(&alarm)
            // What is over does not end once more.
            if alarm.severity == .cleared { alarm.expires = nil }
        }
        let (number, after, deadline) = (cache[index].id, cache[index].severity, cache[index].expires)
        if after != severity {
            counts[Int(severity.rawValue)] -= 1
            counts[Int(after.rawValue)] += 1
        }
        if deadline != expires { expiries.set(number, to: deadline) }
        self.age(at: index, number, to: expires == deadline ? age : .changed)
    }

    private mutating func age(at index: Index, _ number: Int64, to age: Age) {
        let before = cache.age(at: index)
        guard age > before else { return }
        cache.setAge(age, at: index)
        if age == .changed { changed.append(number) } else if before == .current { repeated.append(number) }
    }

    mutating func remove(at index: Index) -> ActiveAlarm {
        let isStored = cache.isStored(at: index)
        let alarm = cache.remove(at: index)
        self.index.remove(alarm.key, alarm.id)
        counts[Int(alarm.severity.rawValue)] -= 1
        if alarm.expires != nil { expiries.set(alarm.id, to: nil) }
        if isStored { ended.insert(alarm.id) }
        return alarm
    }

    /// The alarm that is due first; it is to be ended.
    mutating func takeExpired(by time: Timestamp) -> Index? {
        while let (number, _) = expiries.takeNext(by: time) {
            guard let place = place(of: number) else { continue }
            cache.update(at: place) { $0.expires = nil }
            return place
        }
        return nil
    }

    /// All that expire do so later.
    mutating func postpone(by nanoseconds: Int64) {
        guard expiries.count > 0 else { return }
        expiries.postpone(by: nanoseconds)
        cache.updateAll { $0.expires = $0.expires?.adding(nanoseconds) }
        postponed = postponed.addingReportingOverflow(nanoseconds).overflow ? .max : postponed + nanoseconds
    }

    // MARK: - What the store has to write

    /// What the store has to write to hold what this holds, since the last call. It has to be written before anything is
    /// looked for again: what is in it may not be in memory any more.
    mutating func takeChanges(settling: Bool) -> Changes {
        var changes = Changes(postponed: postponed)
        postponed = 0
        take(changed, &changes)
        changed.removeAll(keepingCapacity: true)
        if settling {
            take(repeated, &changes)
            repeated.removeAll(keepingCapacity: true)
        }
        changes.removals = ended.sorted()
        ended.removeAll(keepingCapacity: true)
        changes.upserts.sort { $0.id < $1.id }
        changes.repeats.sort { $0.number < $1.number }
        if stored != nil { cache.trim(to: cacheLimit) }
        return changes
    }

    private mutating func take(_ numbers: [Int64], _ changes: inout Changes) {
        for number in numbers {
            guard let place = cache.place(of: number) else { continue }
            switch cache.age(at: place) {
            case .current: continue
            case .repeated: changes.repeats.append(AlarmRepeat(cache[place]))
            case .reworded, .changed: changes.upserts.append(cache[place])
            }
            cache.setAge(.current, at: place)
            cache.setStored(at: place)
        }
    }
}
