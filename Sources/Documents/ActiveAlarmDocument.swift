public import Alarms
import Basics

/// One alarm that stands, as `trapline explain --active` prints it: `{"active":{…}}`.
public struct ActiveAlarmDocument: Sendable, Hashable, Codable {
    public struct Fields: Sendable, Hashable, Codable {
        public var device: EventDocument.Device
        public var alarm: String
        public var source: String
        public var severity: String
        /// When it was raised, RFC 3339 in UTC.
        public var raised: String
        /// How often it was told since.
        public var count: Int
        /// The number of the event that raised it, by which commands name it.
        public var id: Int64
        public var highestSeverity: String
        /// When it was told last.
        public var lastTime: String
        public var text: String
        public var eventType: String?
        public var probableCause: String?
        /// Who has taken it on.
        public var acknowledged: RemarkDocument?
        /// What was said of it last.
        public var note: RemarkDocument?
    }

    public var active: Fields

    public init(_ alarm: ActiveAlarm) {
        active = Fields(
            device: EventDocument.Device(alarm.device), alarm: alarm.alarm, source: alarm.key.source,
            severity: alarm.severity.name, raised: alarm.raised.description, count: alarm.count, id: alarm.id,
            highestSeverity: alarm.highestSeverity.name, lastTime: alarm.lastTime.description, text: alarm.text,
            eventType: alarm.eventType, probableCause: alarm.probableCause,
            acknowledged: alarm.acknowledged.map(RemarkDocument.init), note: alarm.note.map(RemarkDocument.init))
    }

    /// One line, without its end.
    public func jsonLine() -> String { JSONLine.encode(self) }
}
