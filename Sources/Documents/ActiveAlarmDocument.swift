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
    }

    public var active: Fields

    public init(_ alarm: ActiveAlarm) {
        active = Fields(
            device: EventDocument.Device(alarm.device), alarm: alarm.alarm, source: alarm.key.source,
            severity: alarm.severity.name, raised: alarm.raised.description, count: alarm.count)
    }

    /// One line, without its end.
    public func jsonLine() -> String { JSONLine.encode(self) }
}
