internal import Alarms
internal import Basics
internal import Documents
public import Foundation
internal import SNMPWire

/// Writes mails of events (RFC 5322, RFC 2045 ff.): one event with all its fields, or a digest of many.
///
/// A mail of one event hangs in its alarm's thread: what follows a raise refers to the Message-ID that the raise's own
/// mail has. (Where the raise went out in a digest, the reference leads nowhere, which readers take for a thread whose
/// first mail is missing.)
public struct MailComposer: Sendable {
    /// Events that a digest lists one by one: more than anybody reads on, and still a mail of some 200 KiB.
    public static let listedEvents = 200
    /// Devices that a digest counts one by one.
    public static let listedDevices = 50
    /// Variables that a mail of one event lists.
    public static let listedVariables = 100
    /// Octets of a field in a mail of one event, and in a digest's line.
    private static let fieldLimit = 4_096
    private static let digestFieldLimit = 300

    private let sink: String
    private let from: MailAddress
    private let recipients: [MailAddress]

    /// - Parameter sink: the sink's name, which keeps its Message-IDs apart from those of others.
    public init(sink: String, from: MailAddress, recipients: [MailAddress]) {
        self.sink = sink
        self.from = from
        self.recipients = recipients
    }

    /// - Parameter events: oldest first, at least one.
    public func compose(_ events: [SinkEvent], date: Date) -> MailMessage {
        let isSingle = events.count == 1
        let subject = isSingle ? subject(ofSingle: events[0].event) : subject(ofDigest: events.map(\.event))
        let body = isSingle ? body(ofSingle: events[0]) : body(ofDigest: events.map(\.event), title: subject)
        let messageID = messageID(of: events)
        var headers =
            MailHeader.structured("From", [from.headerText])
            + MailHeader.structured("To", recipients.map(\.headerText), separator: ",")
            + MailHeader.unstructured("Subject", subject)
            + MailHeader.structured("Date", [MailHeader.date(date)])
            + MailHeader.structured("Message-ID", [messageID])
        if isSingle, let parent = parentID(of: events[0].event) {
            headers += MailHeader.structured("In-Reply-To", [parent]) + MailHeader.structured("References", [parent])
        }
        // RFC 3834 §5: no vacation notice comes back.
        headers += MailHeader.structured("Auto-Submitted", ["auto-generated"])
        return MailMessage(messageID: messageID, subject: subject, text: headers + multipart(body))
    }

    // MARK: - Identity

    /// Made of the sink, the range of events and the first one's time alone, so that the same mail sent again has the
    /// same one (and a new store, which counts events from 1 again, has others).
    private func messageID(of events: [SinkEvent]) -> String {
        let first = events[0].event
        return messageID(first: first.id, last: events[events.count - 1].event.id, time: first.time)
    }

    /// The Message-ID that the mail of the alarm's raise has if it was sent alone.
    private func parentID(of event: Event) -> String? {
        guard let alarmID = event.alarmID, alarmID != event.id, let raised = event.raised else { return nil }
        return messageID(first: alarmID, last: alarmID, time: raised)
    }

    private func messageID(first: Int64, last: Int64, time: Timestamp) -> String {
        let name = sink.utf8.map { MailHeader.isAtomText($0) ? String(UnicodeScalar($0)) : "_" }.joined()
        let range = first == last ? String(first) : "\(first)-\(last)"
        return "<trapline.\(name).\(range).\(time.seconds)@\(from.domain)>"
    }

    // MARK: - One event

    private func subject(ofSingle event: Event) -> String {
        let what =
            switch event.transition {
            case .raised: "New Alarm"
            case .changed: "Changed Alarm"
            case .cleared: "Cleared Alarm"
            case .repeated: "Repeated Alarm"
            case .logged: "New Event"
            }
        let source = event.source.isEmpty ? "" : " (\(event.source))"
        return "\(what) - \(event.alarm), received from \(event.device.name)\(source) with severity "
            + event.severity.name
    }

