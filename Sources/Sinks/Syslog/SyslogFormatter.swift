public import Alarms
internal import Basics
public import Documents
public import Foundation

/// Makes a syslog message of an event: RFC 5424 with the `alarm` (RFC 5674) and `snmp` (RFC 5675) elements, or RFC 3164.
public struct SyslogFormatter: Sendable {
    /// Octets of a whole message. RFC 3164 §4.1 allows no more than this.
    public static let rfc3164Limit = 1_024
    /// What RFC 5424 §6.1 says that every receiver should take; a longer datagram would also be fragmented more often.
    public static let datagramLimit = 2_048
    /// What a stream's receiver takes by default at least (rsyslog's own default is 8 KiB).
    public static let streamLimit = 8_192

    private static let applicationName = "trapline"
    /// RFC 5424 §6: HOSTNAME takes up to 255 characters, MSGID 32.
    private static let hostnameLimit = 255
    private static let messageIDLimit = 32
    private static let byteOrderMark = "\u{feff}"
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private let format: SyslogSettings.Format
    private let facility: UInt8
    private let severities: SyslogSettings.SeverityMapping
    private let hostname: SyslogSettings.Hostname
    private let template: EventTemplate
    private let limit: Int
    private let ownName: String
    private let processID: Int32
    private let calendar: Calendar

    /// `ownName` is what `hostname: self` puts into HOSTNAME; `timeZone` is that of RFC 3164's local time.
    public init(
        settings: SyslogSettings, ownName: String = ProcessInfo.processInfo.hostName,
        processID: Int32 = ProcessInfo.processInfo.processIdentifier, timeZone: TimeZone = .current
    ) {
        format = settings.format
        facility = settings.facility
        severities = settings.severities
        hostname = settings.hostname
        template = settings.text.map { EventTemplate($0) } ?? .operationsCentre
        limit =
            switch (settings.format, settings.transport) {
            case (.rfc3164, _): Self.rfc3164Limit
            case (.rfc5424, .udp): Self.datagramLimit
            case (.rfc5424, _): Self.streamLimit
            }
        self.ownName = ownName
        self.processID = processID
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        self.calendar = calendar
    }

    /// The message without framing. It holds no line break and no other control character, whatever the device sent,
    /// is valid UTF-8, and is no longer than the limit of its format and transport.
    public func message(for event: Event, datagram: DatagramDocument?) -> String {
        let text = PlainText.oneLine(template.text(for: event, datagram: datagram))
        switch format {
        case .rfc5424: return rfc5424(event, datagram, text)
        case .rfc3164: return rfc3164(event, text)
        }
    }

    /// `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG` (RFC 5424 §6).
    private func rfc5424(_ event: Event, _ datagram: DatagramDocument?, _ text: String) -> String {
        let header =
            "\(priority(event))1 \(event.time) \(hostname(event)) \(Self.applicationName) \(processID) "
            + messageID(event, datagram) + " "
        // §6.4: text that is UTF-8 begins with the mark; plain ASCII is both and needs none.
        let mark = text.utf8.allSatisfy { $0 < 0x80 } ? "" : Self.byteOrderMark
        // Half of the room is the text's if it needs it, the rest the structured data's: its variables are left out
        // from the end before the text is cut.
        let room = limit - header.utf8.count - 1 - mark.utf8.count
        var data = StructuredData(limit: room - min(text.utf8.count, room / 2))
        data.addAlarm(event)
        data.addTrapline(event)
        if let datagram { data.addNotification(datagram) }
        let elements = data.text
        let structured = elements.isEmpty ? "-" : elements
        return header + structured + " " + mark + PlainText.shortened(text, octets: room - structured.utf8.count)
    }

    /// `<PRI>Mmm dd hh:mm:ss HOSTNAME TAG[PID]: MSG` (RFC 3164 §4.1), in local time.
    private func rfc3164(_ event: Event, _ text: String) -> String {
        let header =
            "\(priority(event))\(localTime(event.time)) \(hostname(event)) "
            + "\(Self.applicationName)[\(processID)]: "
        return header + PlainText.shortened(text, octets: limit - header.utf8.count)
    }

    private func priority(_ event: Event) -> String {
        let severity = SyslogSeverity(event.severity, mapping: severities).rawValue
        return "<\(UInt16(facility) * 8 + UInt16(severity))>"
    }

    /// The device's name where it can stand in a header, else its address.
    private func hostname(_ event: Event) -> String {
        let name = hostname == .device ? event.device.name : ownName
        let fits = !name.isEmpty && name.utf8.count <= Self.hostnameLimit
        if fits, name.utf8.allSatisfy(PlainText.isPrintableASCII) { return name }
        return hostname == .device ? event.device.address.description : "-"
    }

    /// The notification's name without its module.
    private func messageID(_ event: Event, _ datagram: DatagramDocument?) -> String {
        var name = datagram?.name ?? event.alarm
        if let separator = name.range(of: "::") { name.removeSubrange(..<separator.upperBound) }
        let octets = name.utf8.filter(PlainText.isPrintableASCII).prefix(Self.messageIDLimit)
        return octets.isEmpty ? "-" : String(decoding: octets, as: UTF8.self)
    }

    private func localTime(_ time: Timestamp) -> String {
        let date = Date(timeIntervalSince1970: TimeInterval(time.seconds))
        let parts = calendar.dateComponents([.month, .day, .hour, .minute, .second], from: date)
        guard let month = parts.month, let day = parts.day, let hour = parts.hour, let minute = parts.minute,
            let second = parts.second
        else { return "Jan  1 00:00:00" }
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        // §4.1.2: a day below ten has a blank, not a zero, before it.
        let dayText = day < 10 ? " \(day)" : String(day)
        return "\(Self.months[month - 1]) \(dayText) \(padded(hour)):\(padded(minute)):\(padded(second))"
    }
}
