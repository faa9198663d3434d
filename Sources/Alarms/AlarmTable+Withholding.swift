public import Basics

/// What is noticed of alarms that say too much, and the events that are withheld of them.
///
/// Only events are withheld: the alarm itself changes as it is told, except that its row outlasts a clear that nobody
/// was told of, so that the raise behind it goes on with the alarm that is known.
extension AlarmTable {
    /// How long it is remembered when an alarm was told last that stands no more. A datagram that comes later than that
    /// was not delayed by a network.
    private static let orderMemory: Int64 = 600_000_000_000

    /// The alarm rises, clears or changes its severity.
    ///
    /// - Parameter index: the alarm as it stood before; a first raise is remembered by the alarm itself.
    mutating func noteChange(_ told: Told, at index: StandingAlarms.Index?) {
        guard let flapping = settings.flapping, index != nil || memories[told.key] != nil else { return }
        let raised = index.map { standing[$0].raised }
        let changes = memories.update(told.key, alarm: told.interpretation.alarm) { memory -> Int? in
            guard memory.flappingUntil == nil else {
                memory.flappingUntil = told.time.adding(flapping.quiet.inNanoseconds)
                return nil
            }
            let within = flapping.within.inNanoseconds
            if memory.changes.isEmpty, let raised { memory.changes = [raised] }
            memory.changes.removeAll { told.time.nanoseconds(since: $0) > within }
            memory.changes.append(told.time)
            memory.changesUntil = told.time.adding(within)
            let count = memory.changes.count
            guard count >= flapping.changes else { return nil }
            memory.beginWithholding(told: told.interpretation.severity)
            memory.flappingUntil = told.time.adding(flapping.quiet.inNanoseconds)
            memory.changes = []
            memory.changesUntil = nil
            return count
        }
        guard let changes, let changes else { return }
        news.append(.flapping(told.key, alarm: told.interpretation.alarm, changes: changes))
    }

    /// One more event of this alarm, told or withheld.
    mutating func countEvent(_ told: Told) {
        guard let suppression = settings.suppression else { return }
        let severity = standing.index(of: told.key).map { standing[$0].severity } ?? .cleared
        let events = memories.update(told.key, alarm: told.interpretation.alarm) { memory -> Int? in
            if memory.intervalEnd == nil {
                memory.intervalEnd = told.time.adding(suppression.interval.inNanoseconds)
                memory.intervalEvents = 0
            }
            memory.intervalEvents += 1
            guard !memory.isSuppressed, memory.intervalEvents >= suppression.events else { return nil }
            memory.beginWithholding(told: severity)
            memory.isSuppressed = true
            return memory.intervalEvents
        }
        guard let events, let events else { return }
        news.append(.suppressed(told.key, alarm: told.interpretation.alarm, events: events))
    }

    mutating func countWithheld(_ told: Told) {
        _ = memories.update(told.key, alarm: told.interpretation.alarm) { $0.withheld += 1 }
    }

    /// A severity is told although others are withheld.
    mutating func noteTold(_ severity: Severity, _ told: Told) {
        _ = memories.update(told.key, alarm: told.interpretation.alarm) { $0.toldSeverity = severity }
    }

    /// Nothing stands behind this clear: what is older and comes later is to be recognised.
    mutating func noteOrder(_ told: Told) {
        remember(told.order, of: told.key, alarm: told.interpretation.alarm, at: told.time)
    }

    private mutating func remember(_ order: DeviceOrder, of key: AlarmKey, alarm: String, at time: Timestamp) {
        guard order.tellsAnything else { return }
        _ = memories.update(key, alarm: alarm) { memory in
            memory.order = order
            memory.orderUntil = time.adding(AlarmTable.orderMemory)
        }
    }

    // MARK: - What time brings

    /// When something of an alarm is over by itself; `nil` where nothing is.
    public var nextDue: Timestamp? {
        guard let expiry = standing.expiries.next else { return memories.nextDue }
        return memories.nextDue.map { min($0, expiry) } ?? expiry
    }

    /// Nobody could be heard for that long: an alarm whose repeats may have been missed stands longer, and silence is no
    /// quiet.
    public mutating func postpone(by nanoseconds: Int64) {
        standing.postpone(by: nanoseconds)
        memories.postpone(by: nanoseconds)
    }