    private func body(ofSingle event: SinkEvent) -> MailBody {
        let (event, datagram) = (event.event, event.datagram)
        let alarm: [(String, String?)] = [
            ("Name", event.alarm), ("Severity", event.severity.name),
            ("Previous severity", event.previousSeverity?.name), ("Transition", event.transition.rawValue),
            ("Reason", event.reason), ("Source", event.source), ("Received", event.time.description),
            ("Device time", event.deviceTime?.description), ("Raised", event.raised?.description),
            ("Type", event.eventType), ("Probable cause", event.probableCause),
            ("Times told", event.count > 1 ? String(event.count) : nil), ("Event", String(event.id)),
            ("Alarm", event.alarmID.map { String($0) }),
        ]
        let device: [(String, String?)] = [
            ("Name", event.device.name), ("Address", event.device.address.description),
            ("Identity", event.device.id == event.device.name ? nil : event.device.id),
        ]
        let notification: [(String, String?)] = [
            ("Notification", datagram?.name), ("OID", event.oid.description), ("Version", datagram?.version),
            ("Sender", datagram?.sender), ("Received on", datagram?.receiver), ("Community", datagram?.community),
            ("User", datagram?.user), ("Uptime", datagram?.uptime.map { "\($0) (hundredths of a second)" }),
        ]
        let variables = datagram?.variables ?? []
        let more = variables.count - Self.listedVariables
        return MailBody(
            title: subject(ofSingle: event), lead: PlainText.shortened(event.text, octets: Self.fieldLimit),
            sections: [
                section(event.transition == .logged ? "Event" : "Alarm", alarm), section("Device", device),
                section("Notification", notification),
                MailBody.Section(
                    heading: "Variables",
                    rows: variables.prefix(Self.listedVariables).map {
                        [$0.name, PlainText.shortened($0.text, octets: Self.fieldLimit)]
                    },
                    note: more > 0 ? "and \(more) more" : nil),
            ])
    }

    private func section(_ heading: String, _ fields: [(String, String?)]) -> MailBody.Section {
        MailBody.Section(
            heading: heading,
            rows: fields.compactMap { label, value in
                guard let value, !value.isEmpty else { return nil }
                return [label, PlainText.shortened(value, octets: Self.fieldLimit)]
            })
    }

    // MARK: - Digest

    private func subject(ofDigest events: [Event]) -> String {
        let devices = Set(events.map(\.device.id)).count
        let highest = events.map(\.severity.rawValue).max().flatMap { Severity(rawValue: $0) } ?? .indeterminate
        let severity = highest == .cleared ? "all cleared" : "highest severity \(highest.name)"
        return "\(events.count) alarms and events from \(counted(devices, "device")), \(severity)"
    }

    private func body(ofDigest events: [Event], title: String) -> MailBody {
        var severities: [Severity: Int] = [:]
        var devices: [String: (device: EventDevice, count: Int)] = [:]
        for event in events {
            severities[event.severity, default: 0] += 1
            devices[event.device.id, default: (event.device, 0)].count += 1
        }
        let ranked = devices.values.sorted { ($1.count, $0.device.id) < ($0.count, $1.device.id) }
        let otherDevices = ranked.dropFirst(Self.listedDevices)
        let otherEvents = events.count - Self.listedEvents
        let (first, last) = (events[0].time, events[events.count - 1].time)
        return MailBody(
            title: title, lead: "Received from \(first) to \(last).",
            sections: [
                MailBody.Section(
                    heading: "By severity",
                    rows: Severity.allCases.reversed().compactMap { severity in
                        severities[severity].map { [severity.name, String($0)] }
                    }),
                MailBody.Section(
                    heading: "By device",
                    rows: ranked.prefix(Self.listedDevices).map { entry in
                        let (name, address) = (entry.device.name, entry.device.address.description)
                        return [name == address ? name : "\(name) (\(address))", String(entry.count)]
                    },
                    note: otherDevices.isEmpty
                        ? nil
                        : "and \(otherDevices.reduce(0) { $0 + $1.count }) from \(otherDevices.count) other devices"),
                MailBody.Section(
                    heading: "Events", rows: events.prefix(Self.listedEvents).map(row),
                    note: otherEvents > 0 ? "and \(otherEvents) more, to be seen with: trapline events" : nil),
            ])
    }

    private func row(_ event: Event) -> [String] {
        [
            event.time.description, event.severity.name, event.transition.rawValue, event.alarm, event.device.name,
            event.source, event.text,
        ].map { PlainText.shortened($0, octets: Self.digestFieldLimit) }
    }

    // MARK: - MIME

    /// RFC 2046 §5.1.4: the plainest form first. `=_` cannot occur in a quoted-printable part (RFC 2045 §6.7), so
    /// neither can the boundary.
    private func multipart(_ body: MailBody) -> String {
        let boundary = "=_trapline_alternative"
        func part(_ type: String, _ text: String) -> String {
            "--\(boundary)\r\nContent-Type: \(type); charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                + QuotedPrintable.encode(text) + "\r\n"
        }
        return "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"\(boundary)\"\r\n\r\n"
            + part("text/plain", body.text) + part("text/html", body.html) + "--\(boundary)--\r\n"
    }
}
