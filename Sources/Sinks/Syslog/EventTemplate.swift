public import Alarms
public import Basics
public import Documents
internal import SNMPWire

/// A line of text with `{placeholders}`, filled from an event: `text` of the syslog sink.
///
/// | placeholder | |
/// |---|---|
/// | `id`, `alarmId` | the event's number; that of the raise |
/// | `time`, `deviceTime`, `raised` | when it was received; when the device says it was; when the alarm was raised |
/// | `transition`, `reason` | `raised`, `changed`, `cleared`, `repeated`, `logged`; why, where that is not plain |
/// | `kind` | `Alarm`, or `Event` for what never stands |
/// | `alarm`, `oid`, `name` | the alarm's name; the notification's OID and name |
/// | `severity`, `previousSeverity` | `major`, … |
/// | `device`, `deviceId`, `address` | the device's name, identity and address |
/// | `source`, `text`, `description` | the managed object; the text; both with a comma between |
/// | `eventType`, `probableCause`, `count` | as X.733 has them; how often it was told |
/// | `IF-MIB::ifDescr` | a variable by name, with or without its instance: its text |
///
/// What an event does not have is empty. `{{` is an opening brace.
public struct EventTemplate: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case literal(String)
        case placeholder(String)
    }

    /// What the operations centre's forwarding to syslog says.
    public static let operationsCentre = EventTemplate(
        "Title: {kind} {alarm}, received from {device}, {address} with Severity {severity}. Description: {description}")

    /// All placeholders but the variables' names, in the order of the table above.
    public static let placeholders = [
        "id", "alarmId", "time", "deviceTime", "raised", "transition", "reason", "kind", "alarm", "oid", "name",
        "severity", "previousSeverity", "device", "deviceId", "address", "source", "text", "description", "eventType",
        "probableCause", "count",
    ]

    private let parts: [Part]
    /// Whether it tells of the datagram, and not of the event alone.
    private let needsDatagram: Bool

    public init(_ template: String) {
        var parts: [Part] = []
        var literal = ""
        var rest = template[...]
        while let brace = rest.firstIndex(of: "{") {
            literal += rest[..<brace]
            rest = rest[brace...].dropFirst()
            if rest.first == "{" {
                literal.append("{")
                rest = rest.dropFirst()
            } else if let end = rest.firstIndex(of: "}") {
                parts.append(.literal(literal))
                parts.append(.placeholder(String(rest[..<end])))
                literal = ""
                rest = rest[end...].dropFirst()
            } else {
                literal.append("{")
            }
        }
        literal += rest
        self.parts = (parts + [.literal(literal)]).filter { $0 != .literal("") }
        needsDatagram = parts.contains { part in
            guard case .placeholder(let name) = part else { return false }
            return name == "name" || !Self.placeholders.contains(name)
        }
    }

    /// The placeholders of a template that nothing would ever fill: for the configuration's check.
    public static func unknownPlaceholders(in template: String) -> [String] {
        EventTemplate(template).parts.compactMap { part in
            guard case .placeholder(let name) = part, !placeholders.contains(name), !name.contains("::") else {
                return nil
            }
            return name
        }
    }

    /// The text for an event. It may hold whatever the device sent, line breaks too.
    public func text(for event: Event, datagram: @autoclosure () -> DatagramDocument?) -> String {
        var text = OctetWriter()
        append(event, datagram: datagram(), to: &text)
        return text.text()
    }

    /// The same as octets.
    /// - Parameter datagram: asked once, and only where the template tells of it.
    public func append(
        _ event: Event, datagram: @autoclosure () -> DatagramDocument?, to text: inout OctetWriter
    ) {
        let datagram = needsDatagram ? datagram() : nil
        for part in parts {
            switch part {
            case .literal(let literal): text.append(literal)
            case .placeholder("address"): event.device.address.append(to: &text)
            case .placeholder("time"): event.time.append(to: &text)
            case .placeholder("description"):
                if !event.source.isEmpty {
                    text.append(event.source)
                    text.append(", ")
                }
                text.append(event.text)
            case .placeholder(let name): text.append(Self.value(of: name, event, datagram))
            }
        }
    }

    private static func value(of name: String, _ event: Event, _ datagram: DatagramDocument?) -> String {
        switch name {
        case "id": String(event.id)
        case "alarmId": event.alarmID.map { String($0) } ?? ""
        case "deviceTime": event.deviceTime?.description ?? ""
        case "raised": event.raised?.description ?? ""
        case "transition": event.transition.rawValue
        case "reason": event.reason ?? ""
        case "kind": event.transition == .logged ? "Event" : "Alarm"
        case "alarm": event.alarm
        case "oid": event.oid.description
        case "name": datagram?.name ?? event.alarm
        case "severity": event.severity.name
        case "previousSeverity": event.previousSeverity?.name ?? ""
        case "device": event.device.name
        case "deviceId": event.device.id
        case "source": event.source
        case "text": event.text
        case "eventType": event.eventType ?? ""
        case "probableCause": event.probableCause ?? ""
        case "count": String(event.count)
        default: variable(named: name, in: datagram)
        }
    }

    private static func variable(named name: String, in datagram: DatagramDocument?) -> String {
        guard let variables = datagram?.variables else { return "" }
        return variables.first { $0.name == name || $0.name.hasPrefix(name + ".") }?.text ?? ""
    }
}
