import Alarms
import Basics
import Documents
import Foundation
import Testing

@testable import Sinks

@Suite struct SyslogFormatterTests {
    private func formatter(
        _ format: SyslogSettings.Format = .rfc5424, transport: SyslogSettings.Transport = .udp,
        severities: SyslogSettings.SeverityMapping = .operationsCentre, hostname: SyslogSettings.Hostname = .device,
        text: String? = nil, timeZone: String = "UTC"
    ) throws -> SyslogFormatter {
        SyslogFormatter(
            settings: SyslogSettings(
                host: "127.0.0.1", transport: transport, format: format, severities: severities, hostname: hostname,
                text: text),
            ownName: "collector.example.net", processID: 99, timeZone: try #require(TimeZone(identifier: timeZone)))
    }

    @Test func `an RFC 5424 message has all its fields`() throws {
        let event = WireSamples.sinkEvent(WireSamples.event(), datagram: WireSamples.datagram())
        let message = try formatter().message(for: event)
        #expect(
            message
                == #"<130>1 2026-01-31T23:59:59.124456Z gw-1 trapline 99 iso.3.6.1.6.3.1.1.5.3 "#
                + #"[alarm resource="ifIndex.7" perceivedSeverity="major" probableCause="lossOfSignal" "#
                + #"eventType="communicationsAlarm"][trapline@32473 event="1" transition="raised" alarm="1"]"#
                + #"[snmp v1="1.3.6.1.2.1.1.3.0" l1="SNMPv2-MIB::sysUpTime.0" t1="4711" "#
                + #"v2="1.3.6.1.6.3.1.1.4.1.0" l2="SNMPv2-MIB::snmpTrapOID.0" o2="1.3.6.1.6.3.1.1.5.3" "#
                + #"a2="iso.3.6.1.6.3.1.1.5.3" v3="1.3.6.1.2.1.2.2.1.1.7" l3="iso.3.6.1.2.1.2.2.1.1.7" d3="7" "#
                + #"v4="1.3.6.1.2.1.2.2.1.2.7" l4="iso.3.6.1.2.1.2.2.1.2.7" x4="657468202237225d5c" a4="eth \"7\"\]\\"] "#
                + "Title: Alarm linkDown, received from gw-1, 192.0.2.1 with Severity major. "
                + "Description: ifIndex.7, Interface 7 is down")
    }

