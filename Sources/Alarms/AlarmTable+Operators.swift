public import Basics

extension AlarmTable {
    /// The reason on a clear that no device sent.
    public static let reasonClearedByHand = "cleared by hand"

    /// The alarm, if it still stands as the one that was meant.
    public func alarm(for reference: AlarmReference) -> ActiveAlarm? {
        guard let alarm = alarm(for: reference.key), alarm.id == reference.number else { return nil }
        return alarm
    }

    /// `nil` takes an acknowledgement back. `false` where the alarm does not stand.
    public mutating func acknowledge(_ reference: AlarmReference, _ remark: AlarmRemark?) -> Bool {
        guard alarm(for: reference) != nil else { return false }
        return alter(reference.key) { $0.acknowledged = remark }
    }

    /// `false` where the alarm does not stand.
    public mutating func note(_ remark: AlarmRemark, for reference: AlarmReference) -> Bool {
        guard alarm(for: reference) != nil else { return false }
        return alter(reference.key) { $0.note = remark }
    }

    /// An operator clears it; `nil` where it does not stand.
    ///
    /// - Parameter followedSinks: becomes the sinks that were told of it.
    public mutating func clear(
        _ reference: AlarmReference, by remark: AlarmRemark, eventID: Int64, followedSinks: inout [String]
    ) -> Event? {
        guard alarm(for: reference) != nil, let alarm = remove(reference.key) else { return nil }
        followedSinks = alarm.sinks
        let words = remark.text.isEmpty ? remark.by : "\(remark.by): \(remark.text)"
        return Event(
            id: eventID, time: remark.time, transition: .cleared, reason: AlarmTable.reasonClearedByHand,
            alarmID: alarm.id, alarm: alarm.alarm, oid: alarm.key.oid, severity: .cleared,
            previousSeverity: alarm.severity, highestSeverity: alarm.highestSeverity, device: alarm.device,
            source: alarm.key.source, text: "\(alarm.text) (cleared by \(words))", eventType: alarm.eventType,
            probableCause: alarm.probableCause, count: alarm.count, raised: alarm.raised)
    }
}

extension ActiveAlarm {
    /// Tells sinks of it that have not heard of it, or not of how it stands now.
    ///
    /// - Parameter known: the severity that they know of; `nil` where they do not know of it at all.
    public func told(eventID: Int64, at time: Timestamp, reason: String, known: Severity?) -> Event {
        Event(
            id: eventID, time: time, transition: known == nil ? .raised : .changed, reason: reason, alarmID: id,
            alarm: alarm, oid: key.oid, severity: severity, previousSeverity: known, highestSeverity: highestSeverity,
            device: device, source: key.source, text: text, eventType: eventType, probableCause: probableCause,
            count: count, raised: raised)
    }
}
