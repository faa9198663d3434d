import Basics

/// What becomes of a device's alarms when it turns out to be another one than it was taken for, or is known no more.
extension AlarmTable {
    /// All its alarms, and what is remembered of them, are the other identity's from now on.
    ///
    /// Where both have an alarm, that of the new identity stays, as the one that was told of last; the other one ends,
    /// and whoever was told of it is told so. It ends too where the new identity has been told since that it is over.
    /// What an operator said of it is said of the one that stays, if nobody said anything of that. What is remembered
    /// of both counts together: what flaps, or is too much, under either of them does so under the new one.
    ///
    /// - Returns: what ended with that.
    public mutating func move(_ device: String, to new: EventDevice) -> [AlarmNews] {
        guard device != new.id else { return [] }
        let remembered = memories.take(of: device)
        func key(_ key: AlarmKey) -> AlarmKey { AlarmKey(device: new.id, oid: key.oid, source: key.source) }
        // What sinks know of the alarms that stand in the end, where events are withheld of them.
        var told: [AlarmKey: Severity] = [:]
        for former in standing.keys(of: device, where: { _ in true }) {
            guard let index = standing.index(of: former) else { continue }
            let alarm = standing.remove(at: index)
            var moved = alarm
            let memory = remembered[alarm.key]
            moved.key = key(alarm.key)
            moved.device = new
            if let own = standing.index(of: moved.key) {
                end(alarm, memory, reason: AlarmNews.reasonSameDevice)
                keepRemarks(of: alarm, at: own)
            } else if let over = memories[moved.key]?.order, over.received > alarm.lastTime {
                end(alarm, memory, reason: AlarmNews.reasonSameDevice)
            } else {
                told[moved.key] = self.told(alarm, memory)
                standing.insert(moved)
            }
        }
        let keys = Set(remembered.keys.map(key)).union(told.keys)
        for key in keys where told[key] == nil {
            told[key] = standing.index(of: key).flatMap { self.told(standing[$0], memories[key]) }
        }
        for var memory in remembered.values {
            memory.key = key(memory.key)
            memories.join(memory)
        }
        for key in keys {
            guard let memory = memories[key], memory.isWithholding, memory.toldSeverity != told[key] else { continue }
            _ = memories.update(key, alarm: memory.alarm) { $0.toldSeverity = told[key] }
        }
        return takeNews()
    }

    /// The device is known no more: its alarms end, and nothing is remembered of them. Whoever was told of one is told.
    public mutating func forget(_ device: String) -> [AlarmNews] {
        let remembered = memories.take(of: device)
        for key in standing.keys(of: device, where: { _ in true }) {
            guard let index = standing.index(of: key) else { continue }
            end(standing.remove(at: index), remembered[key], reason: AlarmNews.reasonForgotten)
        }
        return takeNews()
    }

    /// The device counts anew, by another clock: the other unit of a pair has taken over. What the one before sent says
    /// nothing of which of both came first.
    public mutating func forgetOrder(of device: String) {
        memories.forgetOrder(of: device)
        for key in standing.keys(of: device, where: { $0.uptime != nil || $0.runningNumber != nil }) {
            guard let index = standing.index(of: key) else { continue }
            standing.update(at: index, .changed) { alarm in
                alarm.uptime = nil
                alarm.runningNumber = nil
            }
        }
    }

    /// Those that have alarms, by their identities; in no order.
    public var devices: some Collection<String> { standing.devices }

    /// The device has another name or belongs elsewhere; so do its alarms.
    public mutating func take(_ device: EventDevice) {
        for key in standing.keys(of: device.id, where: { $0.device != device }) {
            guard let index = standing.index(of: key) else { continue }
            standing.update(at: index, .changed) { $0.device = device }
        }
    }

    private mutating func keepRemarks(of alarm: ActiveAlarm, at index: StandingAlarms.Index) {
        guard alarm.acknowledged != nil || alarm.note != nil else { return }
        standing.update(at: index, .changed) { own in
            own.acknowledged = own.acknowledged ?? alarm.acknowledged
            own.note = own.note ?? alarm.note
        }
    }

    private func told(_ alarm: ActiveAlarm, _ memory: AlarmMemory?) -> Severity? {
        memory?.isWithholding == true ? memory?.toldSeverity : alarm.severity
    }

    /// An alarm that stands no more; one whose clear was withheld is over for nobody who was told of it.
    private mutating func end(_ alarm: ActiveAlarm, _ memory: AlarmMemory?, reason: String) {
        guard let told = told(alarm, memory), told != .cleared else { return }
        var ended = alarm
        ended.severity = told
        news.append(.ended(ended, reason: reason))
    }
}
