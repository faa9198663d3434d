import Basics
import Captures
import Foundation
import SNMPWire
import TestPeers
import Testing

/// The commands, as a user types them.
@Suite struct CommandTests {
    // MARK: decode

    @Test func decodeAgreesWithTshark() throws {
        let folder = try TemporaryFolder()
        let capture = Tshark.capture(ofIPPackets: try Self.fixtures().map(Self.packet))
        let file = try folder.write(capture, to: "fixtures.pcap")
        let output = try TraplineProgram.run(["decode", "--json", file])
        #expect(output.status == 0, "\(output.standardError)")
        let documents = try Self.objects(output.text)
        let rows = try Tshark.fields(["frame.number", "snmp.name", "snmp.version"], of: capture)
        #expect(documents.count == rows.count)
        var compared = 0
        for (document, row) in zip(documents, rows) {
            let variables = document["variables"] as? [[String: Any]] ?? []
            let seen = row[1].split(separator: ",").map(String.init)
            let names = variables.compactMap { $0["oid"] as? String }
            // tshark lists the two variables that every v2 notification begins with.
            #expect(seen.suffix(names.count) == names[...], "\(document) against \(row)")
            compared += names.count
        }
        #expect(compared > 20)
    }

    @Test func decodeTakesHexAndStandardInput() throws {
        let datagram = try #require(try Self.fixtures().first)
        let hex = datagram.map { String(format: "%02x", $0) }.joined()
        let fromHex = try TraplineProgram.run(["decode", "--json", "--hex", hex])
        #expect(fromHex.status == 0, "\(fromHex.standardError)")
        let piped = try TraplineProgram.run(
            ["decode", "--json", "-"], input: Tshark.capture(ofIPPackets: [Self.packet(datagram)]))
        #expect(piped.status == 0, "\(piped.standardError)")
        #expect(
            try Self.objects(fromHex.text).first?["oid"] as? String
                == Self.objects(piped.text).first?["oid"] as? String)
        let broken = try TraplineProgram.run(["decode", "--hex", "30zz"])
        #expect(broken.status != 0)
    }

    @Test func decodeTellsWhatCannotBeRead() throws {
        let folder = try TemporaryFolder()
        let whole = Tshark.capture(ofIPPackets: try Self.fixtures().prefix(2).map(Self.packet))
        let torn = try folder.write(Data(whole.dropLast(5)), to: "torn.pcap")
        let output = try TraplineProgram.run(["decode", "--json", torn])
        #expect(output.status == 1)
        #expect(try Self.objects(output.text).count == 1)
        #expect(output.standardError.contains("torn.pcap"))
        let other = try TraplineProgram.run(["decode", try folder.write("no capture at all", to: "text")])
        #expect(other.status == 1)
        #expect(!other.standardError.isEmpty)
    }

    /// authPriv as `snmptrap -v 3` sends it: what it holds is not ours to read, and it is not malformed.
    @Test func decodeTellsWhoseAnEncryptedMessageIs() throws {
        let envelope = V3Envelope(
            messageID: 1, maxSize: 65_507, flags: 3, engineID: [0x80, 0x00, 0x1f, 0x88], engineBoots: 3, engineTime: 4,
            userName: ArraySlice("ops".utf8), scopedPDU: .encrypted([1, 2, 3]))
        let hex = SNMPMessage.v3(envelope).encode().map { String(format: "%02x", $0) }.joined()
        let text = try TraplineProgram.run(["decode", "--hex", hex]).text
        #expect(text.contains("  v3 encrypted  user ops authPriv  engine 80001f88"), "\(text)")
        #expect(!text.contains("malformed"))
        #expect(try TraplineProgram.run(["decode", "--hex", String(hex.dropLast(2))]).text.contains("malformed"))
    }

    // MARK: explain

    @Test func explainShowsRowsSinksAndBytes() throws {
        let folder = try TemporaryFolder()
        let config = try folder.write(
            """
            sinks:
              noc: {syslog: {to: "udp://127.0.0.1:1"}}
              ops: {mail: {server: "smtp://127.0.0.1:1", from: a@example.net, to: b@example.net}}
            routes:
              - {name: links, when: {notification: IF-MIB::link*}, to: noc}
              - {name: serious, when: {severity: ">=critical"}, to: ops}
            """, to: "trapline.yaml")
        let link = ["ifIndex.7=7", "ifAdminStatus.7=up", "ifOperStatus.7=down"]
        let datagrams = try UDPTestSend.capture(
            [["IF-MIB::linkDown"] + link, ["IF-MIB::linkDown", "ifIndex.8=8"], ["IF-MIB::linkUp"] + link.prefix(1)])
        let capture = try folder.write(
            Tshark.capture(ofIPPackets: datagrams.map(Self.packet)), to: "links.pcap")
        let output = try TraplineProgram.run(["explain", "--config", config, "--json", "--active", capture])
        #expect(output.status == 0, "\(output.standardError)")
        let objects = try Self.objects(output.text)
        #expect(objects.prefix(3).map { $0["transition"] as? String } == ["raised", "raised", "cleared"])
        #expect(objects.prefix(3).allSatisfy { $0["routes"] as? [String] == ["links"] })
        #expect(objects.prefix(3).allSatisfy { $0["sinks"] as? [String] == ["noc"] })
        let active = objects.dropFirst(3).compactMap { $0["active"] as? [String: Any] }
        #expect(active.map { $0["source"] as? String } == ["ifIndex.8"])
        let text = try TraplineProgram.run(["explain", "--config", config, capture])
        #expect(text.text.contains("routes: links"))
        #expect(text.text.contains("<"), "the syslog line with its priority: \(text.text)")
    }

    @Test func explainHasTheCapturesOwnClock() throws {
        let folder = try TemporaryFolder()
        let config = try folder.write(
            """
            sinks:
              noc: {syslog: {to: "udp://127.0.0.1:1"}}
              ops: {syslog: {to: "udp://127.0.0.1:1"}}
            routes:
              - {name: at once, to: noc}
              - {name: later, when: {notification: IF-MIB::link*}, to: ops, after: 60s}
            """, to: "trapline.yaml")
        let datagrams = try UDPTestSend.capture(
            [
                ["IF-MIB::linkDown", "ifIndex.7=7"], ["IF-MIB::linkDown", "ifIndex.8=8"],
                ["IF-MIB::linkUp", "ifIndex.8=8"],
            ])
        let capture = try folder.write(
            Tshark.capture(ofIPPackets: datagrams.map(Self.packet), secondsBetween: 40), to: "links.pcap")
        let output = try TraplineProgram.run(["explain", "--config", config, "--json", "--active", capture])
        #expect(output.status == 0, "\(output.standardError)")
        let objects = try Self.objects(output.text)
        let events = objects.filter { $0["active"] == nil }
        #expect(events.map { $0["transition"] as? String } == ["raised", "raised", "raised", "cleared"])
        #expect(events.map { $0["source"] as? String } == ["ifIndex.7", "ifIndex.8", "ifIndex.7", "ifIndex.8"])
        #expect(events.map { $0["sinks"] as? [String] } == [["noc"], ["noc"], ["ops"], ["noc"]])
        #expect(events.map { $0["delayed"] as? [String: Int] } == [["ops": 60], ["ops": 60], nil, nil])
        #expect(
            events.map { ($0["time"] as? String)?.dropFirst(11).prefix(8) } == [
                "00:00:00", "00:00:40", "00:01:00", "00:01:20",
            ])
        #expect(events.map { $0["notification"] == nil } == [false, false, true, false], "a timer has no datagram")
        #expect(events[2]["reason"] as? String == "still standing")
        let active = objects.compactMap { $0["active"] as? [String: Any] }
        #expect(active.map { $0["source"] as? String } == ["ifIndex.7"])
        let text = try TraplineProgram.run(["explain", "--config", config, capture]).text
        #expect(text.contains("→ ops: in 60 s, if it still stands then"), "\(text)")
        #expect(text.contains("routes: as when the alarm rose"), "\(text)")
    }

    @Test func aJournalIsReadWhateverPortItsListenerHad() throws {
        let folder = try TemporaryFolder()
        let trapline = try TraplineProcess(
            configuration: """
                listen: {traps: ["127.0.0.1:0"]}
                data: \(folder.file("data"))
                """, folder: folder)
        let sent = try TraplineProgram.run([
            "send", "--to", "\(try trapline.endpoint(of: "traps"))", "--inform", "IF-MIB::linkDown", "ifIndex.7=7",
        ])
        #expect(sent.status == 0, "\(sent.standardError)")
        trapline.stop()
        let journal = folder.file("data/journal/trapline-0000000001.pcapng")
        #expect(try TraplineProgram.run(["decode", journal]).text.contains("IF-MIB::linkDown"))
        #expect(try TraplineProgram.run(["explain", journal]).text.contains("linkDown  ifIndex.7"))
    }

    @Test func aCaptureOfOtherPortsSaysWhatWasLeftOut() throws {
        let folder = try TemporaryFolder()
        let datagram = try #require(try Self.fixtures().first)
        let packet = IPPacket.udp(
            from: Endpoint(IPAddress(v4: 0xc000_0201), port: 4_000),
            to: Endpoint(IPAddress(v4: 0xc000_0209), port: 1_998), payload: datagram)
        let capture = try folder.write(Tshark.capture(ofIPPackets: [packet]), to: "other.pcap")
        let output = try TraplineProgram.run(["decode", capture])
        #expect(output.text.isEmpty)
        #expect(output.standardError.contains("--port"), "\(output.standardError)")
        #expect(try !TraplineProgram.run(["decode", "--port", "1998", capture]).text.isEmpty)
    }

    // MARK: send and replay

    @Test func sendIsReceivedBySnmptrapd() throws {
        let folder = try TemporaryFolder()
        let port = try Ports.free()
        let log = folder.file("traps.log")
        let config = try folder.write("disableAuthorization yes\nformat2 %V|%v\\n\n", to: "snmptrapd.conf")
        let snmptrapd = try ServerProcess(
            "env",
            [
                "SNMP_PERSISTENT_DIR=\(folder.path)", "snmptrapd", "-f", "-C", "-c", config, "-n", "-On", "-Lf", log,
                "udp:127.0.0.1:\(port)",
            ],
            folder: folder.path,
            isReady: {
                (try? String(contentsOfFile: "/proc/net/udp", encoding: .utf8))?
                    .contains(":" + String(format: "%04X", port)) == true
            })
        defer { snmptrapd.stop() }
        let sent = try TraplineProgram.run([
            "send", "--to", "127.0.0.1:\(port)", "--inform", "IF-MIB::linkDown", "ifIndex.7=7", "ifOperStatus.7=down",
            "1.3.6.1.4.1.99.1=s:hello",
        ])
        #expect(sent.status == 0, "\(sent.standardError)")
        #expect(sent.text.contains("acknowledged"))
        let v1 = try TraplineProgram.run([
            "send", "--to", "127.0.0.1:\(port)", "--version", "1", "IF-MIB::linkUp", "ifIndex.7=7",
        ])
        #expect(v1.status == 0, "\(v1.standardError)")
        func received() -> String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
        #expect(Poll.until { received().contains(".1.3.6.1.2.1.2.2.1.8.7 = INTEGER: 2") }, "\(received())")
        #expect(received().contains(".1.3.6.1.6.3.1.1.4.1.0 = OID: .1.3.6.1.6.3.1.1.5.3"))
        #expect(received().contains(".1.3.6.1.4.1.99.1 = STRING: \"hello\""))
        let slip = try TraplineProgram.run(["send", "IF-MIB::linkDown", "ifOperStatus.7=dwn"])
        #expect(slip.status != 0 && slip.standardError.contains("down"), "\(slip.standardError)")
        let nobody = try TraplineProgram.run([
            "send", "--to", "127.0.0.1:1", "--inform", "--retries", "0", "--timeout", "0.2", "IF-MIB::linkUp",
        ])
        #expect(nobody.status != 0)
    }

    @Test func replayPutsACaptureBackOnTheWire() throws {
        let folder = try TemporaryFolder()
        let collector = try UDPCollector()
        let datagrams = try Self.fixtures()
        let capture = try folder.write(Tshark.capture(ofIPPackets: datagrams.map(Self.packet)), to: "all.pcap")
        let output = try TraplineProgram.run([
            "replay", capture, "--to", "127.0.0.1:\(collector.port)", "--rate", "500",
        ])
        #expect(output.status == 0, "\(output.standardError)")
        #expect(collector.datagrams(atLeast: datagrams.count) == datagrams)
    }

    @Test func replayKeepsTheSender() throws {
        let folder = try TemporaryFolder()
        let trapline = try TraplineProcess(
            configuration: """
                listen: {traps: ["127.0.0.1:0"]}
                data: \(folder.file("data"))
                """, folder: folder)
        defer { trapline.stop() }
        let datagram = try #require(try UDPTestSend.capture([["IF-MIB::linkDown", "ifIndex.7=7"]]).first)
        let packets = (1...3).map { host in
            IPPacket.udp(
                from: Endpoint(IPAddress(v4: 0x7f01_0000 + UInt32(host)), port: 161),
                to: Endpoint(IPAddress(v4: 0x7f00_0001), port: 162), payload: datagram)
        }
        let capture = try folder.write(Tshark.capture(ofIPPackets: packets), to: "fleet.pcap")
        let output = try TraplineProgram.run([
            "replay", capture, "--to", "\(try trapline.endpoint(of: "traps"))", "--rate", "100", "--keep-sender",
        ])
        #expect(output.status == 0, "needs CAP_NET_RAW: \(output.standardError)")
        func devices() throws -> [String] {
            let listing = try TraplineProgram.run(["devices", "--json", "--data", folder.file("data")])
            return try Self.objects(listing.text).compactMap { $0["id"] as? String }.sorted()
        }
        #expect(try Poll.until { try devices() == ["127.1.0.1", "127.1.0.2", "127.1.0.3"] })
    }

    // MARK: mibs, check

    @Test func mibsAnswers() throws {
        let show = try TraplineProgram.run(["mibs", "show", "IF-MIB::ifOperStatus"])
        #expect(show.text.contains("1.3.6.1.2.1.2.2.1.8"))
        #expect(show.text.contains("down(2)"))
        #expect(try TraplineProgram.run(["mibs", "find", "linkDown"]).text.contains("IF-MIB::linkDown"))
        #expect(try TraplineProgram.run(["mibs", "list"]).text.contains("SNMPv2-MIB"))
        #expect(try TraplineProgram.run(["mibs", "show", "noSuchThing"]).status != 0)
        let folder = try TemporaryFolder()
        _ = try folder.write(
            "BAD-MIB DEFINITIONS ::= BEGIN\nx OBJECT IDENTIFIER ::= { nowhere 1 }\nEND\n", to: "BAD-MIB")
        let check = try TraplineProgram.run(["mibs", "check", folder.path])
        #expect(check.status == 1)
        #expect(check.text.contains("BAD-MIB"), "\(check.text)")
    }

    @Test func checkNamesEachProblemWithItsLine() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            """
            sinks: {noc: {syslog: {to: "udp://127.0.0.1:514"}}}
            routes:
              - {name: a, when: {severty: major}, to: nok}
            """, to: "bad.yaml")
        let output = try TraplineProgram.run(["check", "--config", file])
        #expect(output.status == 1)
        #expect(output.text.contains("bad.yaml:3"), "\(output.text)")
        #expect(output.text.contains("severity"))
        #expect(output.text.contains("noc"))
        let good = try TraplineProgram.run(["check"])
        #expect(good.status == 0, "\(good.text)\(good.standardError)")
    }

    @Test func aWarningIsToldByCheckAndNoProblem() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            """
            listen: {traps: "127.0.0.1:0"}
            data: \(folder.file("data"))
            sinks: {screen: {console: {}}}
            """, to: "trapline.yaml")
        let check = try TraplineProgram.run(["check", "--config", file])
        #expect(check.status == 0, "\(check.text)")
        #expect(check.text.contains("warning: no routes"), "\(check.text)")
        #expect(check.text.contains("in order, with 1 warning: 1 listening address, 1 sink, 1 route, "))
        for command in ["alarms", "devices", "events", "sinks", "dead-letters"] {
            let output = try TraplineProgram.run([command, "--config", file])
            #expect(output.standardError.contains("there is no store here"), "\(output.standardError)")
            #expect(!output.standardError.contains("no routes"), "\(command): \(output.standardError)")
        }
    }

    @Test func modulesThatAreNotFoundAreWarnedOf() throws {
        let folder = try TemporaryFolder()
        let warning = "warning: no MIB modules were found: looked in \(folder.path), which TRAPLINE_MIBS names; "
        let check = try TraplineProgram.run(["check"], environment: ["TRAPLINE_MIBS": folder.path])
        #expect(check.status == 0, "\(check)")
        #expect(check.text.contains(warning) && check.text.contains("or mibs: in the configuration"), "\(check.text)")
        #expect(check.text.contains("in order, with 1 warning: "), "\(check.text)")
        let list = try TraplineProgram.run(["mibs", "list"], environment: ["TRAPLINE_MIBS": folder.path])
        #expect(list.status == 0 && list.text.isEmpty && list.standardError.contains(warning), "\(list)")
        #expect(try !TraplineProgram.run(["check"]).text.contains("MIB modules were"))
    }

    @Test func eventsSinceThenAreTheLastOfThem() throws {
        let folder = try TemporaryFolder()
        let data = folder.file("data")
        let server = try TraplineProcess(
            configuration: """
                listen: {traps: ["127.0.0.1:0"]}
                data: \(data)
                """, folder: folder)
        for interface in 1...4 {
            let sent = try TraplineProgram.run([
                "send", "--to", "\(try server.endpoint(of: "traps"))", "--inform", "IF-MIB::linkDown",
                "ifIndex.\(interface)=\(interface)",
            ])
            #expect(sent.status == 0, "\(sent)")
        }
        server.stop()
        func sources(_ arguments: String...) throws -> [String] {
            let output = try TraplineProgram.run(
                ["events", "--json", "--alarm", "linkDown", "--data", data] + arguments)
            return try Self.objects(output.text).compactMap { $0["source"] as? String }
        }
        #expect(try sources("--since", "10m").count == 4)
        #expect(try sources("--since", "10m", "--last", "2") == ["ifIndex.3", "ifIndex.4"])
        #expect(try sources("--after", "0", "--last", "1") == ["ifIndex.4"])
        #expect(try sources("--last", "3").count == 3)
        #expect(try sources("--since", "10m", "--last", "0").isEmpty)
    }

    @Test func aCaptureThatCannotBeReadIsNamedOnce() throws {
        let folder = try TemporaryFolder()
        for command in ["explain", "decode"] {
            for file in [folder.path, folder.file("none.pcap")] {
                let output = try TraplineProgram.run([command, file])
                #expect(output.status == 1)
                #expect(output.standardError.components(separatedBy: file).count == 2, "\(output.standardError)")
            }
        }
    }

    @Test func checkConnectTriesEachSink() throws {
        let folder = try TemporaryFolder()
        let rsyslog = try RsyslogServer()
        let closed = try Ports.free()
        let file = try folder.write(
            """
            sinks:
              up: {syslog: {to: "tcp://127.0.0.1:\(rsyslog.tcpPort)"}}
              down: {syslog: {to: "tcp://127.0.0.1:\(closed)"}}
            routes: [{name: all, to: [up, down]}]
            """, to: "trapline.yaml")
        let output = try TraplineProgram.run(["check", "--config", file, "--connect"])
        #expect(output.status == 1)
        #expect(output.text.contains("sink down: unreachable"), "\(output.text)")
        #expect(!output.text.contains("sink up"))
    }

    // MARK: -

    /// The datagrams of the decoder's fixtures.
    static func fixtures() throws -> [[UInt8]] {
        let folder = URL(filePath: #filePath).appending(path: "../../SNMPWireTests/Fixtures").standardized
        let cases = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return cases.compactMap { try? [UInt8](Data(contentsOf: folder.appending(path: "\($0)/datagram.bin"))) }
    }

    static func packet(_ datagram: [UInt8]) -> [UInt8] {
        IPPacket.udp(
            from: Endpoint(IPAddress(v4: 0xc000_0201), port: 161), to: Endpoint(IPAddress(v4: 0xc000_0209), port: 162),
            payload: datagram)
    }

    static func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }
}

/// Datagrams as `trapline send` makes them.
enum UDPTestSend {
    static func capture(_ sends: [[String]]) throws -> [[UInt8]] {
        let collector = try UDPCollector()
        for (number, arguments) in sends.enumerated() {
            let sent = try TraplineProgram.run(["send", "--to", "127.0.0.1:\(collector.port)"] + arguments)
            guard sent.status == 0 else { throw Command.Failure(description: sent.standardError) }
            _ = collector.datagrams(atLeast: number + 1)
        }
        return collector.datagrams(atLeast: sends.count)
    }
}
