public import Basics

/// An alarm as an operator's action names it. Both must agree: an alarm that was raised anew has another number.
public struct AlarmReference: Sendable, Hashable {
    public var number: Int64
    public var key: AlarmKey

    public init(number: Int64, key: AlarmKey) {
        self.number = number
        self.key = key
    }

    public init(_ alarm: ActiveAlarm) {
        self.init(number: alarm.id, key: alarm.key)
    }
}

/// What an operator does to alarms and devices, as it was read from the journal.
public enum OperatorAction: Sendable, Hashable {
    case acknowledge(AlarmReference, note: String)
    case unacknowledge(AlarmReference, note: String)
    /// It stays cleared until its device raises it anew.
    case clear(AlarmReference, note: String)
    case note(AlarmReference, text: String)
    case silence(AlarmMatcher, from: Timestamp, until: Timestamp, reason: String)
    case endSilence(Int64, note: String)
    /// An empty name gives the device back its own.
    case nameDevice(String, name: String)
    case placeDevice(String, DevicePlacement)
    /// Nobody is told of the device's alarms until then, or until it is ended.
    case beginMaintenance(String, until: Timestamp?, reason: String)
    case endMaintenance(String, note: String)
    /// The device leaves the inventory until it is heard of again; with it go the clocks of its engines, in lower-case hex
    /// digits.
    case forgetDevice(String, engines: [String] = [])
    /// The device is asked which alarms stand on it; `nil` for every device that may be asked.
    case resyncDevice(String?)
    /// The device's engine, in lower-case hex digits, has the clock that it has: what it tells next is believed.
    case trustClock(String, engine: String)
}

/// Where an operator puts a device; what is `nil` stays as it is, what is empty is given back to its network.
public struct DevicePlacement: Sendable, Hashable {
    public var group: String?
    public var tenant: String?
    public var region: String?
    public var site: String?

    public init(group: String? = nil, tenant: String? = nil, region: String? = nil, site: String? = nil) {
        self.group = group
        self.tenant = tenant
        self.region = region
        self.site = site
    }

    public var isEmpty: Bool { self == DevicePlacement() }
}

/// What somebody said of an alarm, and when.
public struct AlarmRemark: Sendable, Hashable {
    public var by: String
    public var time: Timestamp
    /// May be empty.
    public var text: String

    public init(by: String, time: Timestamp, text: String) {
        self.by = by
        self.time = time
        self.text = text
    }
}

/// An operator's action as the audit log keeps it.
public struct AuditEntry: Sendable, Hashable {
    /// When it was asked for.
    public var time: Timestamp
    /// Who asked.
    public var by: String
    /// As the command is spelt: `alarms ack`.
    public var action: String
    /// What it was done to.
    public var subject: String
    /// What the operator said.
    public var note: String
    /// `done`, or why not.
    public var outcome: String
    /// The number of the event that tells of it.
    public var event: Int64

    /// The outcome of what could be done.
    public static let done = "done"

    public init(
        time: Timestamp, by: String, action: String, subject: String, note: String, outcome: String, event: Int64
    ) {
        self.time = time
        self.by = by
        self.action = action
        self.subject = subject
        self.note = note
        self.outcome = outcome
        self.event = event
    }
}
