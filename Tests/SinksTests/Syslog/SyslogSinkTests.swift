import Alarms
import Foundation
import TestPeers
import Testing

@testable import Sinks

/// Against a real rsyslogd. One after the other: each starts a server or several.
@Suite(.serialized) struct SyslogSinkTests {
    private static let template = "{text}"

    private static func settings(
        _ server: RsyslogServer, _ transport: SyslogSettings.Transport, _ format: SyslogSettings.Format = .rfc5424,
        host: String? = nil, text: String? = template
    ) -> SyslogSettings {
        let port =
            switch transport {
            case .udp: server.udpPort
            case .tcp: server.tcpPort
            case .tls: server.tlsPort
            case .relp: server.relpPort
            }
        // The certificate bears both the name and the address.
        let host = host ?? "127.0.0.1"
        return SyslogSettings(host: host, port: port, transport: transport, format: format, text: text)
    }

    private static func tls(_ certificates: Certificates) -> SyslogSettings.Transport {
        .tls(
            SyslogTLS(
                authority: certificates.authority, certificate: certificates.clientCertificate,
                key: certificates.clientKey))
    }

    private static func transport(_ name: String, _ server: RsyslogServer) -> SyslogSettings.Transport {
        switch name {
        case "udp": .udp
        case "tcp, octets counted": .tcp(.octetCounting)
        case "tcp, newlines": .tcp(.newline)
        case "relp": .relp
        default: tls(server.certificates)
        }
    }

    private static let transports = ["udp", "tcp, octets counted", "tcp, newlines", "tls", "relp"]

    private func server() throws -> RsyslogServer {
        try RsyslogServer(certificates: try WireSamples.certificates.get())
    }

    @Test(arguments: transports, SyslogSettings.Format.allCases)
    func `lines arrive in order with their fields`(name: String, format: SyslogSettings.Format) async throws {
        let server = try server()
        let sink = SyslogSink(
            name: "noc", settings: Self.settings(server, Self.transport(name, server), format))
        try await sink.deliver(WireSamples.sinkEvents(1...20))
        try await sink.deliver(WireSamples.sinkEvents(21...40))
        let messages = try await server.messages(atLeast: 40)
        await sink.close()
        let space = format == .rfc3164 ? " " : ""
        #expect(messages.map(\.text) == (1...40).map { "\(space)number \($0)" })
        let first = try #require(messages.first)
        #expect(first.priority == 130)
        #expect(first.hostname == "gw-1")
        #expect(first.application == "trapline")
        #expect(first.processID == String(ProcessInfo.processInfo.processIdentifier))
        #expect(first.input == String(name.prefix { $0 != "," }))
        if format == .rfc5424 {
            #expect(first.time == "2026-01-31T23:59:59.124456Z")
            #expect(first.messageID == "linkDown")
            #expect(first.structuredData.contains(#"[alarm resource="ifIndex.7" perceivedSeverity="major""#))
        }
    }

    @Test(arguments: transports)
    func `hostile text stays one message`(name: String) async throws {
        let server = try server()
        let sink = SyslogSink(
            name: "noc", settings: Self.settings(server, Self.transport(name, server), text: "<{text}>"))
        let texts = WireSamples.hostileTexts
        let events = texts.enumerated().map { index, text in
            WireSamples.sinkEvent(
                WireSamples.event(id: Int64(index + 1), alarm: text, source: text, text: text),
                datagram: WireSamples.datagram(variables: [VariableSample.octets("1.3.6.1.4.1.1.0", text)]))
        }
        try await sink.deliver(events)
        let messages = try await server.messages(atLeast: texts.count)
        await sink.close()
        #expect(messages.count == texts.count)
        for (index, (message, text)) in zip(messages, texts).enumerated() {
            let expected = sink.preview(events[index])
            let clean = PlainText.oneLine("<\(text)>")
            // rsyslog shows the mark that begins UTF-8 text.
            #expect(message.text == clean || message.text == "\u{feff}" + clean || clean.utf8.count > 1_000)
            let elements = try #require(StructuredDataReader.elements(in: expected))
            #expect(elements.map(\.id) == ["alarm", "trapline@32473", "snmp"])
            #expect(expected.contains(message.structuredData))
        }
    }

