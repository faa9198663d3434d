import Basics

extension AlarmTable {
    mutating func raise(_ told: Told) -> Event {
        let interpretation = told.interpretation
        let alarm = ActiveAlarm(
            id: told.eventID, key: told.key, alarm: interpretation.alarm, device: told.device,
            severity: interpretation.severity, highestSeverity: interpretation.severity, text: interpretation.text,
            eventType: interpretation.eventType, probableCause: interpretation.probableCause, raised: told.time,
            lastTime: told.time, count: 1, sinks: [], deviceTime: interpretation.deviceTime,
            expires: interpretation.expires.map { told.time.adding($0.inNanoseconds) },
            clearsOnRestart: interpretation.clearsOnRestart, uptime: told.order.uptime,
            runningNumber: told.order.runningNumber)
        standing.insert(alarm)
        return event(.raised, of: alarm, told)
    }

    mutating func update(_ told: Told, at index: StandingAlarms.Index) -> Event {
        let severity = standing[index].severity
        let isChange = told.interpretation.severity != severity
        let age = isChange ? .changed : standing[index].age(by: told)
        standing.update(at: index, age) { $0.take(told) }
        var event = event(isChange ? .changed : .repeated, of: standing[index], told)
        if isChange { event.previousSeverity = severity }
        return event
    }

    /// What is withheld changes the alarm all the same; a clear leaves it where it is, as one that is over.
    mutating func updateSilently(_ told: Told, at index: StandingAlarms.Index) {
        standing.update(at: index, .changed) { alarm in
            alarm.take(told)
            if told.interpretation.severity == .cleared { alarm.count -= 1 }
        }
    }

    mutating func clear(_ told: Told, at index: StandingAlarms.Index, isDevices: Bool) -> Event {
        if isDevices { noteOrder(told) }
        let alarm = standing.remove(at: index)
        var event = event(.cleared, of: alarm, told)
        event.severity = .cleared
        event.previousSeverity = alarm.severity
        return event
    }

    /// The alarm, which stands no more; `nil` where it did not.
    public mutating func remove(_ key: AlarmKey) -> ActiveAlarm? {
        standing.index(of: key).map { standing.remove(at: $0) }
    }

    func logged(_ told: Told, reason: String?) -> Event {
        logged(
            told.interpretation, device: told.device, time: told.time, uptime: told.order.uptime,
            eventID: told.eventID, reason: reason)
    }

    func logged(
        _ interpretation: Interpretation, device: EventDevice, time: Timestamp, uptime: UInt32?, eventID: Int64,
        reason: String?
    ) -> Event {
        Event(
            id: eventID, time: time, deviceTime: interpretation.deviceTime, transition: .logged, reason: reason,
            alarm: interpretation.alarm, oid: interpretation.trapOID, severity: interpretation.severity,
            highestSeverity: interpretation.severity, device: device, source: interpretation.source,
            text: interpretation.text, eventType: interpretation.eventType,
            probableCause: interpretation.probableCause, uptime: uptime,
            runningNumber: interpretation.runningNumber)
    }

    /// An event of a standing (or just ended) alarm: it keeps the alarm's name, number and history, and takes the text
    /// and the times of the notification.
    private func event(_ transition: Transition, of alarm: borrowing ActiveAlarm, _ told: borrowing Told) -> Event {
        Event(
            id: told.eventID, time: told.time, deviceTime: told.interpretation.deviceTime, transition: transition,
            alarmID: alarm.id, alarm: alarm.alarm, oid: told.interpretation.trapOID, severity: alarm.severity,
            highestSeverity: alarm.highestSeverity, device: told.device, source: alarm.key.source,
            text: told.interpretation.text, eventType: told.interpretation.eventType ?? alarm.eventType,
            probableCause: told.interpretation.probableCause ?? alarm.probableCause, count: alarm.count,
            raised: alarm.raised, uptime: told.order.uptime, runningNumber: told.order.runningNumber)
    }
}

extension ActiveAlarm {
    /// Where what was told last stands in the device's own order.
    var order: DeviceOrder { DeviceOrder(received: lastTime, uptime: uptime, runningNumber: runningNumber) }

    /// How a repeat leaves its row: the event log tells the words of each, and not where the device belongs.
    fileprivate borrowing func age(by told: borrowing AlarmTable.Told) -> AlarmCache.Age {
        if device.group != told.device.group || device.tenant != told.device.tenant || device.site != told.device.site {
            return .changed
        }
        let isReworded =
            text != told.interpretation.text || device.name != told.device.name
            || device.address != told.device.address
            || (told.interpretation.eventType != nil && told.interpretation.eventType != eventType)
            || (told.interpretation.probableCause != nil && told.interpretation.probableCause != probableCause)
        return isReworded ? .reworded : .repeated
    }

    fileprivate mutating func take(_ told: AlarmTable.Told) {
        let interpretation = told.interpretation
        device = told.device
        severity = interpretation.severity
        if interpretation.severity.rawValue > highestSeverity.rawValue { highestSeverity = interpretation.severity }
        text = interpretation.text
        eventType = interpretation.eventType ?? eventType
        probableCause = interpretation.probableCause ?? probableCause
        lastTime = told.time
        uptime = told.order.uptime
        runningNumber = told.order.runningNumber
        if let duration = interpretation.expires { expires = told.time.adding(duration.inNanoseconds) }
        count += 1
    }
}