    @Test func `an RFC 3164 message has local time and a blank before a short day`() throws {
        let event = WireSamples.event()
        #expect(
            try formatter(.rfc3164, text: "{text}", timeZone: "Europe/Berlin").message(for: SinkEvent(event: event))
                == "<130>Feb  1 00:59:59 gw-1 trapline[99]: Interface 7 is down")
        #expect(
            try formatter(.rfc3164, text: "{text}").message(for: SinkEvent(event: event))
                == "<130>Jan 31 23:59:59 gw-1 trapline[99]: Interface 7 is down")
    }

    @Test(arguments: [
        (Severity.critical, UInt8(1), UInt8(1)), (.major, 2, 2), (.minor, 3, 3), (.warning, 4, 4),
        (.indeterminate, 6, 5), (.cleared, 5, 5),
    ])
    func `severities map as either table says`(severity: Severity, operationsCentre: UInt8, rfc5674: UInt8) throws {
        let event = WireSamples.event(severity: severity)
        let local0 = 16 * 8
        #expect(
            try formatter().message(for: SinkEvent(event: event)).hasPrefix("<\(local0 + Int(operationsCentre))>1 "))
        #expect(
            try formatter(severities: .rfc5674).message(for: SinkEvent(event: event))
                .hasPrefix("<\(local0 + Int(rfc5674))>1 "))
    }

    @Test func `the hostname is the device's, its address where the name cannot stand there, or our own`() throws {
        func hostname(_ device: String, _ choice: SyslogSettings.Hostname = .device) throws -> String {
            let message = try formatter(hostname: choice).message(
                for: SinkEvent(event: WireSamples.event(device: device)))
            return String(message.split(separator: " ")[2])
        }
        #expect(try hostname("gw-1.example.net") == "gw-1.example.net")
        #expect(try hostname("Gateway Zürich") == "192.0.2.1")
        #expect(try hostname("a b") == "192.0.2.1")
        #expect(try hostname(String(repeating: "x", count: 256)) == "192.0.2.1")
        #expect(try hostname("gw-1", .self) == "collector.example.net")
    }

    @Test func `only text that is not ASCII begins with the mark`() throws {
        #expect(
            try formatter(text: "{text}").message(for: SinkEvent(event: WireSamples.event(text: "Gehäuse")))
                .hasSuffix("] \u{feff}Gehäuse"))
        #expect(
            try formatter(text: "{text}").message(for: SinkEvent(event: WireSamples.event(text: "case")))
                .hasSuffix("] case"))
    }

    @Test(arguments: [
        (SyslogSettings.Format.rfc3164, SyslogSettings.Transport.tcp(.newline), 1_024),
        (.rfc5424, .udp, 2_048), (.rfc5424, .tcp(.octetCounting), 8_192), (.rfc5424, .tls(SyslogTLS()), 8_192),
    ])
    func `a long message is cut on a character at its limit`(
        format: SyslogSettings.Format, transport: SyslogSettings.Transport, limit: Int
    ) throws {
        let formatter = try formatter(format, transport: transport)
        for padding in 0..<4 {
            let text = String(repeating: "x", count: padding) + String(repeating: "€", count: 10_000)
            let message = formatter.message(for: SinkEvent(event: WireSamples.event(text: text)))
            #expect((limit - 3...limit).contains(message.utf8.count))
            #expect(message.hasSuffix("€…"))
        }
    }

    @Test func `variables that do not fit are left out whole`() throws {
        let variables = (1...200).map { number in
            VariableSample.octets("1.3.6.1.2.1.2.2.1.2.\(number)", String(repeating: "v", count: 30))
        }
        let event = WireSamples.sinkEvent(
            WireSamples.event(), datagram: WireSamples.datagram(variables: variables))
        let message = try formatter().message(for: event)
        #expect(message.utf8.count <= SyslogFormatter.datagramLimit)
        #expect(message.contains(#"v3="1.3.6.1.2.1.2.2.1.2.1" l3="iso.3.6.1.2.1.2.2.1.2.1" x3=""#))
        #expect(
            message.hasSuffix(
                "\"] Title: Alarm linkDown, received from gw-1, 192.0.2.1 with Severity major. "
                    + "Description: ifIndex.7, Interface 7 is down"))
    }

    @Test func `no text of a device makes a second message or breaks the first`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = HostileTextGenerator(seed: seed)
        let texts = WireSamples.hostileTexts + (0..<500).map { _ in generator.text() }
        for (format, transport) in [
            (SyslogSettings.Format.rfc5424, SyslogSettings.Transport.udp), (.rfc5424, .tcp(.newline)),
            (.rfc3164, .tcp(.newline)),
        ] {
            let formatter = try formatter(format, transport: transport)
            for text in texts {
                let event = WireSamples.sinkEvent(
                    WireSamples.event(alarm: text, device: text, source: text, text: text),
                    datagram: WireSamples.datagram(variables: [VariableSample.octets("1.3.6.1.4.1.1.0", text)]))
                let message = formatter.message(for: event)
                let limit = format == .rfc3164 ? 1_024 : transport == .udp ? 2_048 : 8_192
                #expect(message.utf8.count <= limit, "seed \(seed)")
                let isClean = message.unicodeScalars.allSatisfy {
                    $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) && $0 != "\u{2028}" && $0 != "\u{2029}"
                }
                #expect(isClean, "seed \(seed): \(message)")
                if format == .rfc5424 {
                    #expect(StructuredDataReader.elements(in: message) != nil, "seed \(seed): \(message)")
                }
            }
        }
    }
}