    @Test func `what structured data says is what rsyslog reads`() async throws {
        let server = try server()
        let sink = SyslogSink(name: "noc", settings: Self.settings(server, .tcp(.octetCounting), text: nil))
        let event = WireSamples.sinkEvent(WireSamples.event(), datagram: WireSamples.datagram())
        try await sink.deliver([event])
        let message = try #require(try await server.messages(atLeast: 1).first)
        #expect(message.raw == sink.preview(event))
        #expect(message.structuredData.hasSuffix(#"a4="eth \"7\"\]\\"]"#))
        #expect(
            message.text == "Title: Alarm linkDown, received from gw-1, 192.0.2.1 with Severity major. "
                + "Description: ifIndex.7, Interface 7 is down")
        await sink.close()
    }

    @Test(arguments: ["udp", "tcp, newlines"], ["localhost", "::1"])
    func `names and IPv6 addresses are hosts`(name: String, host: String) async throws {
        let server = try server()
        let sink = SyslogSink(
            name: "noc", settings: Self.settings(server, Self.transport(name, server), host: host))
        try await sink.probe()
        try await sink.deliver(WireSamples.sinkEvents(1...3))
        #expect(try await server.messages(atLeast: 3).map(\.text) == ["number 1", "number 2", "number 3"])
        await sink.close()
    }

    @Test func `a storm arrives whole and in order`() async throws {
        let server = try server()
        let sink = SyslogSink(name: "noc", settings: Self.settings(server, .tcp(.octetCounting)))
        let batch: Int64 = 500
        for start in stride(from: Int64(1), through: 10_000, by: Int(batch)) {
            try await sink.deliver(WireSamples.sinkEvents(start...start + batch - 1))
        }
        let messages = try await server.messages(atLeast: 10_000)
        await sink.close()
        #expect(messages.map(\.text) == (1...10_000).map { "number \($0)" })
    }

    @Test(arguments: ["tcp, octets counted", "tcp, newlines", "tls", "relp"])
    func `a peer that was restarted in between gets everything`(name: String) async throws {
        let server = try server()
        let sink = SyslogSink(name: "noc", settings: Self.settings(server, Self.transport(name, server)))
        try await sink.deliver(WireSamples.sinkEvents(1...50))
        _ = try await server.messages(atLeast: 50)
        server.stop()
        try server.start()
        // Nothing failed from the sink's side: it notices the end before it sends.
        try await sink.deliver(WireSamples.sinkEvents(51...100))
        try await expectAll(1...100, at: server)
        await sink.close()
    }

    @Test(arguments: ["tcp, octets counted", "tcp, newlines", "tls", "relp"], [false, true])
    func `a peer that is down for a while gets everything in order`(name: String, isKilled: Bool) async throws {
        let server = try server()
        let sink = SyslogSink(name: "noc", settings: Self.settings(server, Self.transport(name, server)))
        try await sink.deliver(WireSamples.sinkEvents(1...50))
        _ = try await server.messages(atLeast: 50)
        if isKilled { server.kill() } else { server.stop() }
        for _ in 0..<3 {
            let failure = await #expect(throws: DeliveryFailure.self) {
                try await sink.deliver(WireSamples.sinkEvents(51...100))
            }
            #expect(failure?.reason == .unreachable)
        }
        try server.start()
        try await sink.deliver(WireSamples.sinkEvents(51...100))
        try await sink.deliver(WireSamples.sinkEvents(101...150))
        try await expectAll(1...150, at: server)
        await sink.close()
    }

    @Test func `a peer that is stopped within a storm gets everything in order`() async throws {
        let server = try server()
        let sink = SyslogSink(name: "noc", settings: Self.settings(server, .tcp(.octetCounting)))
        let stopping = Task {
            _ = try await server.messages(atLeast: 500)
            server.stop()
            try server.start()
        }
        for start in stride(from: Int64(1), through: 20_000, by: 100) {
            let delivered = await Poll.eventually {
                (try? await sink.deliver(WireSamples.sinkEvents(start...start + 99))) != nil
            }
            try #require(delivered)
        }
        try await stopping.value
        try await expectAll(1...20_000, at: server)
        await sink.close()
    }

    /// Waits for every number, and holds the first arrivals of all to their order. What came twice is known by its
    /// event's number.
    private func expectAll(_ numbers: ClosedRange<Int>, at server: RsyslogServer) async throws {
        let isComplete = try await Poll.eventually { try Set(server.messages().map(\.text)).count >= numbers.count }
        #expect(isComplete)
        var seen: Set<String> = []
        let firsts = try server.messages().map(\.text).filter { seen.insert($0).inserted }
        #expect(firsts == numbers.map { "number \($0)" })
    }

    @Test func `nobody listens`() async throws {
        let port = try Ports.free()
        for transport in [SyslogSettings.Transport.tcp(.newline), .tls(SyslogTLS()), .relp] {
            let sink = SyslogSink(
                name: "noc", settings: SyslogSettings(host: "127.0.0.1", port: port, transport: transport))
            let failure = await #expect(throws: DeliveryFailure.self) {
                try await sink.deliver(WireSamples.sinkEvents(1...1))
            }
            #expect(failure?.reason == .unreachable)
            #expect(failure?.detail.contains("Connection refused") == true)
            await #expect(throws: DeliveryFailure.self) { try await sink.probe() }
        }
        let sink = SyslogSink(name: "noc", settings: SyslogSettings(host: "127.0.0.1", port: port, transport: .udp))
        let failure = await #expect(throws: DeliveryFailure.self) {
            // The host's answer may come a moment after the first datagrams.
            for number in Int64(1)...20 { try await sink.deliver(WireSamples.sinkEvents(number...number)) }
        }
        #expect(failure?.reason == .unreachable)
        await sink.close()
    }

    @Test(arguments: [SyslogSettings.Transport.udp, .tcp(.newline), .relp])
    func `a name that does not exist is unreachable`(transport: SyslogSettings.Transport) async throws {
        let sink = SyslogSink(
            name: "noc", settings: SyslogSettings(host: "no-such-host.invalid", port: 514, transport: transport))
        let failure = await #expect(throws: DeliveryFailure.self) { try await sink.probe() }
        #expect(failure?.reason == .unreachable)
    }

    @Test(arguments: ["stranger", "wrong name", "no certificate", "missing file"])
    func `TLS that does not hold is told as such`(flaw: String) async throws {
        let server = try server()
        let certificates = server.certificates
        var tls = SyslogTLS(
            authority: certificates.authority, certificate: certificates.clientCertificate, key: certificates.clientKey)
        switch flaw {
        case "stranger": tls.authority = certificates.strangerAuthority
        case "wrong name": tls.serverName = "collector.example.org"
        case "no certificate": (tls.certificate, tls.key) = (nil, nil)
        default: tls.authority = "/does/not/exist.pem"
        }
        let sink = SyslogSink(name: "noc", settings: Self.settings(server, .tls(tls)))
        let failure = await #expect(throws: DeliveryFailure.self) {
            try await sink.deliver(WireSamples.sinkEvents(1...1))
        }
        #expect(failure?.reason == .tls, "\(failure?.detail ?? "")")
        #expect(try server.messages().isEmpty)
        await sink.close()
    }
}
