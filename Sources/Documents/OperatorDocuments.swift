public import Alarms
import Basics

/// What somebody said of an alarm, as JSON.
public struct RemarkDocument: Codable, Sendable, Hashable {
    public var by: String
    /// RFC 3339, UTC; so are the other times.
    public var time: String
    /// Left out where nothing was said.
    public var text: String?

    public init(_ remark: AlarmRemark) {
        by = remark.by
        time = remark.time.description
        text = remark.text.isEmpty ? nil : remark.text
    }
}

/// An alarm that has ended, as `trapline alarms --history --json` prints it: `{"history":{…}}`.
public struct PastAlarmDocument: Codable, Sendable, Hashable {
    public struct Fields: Codable, Sendable, Hashable {
        public var id: Int64?
        public var device: EventDocument.Device
        public var alarm: String
        public var source: String
        /// What it was when it ended.
        public var severity: String
        public var highestSeverity: String
        public var raised: String?
        public var cleared: String
        public var count: Int
        public var text: String
        /// Why it ended, where no device said so.
        public var reason: String?
    }

    public var history: Fields

    /// - Parameter event: the one that cleared it.
    public init(_ event: Event) {
        history = Fields(
            id: event.alarmID, device: EventDocument.Device(event.device), alarm: event.alarm, source: event.source,
            severity: (event.previousSeverity ?? event.highestSeverity).name,
            highestSeverity: event.highestSeverity.name, raised: event.raised?.description,
            cleared: event.time.description, count: event.count, text: event.text, reason: event.reason)
    }

    /// One line, without its end.
    public func jsonLine() -> String { JSONLine.encode(self) }
}

/// A silence as JSON.
public struct SilenceDocument: Codable, Sendable, Hashable {
    public var id: Int64
    public var matcher: String
    public var from: String
    public var until: String
    public var reason: String
    public var by: String

    public init(_ silence: Silence) {
        id = silence.id
        matcher = silence.matcher.description
        from = silence.from.description
        until = silence.until.description
        reason = silence.reason
        by = silence.by
    }

    /// One line, without its end.
    public func jsonLine() -> String { JSONLine.encode(self) }
}

/// An entry of the audit log as JSON.
public struct AuditDocument: Codable, Sendable, Hashable {
    public var time: String
    public var by: String
    public var action: String
    public var subject: String
    /// Left out where nothing was said.
    public var note: String?
    public var outcome: String
    /// The number of the event that tells of it.
    public var event: Int64

    public init(_ entry: AuditEntry) {
        time = entry.time.description
        by = entry.by
        action = entry.action
        subject = entry.subject
        note = entry.note.isEmpty ? nil : entry.note
        outcome = entry.outcome
        event = entry.event
    }

    /// One line, without its end.
    public func jsonLine() -> String { JSONLine.encode(self) }
}
