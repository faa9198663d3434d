public import Alarms
public import Basics
import SNMPWire

/// One event as JSON, the same everywhere: console, file, `trapline events`, `trapline explain`. The keys are a
/// contract; one whose value is not known is left out.
public struct EventDocument: Sendable, Hashable, Codable {
    public struct Device: Sendable, Hashable, Codable {
        public var id: String
        public var name: String
        public var address: String

        public init(_ device: EventDevice) {
            id = device.id
            name = device.name
            address = device.address.description
        }
    }

    public var id: Int64
    /// When the datagram was received, RFC 3339 in UTC; so are the other times.
    public var time: String
    public var deviceTime: String?
    public var transition: Transition
    public var reason: String?
    public var alarmId: Int64?
    public var alarm: String
    public var oid: String
    public var severity: String
    public var previousSeverity: String?
    public var device: Device
    public var source: String
    public var text: String
    public var eventType: String?
    public var probableCause: String?
    public var count: Int
    public var raised: String?
    /// The decoded datagram; left out where the journal no longer holds it.
    public var notification: DatagramDocument?
    /// `trapline explain` only: the rows that matched, and the sinks that would get the event.
    public var routes: [String]?
    public var sinks: [String]?
    /// `trapline explain` only: the sinks that would get it after so many seconds, if its alarm still stands then.
    public var delayed: [String: Int]?
    /// `trapline explain` only: the sinks that would get it if nothing held it back, and what does.
    public var withheld: [String]?
    public var withheldBy: String?

    public init(
        _ event: Event, datagram: DatagramDocument? = nil, routes: [String]? = nil, sinks: [String]? = nil
    ) {
        id = event.id
        time = event.time.description
        deviceTime = event.deviceTime?.description
        transition = event.transition
        reason = event.reason
        alarmId = event.alarmID
        alarm = event.alarm
        oid = event.oid.description
        severity = event.severity.name
        previousSeverity = event.previousSeverity?.name
        device = Device(event.device)
        source = event.source
        text = event.text
        eventType = event.eventType
        probableCause = event.probableCause
        count = event.count
        raised = event.raised?.description
        notification = datagram
        self.routes = routes
        self.sinks = sinks
    }

    /// One line, without its end.
    public func jsonLine() -> String {
        var json = OctetWriter(capacity: 4_096)
        append(to: &json)
        return json.text()
    }

    /// The same as octets.
    public func append(to json: inout OctetWriter) {
        var members = JSONMembers()
        members.add("alarm", alarm, to: &json)
        members.add("alarmId", alarmId, to: &json)
        members.add("count", count, to: &json)
        append(delayed, to: &json, &members)
        members.add("device", to: &json)
        device.append(to: &json)
        members.add("deviceTime", deviceTime, to: &json)
        members.add("eventType", eventType, to: &json)
        members.add("id", id, to: &json)
        if let notification {
            members.add("notification", to: &json)
            notification.append(to: &json)
        }
        members.add("oid", oid, to: &json)
        members.add("previousSeverity", previousSeverity, to: &json)
        members.add("probableCause", probableCause, to: &json)
        members.add("raised", raised, to: &json)
        members.add("reason", reason, to: &json)
        members.add("routes", routes, to: &json)
        members.add("severity", severity, to: &json)
        members.add("sinks", sinks, to: &json)
        members.add("source", source, to: &json)
        members.add("text", text, to: &json)
        members.add("time", time, to: &json)
        members.add("transition", transition.rawValue, to: &json)
        members.add("withheld", withheld, to: &json)
        members.add("withheldBy", withheldBy, to: &json)
        members.end(&json)
    }
}

extension EventDocument {
    private func append(_ delayed: [String: Int]?, to json: inout OctetWriter, _ members: inout JSONMembers) {
        guard let delayed else { return }
        members.add("delayed", to: &json)
        json.append(UInt8(ascii: "{"))
        for (index, entry) in delayed.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json.append(json: entry.key)
            json.append(UInt8(ascii: ":"))
            json.append(decimal: Int64(entry.value))
        }
        json.append(UInt8(ascii: "}"))
    }
}

extension EventDocument.Device {
    fileprivate func append(to json: inout OctetWriter) {
        var members = JSONMembers()
        members.add("address", address, to: &json)
        members.add("id", id, to: &json)
        members.add("name", name, to: &json)
        members.end(&json)
    }
}
