internal import Alarms
internal import Basics

extension EventPipeline {
    /// The reason on the clear of an alarm that its rule lets end by itself.
    private static let reasonExpired = "expired"

    /// The alarms whose time is up are cleared.
    mutating func fireAlarms(at due: Timestamp, _ draft: inout BatchDraft) {
        while let alarm = alarms.takeExpired(by: due) {
            let event = Event(
                id: lastEventID + 1, ending: alarm, at: due, reason: EventPipeline.reasonExpired)
            tell(event, of: alarm.key, followedSinks: alarm.sinks, &draft)
        }
    }
}