    /// What is over by `time`, to be told in this order.
    public mutating func advance(to time: Timestamp) -> [AlarmNews] {
        while let index = standing.takeExpired(by: time) { end(at: index, reason: AlarmNews.reasonExpired) }
        while let memory = memories.takeDue(by: time) { advance(memory, to: time) }
        return takeNews()
    }

    private mutating func advance(_ memory: AlarmMemory, to time: Timestamp) {
        let suppression = settings.suppression
        let after = memories.update(memory.key, alarm: memory.alarm) { memory in
            memory.advance(to: time, suppression)
            return memory
        }
        guard let after else { return }
        if memory.flappingUntil != nil, after.flappingUntil == nil {
            news.append(.flappingEnded(memory.key, alarm: memory.alarm, withheld: memory.withheld))
        }
        if memory.isSuppressed, !after.isSuppressed {
            news.append(.suppressionEnded(memory.key, alarm: memory.alarm, withheld: memory.withheld))
        }
        if memory.isWithholding, !after.isWithholding { tellNetChange(memory, at: time) }
    }

    /// What became of the alarm while its events were withheld.
    private mutating func tellNetChange(_ memory: AlarmMemory, at time: Timestamp) {
        guard memory.withheld > 0, let index = standing.index(of: memory.key) else { return }
        let alarm = standing[index]
        let told = memory.toldSeverity ?? alarm.severity
        if alarm.severity == .cleared {
            _ = standing.remove(at: index)
            remember(alarm.order, of: memory.key, alarm: memory.alarm, at: time)
            news.append(.endedMeanwhile(alarm, told: told, withheld: memory.withheld))
        } else if alarm.severity != told {
            news.append(.changedMeanwhile(alarm, told: told, withheld: memory.withheld))
        } else {
            news.append(.standsStill(alarm, withheld: memory.withheld))
        }
    }

    // MARK: - Ends that no notification tells

    /// The device began anew at `epoch`: what it had raised before and tells anew if it still is ends. Asked twice, it
    /// finds nothing more.
    public mutating func restart(of device: String, at epoch: Timestamp) -> [AlarmNews] {
        let over = standing.keys(of: device) { alarm in
            alarm.clearsOnRestart && alarm.severity != .cleared && alarm.raised < epoch
        }
        for key in over {
            guard let index = standing.index(of: key) else { continue }
            end(at: index, reason: AlarmNews.reasonRestarted)
        }
        return takeNews()
    }

    private mutating func end(at index: StandingAlarms.Index, reason: String) {
        let (key, name) = (standing[index].key, standing[index].alarm)
        if memories[key]?.isWithholding == true {
            _ = memories.update(key, alarm: name) { $0.withheld += 1 }
            standing.update(at: index, .changed) { $0.severity = .cleared }
        } else {
            news.append(.ended(standing.remove(at: index), reason: reason))
        }
    }
}

extension AlarmMemory {
    /// From the next event on they are withheld; nothing changes where they are already.
    ///
    /// - Parameter severity: what is told by then; cleared where nothing stands.
    fileprivate mutating func beginWithholding(told severity: Severity) {
        guard !isWithholding else { return }
        withheld = 0
        toldSeverity = severity == .cleared ? nil : severity
    }

    /// Lets go of what is over by `time`.
    ///
    /// - Parameter suppression: `nil` where it was switched off meanwhile.
    fileprivate mutating func advance(to time: Timestamp, _ suppression: AlarmSettings.Suppression?) {
        func isOver(_ end: Timestamp?) -> Bool { end.map { $0 <= time } ?? false }
        if isOver(orderUntil) { (order, orderUntil) = (nil, nil) }
        if isOver(changesUntil) { (changes, changesUntil) = ([], nil) }
        if isOver(flappingUntil) { flappingUntil = nil }
        if let end = intervalEnd, isOver(end) {
            if isSuppressed, let suppression, intervalEvents >= suppression.events {
                intervalEnd = end.adding(suppression.interval.inNanoseconds)
            } else {
                isSuppressed = false
                intervalEnd = nil
            }
            intervalEvents = 0
        }
        if !isWithholding { (withheld, toldSeverity) = (0, nil) }
    }
}
