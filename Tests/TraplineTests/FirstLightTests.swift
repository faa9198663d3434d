import Basics
import Captures
import Foundation
import TestPeers
import Testing

/// The main job, end to end, with the real program and real peers: a real `snmptrap` sends, Trapline decodes, names and
/// routes it, and rsyslog, exim and a debug-recording listener get it.
@Suite struct FirstLightTests {
    @Test func aTrapReachesSyslogMailAndDebugRecording() async throws {
        let folder = try TemporaryFolder()
        let rsyslog = try RsyslogServer()
        let mail = try SMTPServer()
        let recorder = try UDPCollector()
        let metricsPort = try Ports.free()
        let trapline = try TraplineProcess(
            configuration: """
                listen: {traps: ["127.0.0.1:0"], keep-alives: ["127.0.0.1:0"]}
                access: {communities: [{name: fleet, value: trapuser}]}
                data: \(folder.file("data"))
                metrics: 127.0.0.1:\(metricsPort)
                sinks:
                  noc: {syslog: {to: "tcp://127.0.0.1:\(rsyslog.tcpPort)"}}
                  legacy: {syslog: {to: "udp://127.0.0.1:\(rsyslog.udpPort)", format: rfc3164}}
                  secure:
                    syslog:
                      to: "tls://localhost:\(rsyslog.tlsPort)"
                      tls:
                        ca: \(rsyslog.certificates.authority)
                        certificate: \(rsyslog.certificates.clientCertificate)
                        key: \(rsyslog.certificates.clientKey)
                  ops:
                    mail:
                      server: "smtp://localhost:\(mail.port)"
                      ca: \(mail.certificates.authority)
                      user: \(SMTPServer.user)
                      password: {file: \(try folder.write(SMTPServer.password, to: "password"))}
                      from: trapline@example.net
                      to: noc@example.net
                  recorder: {debug-recording: {to: "127.0.0.1:\(recorder.port)"}}
                  archive: {file: {to: \(folder.file("events.jsonl"))}}
                routes:
                  - name: serious
                    when: {severity: ">=major", community: fleet}
                    to: [noc, legacy, secure, ops, recorder]
                  - {name: all, to: archive}
                """, folder: folder)
        let traps = try trapline.endpoint(of: "traps")

        try snmptrap(["-v", "2c", "-c", "trapuser", "\(traps)"], Self.vendorAlarm)
        // A community that is not let in, and a link that is down for no row but `all`.
        try snmptrap(["-v", "2c", "-c", "stranger", "\(traps)"], Self.vendorAlarm)
        try snmptrap(
            ["-v", "1", "-c", "trapuser", "\(traps)"],
            ["1.3.6.1.4.1.99", "192.0.2.1", "6", "5", "77", "1.3.6.1.4.1.99.1", "s", "first light"])

        let messages = try await rsyslog.messages(atLeast: 3)
        #expect(messages.count == 3)
        for message in messages {
            #expect(message.text.contains("acBoardEthernetLinkAlarm"), "\(message)")
            #expect(message.text.contains("Board#1/EthernetLink#0"), "\(message)")
        }
        #expect(messages.contains { $0.structuredData.contains("alarm") && $0.messageID == "acBoardEthernetLinkAlarm" })
        let mails = try await mail.mails(atLeast: 1)
        #expect(mails.count == 1, "\(trapline.output)\n\(mail.log())")
        #expect(mails.first?.contains("acBoardEthernetLinkAlarm") == true)
        #expect(mails.first?.contains("Auto-Submitted: auto-generated") == true)

        let recorded = try #require(recorder.datagrams(atLeast: 1).first)
        let wrapped = IPPacket.udp(
            from: Endpoint(IPAddress(v4: 0x7f00_0001), port: 40_000),
            to: Endpoint(IPAddress(v4: 0x7f00_0001), port: 925),
            payload: recorded)
        let decodeAs = ["udp.port==\(traps.port),snmp"]
        let capture = Tshark.capture(ofIPPackets: [wrapped])
        let fields = try Tshark.fields(["frame.protocols", "snmp.community"], of: capture, decodeAs: decodeAs)
        #expect(fields.first?.first == "raw:ip:udp:acdr:ip:udp:snmp", "\(fields)")
        #expect(fields.first?.last == "********")
        #expect(try Tshark.complaints(about: capture, decodeAs: decodeAs) == "")

        let archive = folder.file("events.jsonl")
        #expect(Poll.until { (try? String(contentsOfFile: archive, encoding: .utf8))?.contains("first light") == true })
        // Confirmed when it has been quiet for a moment.
        let delivered = "trapline_sink_delivered_total{sink=\"noc\"} 1"
        var metrics = ""
        #expect(
            try Poll.until {
                metrics = try Command.run("curl", ["-s", "http://127.0.0.1:\(metricsPort)/metrics"]).text
                return metrics.contains(delivered)
            }, "\(metrics)")
        #expect(metrics.contains("trapline_datagrams_received_total{listener=\"traps\"} 3"), "\(metrics)")
        #expect(metrics.contains("trapline_datagrams_journaled_total{listener=\"traps\"} 2"))
        #expect(metrics.contains("trapline_datagrams_refused_total{listener=\"traps\",reason=\"community\"} 1"))
        #expect(metrics.contains("trapline_kernel_drops_total{listener=\"traps\"} 0"))
        #expect(metrics.contains("trapline_active_alarms{severity=\"major\"} 1"))
        let health = try Command.run("curl", ["-s", "http://127.0.0.1:\(metricsPort)/health"]).text
        #expect(health == #"{"problems":[],"status":"ok"}"#)

