internal import Alarms
internal import Basics
public import Foundation
internal import Journal
internal import MIBCatalog
internal import SNMPWire

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
    public func message(for event: SinkEvent) -> String {
        var message = OctetWriter(capacity: limit)
        append(event, to: &message)
        return message.text()
    }

    /// The same as octets.
    func append(_ event: SinkEvent, to message: inout OctetWriter) {
        var text = OctetWriter()
        template.append(event.event, datagram: event.datagram, to: &text)
        var isASCII = true
        if !PlainText.isPlainLine(text.octets) {
            let line = PlainText.oneLine(text.text())
            isASCII = line.utf8.allSatisfy { $0 < 0x80 }
            text.removeAll()
            text.append(line)
        }
        switch format {
        case .rfc5424: appendRFC5424(event, text, isASCII: isASCII, to: &message)
        case .rfc3164: message.append(rfc3164(event.event, text.text()))
        }
    }

    /// `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG` (RFC 5424 §6).
    private func appendRFC5424(
        _ event: SinkEvent, _ text: borrowing OctetWriter, isASCII: Bool, to message: inout OctetWriter
    ) {
        let catalog = event.naming?.catalog ?? .empty
        // Read where it lies: to decode it costs more than all the rest.
        var datagram = event.naming == nil ? [] : event.record?.entry.payload ?? []
        let leniency = event.naming?.leniency ?? .devices
        var plaintextAt: Int?
        if let opened = event.naming?.opened(datagram) {
            plaintextAt = datagram.count
            datagram = opened
        }
        let notification = NotificationReader.checked(
            datagram.rawOctets, plaintextAt: plaintextAt, leniency: leniency)
        let start = message.count
        message.append(priority(event.event))
        message.append("1 ")
        event.event.time.append(to: &message)
        message.append(UInt8(ascii: " "))
        message.append(hostname(event.event))
        message.append(UInt8(ascii: " "))
        message.append(Self.applicationName)
        message.append(UInt8(ascii: " "))
        message.append(decimal: processID)
        message.append(UInt8(ascii: " "))
        if let notification {
            append(messageIDOf: notification, catalog, to: &message)
        } else {
            message.append(messageID(event.event.alarm))
        }
        message.append(UInt8(ascii: " "))
        // §6.4: text that is UTF-8 begins with the mark; plain ASCII is both and needs none.
        let mark = isASCII ? "" : Self.byteOrderMark
        // Half of the room is the text's if it needs it, the rest the structured data's: its variables are left out
        // from the end before the text is cut.
        let room = limit - (message.count - start) - 1 - mark.utf8.count
        var data = StructuredData(limit: room - min(text.count, room / 2))
        data.addAlarm(event.event)
        data.addTrapline(event.event)
        if let notification { data.addNotification(notification, in: datagram, catalog: catalog) }
        let structured = message.count
        if data.octets.isEmpty { message.append("-") } else { message.append(data.octets) }
        let rest = room - (message.count - structured)
        message.append(UInt8(ascii: " "))
        message.append(mark)
        if text.count <= rest {
            message.append(text)
        } else {
            message.append(PlainText.shortened(text.text(), octets: rest))
        }
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
    private func append(messageIDOf notification: NotificationReader, _ catalog: Catalog, to message: inout OctetWriter)
    {
        let start = message.count
        catalog.appendName(of: notification.trapOID, isQualified: false, to: &message)
        if message.count > start, PlainText.isPrintableASCII(message.octets.extracting(start...)) {
            message.truncate(to: min(message.count, start + Self.messageIDLimit))
        } else {
            let name = message.text(from: start)
            message.truncate(to: start)
            message.append(messageID(name))
        }
    }

    /// A name without its module.
    private func messageID(_ name: String) -> String {
        var name = name
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