        trapline.stop()
        #expect(trapline.output.contains("stopped: all that was received is processed"), "\(trapline.output)")
        let secrets = [SMTPServer.password, "stranger"]
        for secret in secrets { #expect(!trapline.output.contains(secret)) }
    }

    @Test func anInformIsAcknowledgedAndItsClearFollows() throws {
        let folder = try TemporaryFolder()
        let file = folder.file("events.jsonl")
        let configuration = """
            listen: {traps: ["127.0.0.1:0"]}
            data: \(folder.file("data"))
            sinks: {archive: {file: {to: \(file)}}, screen: {console: {}}}
            """
        let trapline = try TraplineProcess(configuration: configuration, folder: folder)
        let traps = try trapline.endpoint(of: "traps")
        let link = ["1.3.6.1.2.1.2.2.1.1.7", "i", "7"]
        let down = try Command.run(
            "snmpinform", ["-v", "2c", "-c", "public", "-r", "1", "\(traps)", "", "1.3.6.1.6.3.1.1.5.3"] + link)
        #expect(down.status == 0, "\(down.standardError)")
        let up = try Command.run(
            "snmpinform", ["-v", "2c", "-c", "public", "-r", "1", "\(traps)", "", "1.3.6.1.6.3.1.1.5.4"] + link)
        #expect(up.status == 0, "\(up.standardError)")
        func links() -> [[String: Any]] {
            events(in: file).filter { $0["alarm"] as? String == "linkDown" }
        }
        #expect(Poll.until { links().count == 2 })
        #expect(links().map { $0["transition"] as? String } == ["raised", "cleared"])
        #expect(links().map { $0["source"] as? String } == ["ifIndex.7", "ifIndex.7"])
        #expect(links()[0]["id"] as? Int == links()[1]["alarmId"] as? Int)
        trapline.stop()

        // Another start goes on where this one ended: no event twice, numbers go on, nothing stands.
        let again = try TraplineProcess(configuration: configuration, folder: folder)
        #expect(Poll.until { events(in: file).filter { $0["alarm"] as? String == "traplineStarted" }.count == 2 })
        #expect(links().count == 2)
        let numbers = events(in: file).compactMap { $0["id"] as? Int }
        #expect(numbers == Array(1...numbers.count))
        let standing = try TraplineProgram.run(["alarms", "--data", folder.file("data")])
        #expect(standing.status == 0 && standing.text.isEmpty, "\(standing)")
        again.stop()
    }

    @Test func aSecondServerOfADataFolderIsRefused() throws {
        let folder = try TemporaryFolder()
        let configuration = """
            listen: {traps: ["127.0.0.1:0"]}
            data: \(folder.file("data"))
            """
        let first = try TraplineProcess(configuration: configuration, folder: folder)
        defer { first.stop() }
        let second = try TraplineProgram.run(["serve", "--config", folder.file("trapline.yaml")])
        #expect(second.status != 0)
        #expect(second.standardError.contains(folder.file("data")), "\(second.standardError)")
    }

    @Test func whatWasJournaledBeforeAKillIsInTheEventLogAfterIt() throws {
        let folder = try TemporaryFolder()
        let configuration = """
            listen: {traps: ["127.0.0.1:0"]}
            data: \(folder.file("data"))
            """
        let first = try TraplineProcess(configuration: configuration, folder: folder)
        let traps = try first.endpoint(of: "traps")
        for number in 1...20 {
            let sent = try Command.run(
                "snmpinform",
                [
                    "-v", "2c", "-c", "public", "\(traps)", "", "1.3.6.1.4.1.99.0.1", "1.3.6.1.4.1.99.1", "i",
                    "\(number)",
                ])
            #expect(sent.status == 0, "\(sent.standardError)")
        }
        first.kill()
        let second = try TraplineProcess(configuration: configuration, folder: folder)
        defer { second.stop() }
        func told() throws -> [String] {
            let listing = try TraplineProgram.run(["events", "--json", "--data", folder.file("data")])
            return listing.text.split(separator: "\n").compactMap { line in
                let event = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                guard event?["oid"] as? String == "1.3.6.1.4.1.99.0.1" else { return nil }
                return event?["text"] as? String
            }
        }
        let expected = (1...20).map { "enterprises.99.1 = \($0)" }
        #expect(try Poll.until { try told().count >= expected.count })
        #expect(try told() == expected)
    }

    // MARK: -

    static let vendorAlarm: [String] = {
        let root = "1.3.6.1.4.1.5003.9.10.1.21"
        return ["", "\(root).2.0.10"]
            + [
                ["\(root).1.1.0", "i", "9"], ["\(root).1.2.0", "s", "Ethernet link alarm. LAN port number 1 is down."],
                ["\(root).1.3.0", "s", "Board#1/EthernetLink#0"], ["\(root).1.4.0", "i", "4"],
                ["\(root).1.5.0", "i", "12"], ["\(root).1.6.0", "i", "1"], ["\(root).1.7.0", "i", "56"],
                ["\(root).1.16.0", "s", "3589153"],
            ].flatMap { $0 }
    }()

    private func snmptrap(_ options: [String], _ arguments: [String]) throws {
        let sent = try Command.run("snmptrap", options + arguments)
        #expect(sent.status == 0, "\(sent.standardError)")
    }

    private func events(in file: String) -> [[String: Any]] {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap {
            try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }
}
