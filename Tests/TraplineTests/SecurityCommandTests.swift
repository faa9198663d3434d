import Basics
import Captures
import Foundation
import SNMPWire
import TestPeers
import Testing

/// What the commands make of SNMPv3.
@Suite struct SecurityCommandTests {
    private static let ops = SecurityWay("SHA-256", "AES")
    /// As `trapline send` was told it.
    private static let engine = "80001f88800102030405"
    private static let trap = ["IF-MIB::linkDown", "ifIndex.7=7", "ifOperStatus.7=down"]

    private static func configuration(_ elements: [String], in folder: TemporaryFolder) throws -> String {
        try folder.write("access: {users: [\(elements.joined(separator: ", "))]}", to: "trapline.yaml")
    }

    private static func capture(_ datagrams: [[UInt8]], in folder: TemporaryFolder) throws -> String {
        try folder.write(Tshark.capture(ofIPPackets: datagrams.map(CommandTests.packet)), to: "v3.pcap")
    }

    // MARK: send

    /// Whatever the way: Wireshark, given the passwords, believes and reads it, and so does `trapline decode`.
    @Test func whatIsSentIsBelievedAndRead() throws {
        let folder = try TemporaryFolder()
        let datagrams = try UDPTestSend.capture(
            SecurityWay.all.map { $0.arguments() + ["-e", Self.engine, "-n", "room"] + Self.trap })
        #expect(datagrams.count == SecurityWay.all.count)

        let config = try Self.configuration(SecurityWay.all.map { $0.element() }, in: folder)
        let decoded = try TraplineProgram.run(
            ["decode", "--config", config, "--json", try Self.capture(datagrams, in: folder)])
        let documents = try CommandTests.objects(decoded.text)
        #expect(documents.map { $0["name"] as? String } == SecurityWay.all.map { _ in "IF-MIB::linkDown" })
        #expect(documents.map { $0["user"] as? String } == SecurityWay.all.map(\.userName))
        #expect(documents.map { $0["level"] as? String } == SecurityWay.all.map(\.level))
        #expect(documents.allSatisfy { $0["engineID"] as? String == Self.engine && $0["context"] as? String == "room" })
        #expect(documents.allSatisfy { $0["refused"] == nil })

        // Wireshark makes longer AES keys in Reeder's way alone.
        let names = ["DES": "DES", "AES": "AES", "AES-192-C": "AES192", "AES-256-C": "AES256"]
        let known = zip(SecurityWay.all, datagrams).filter { way, _ in
            way.authentication != nil && way.privacy.map { names[$0] != nil } ?? true
        }
        let preferences = known.map { way, _ in
            let authentication = way.authentication ?? ""
            let hash =
                authentication.hasPrefix("SHA-")
                ? "SHA2-" + authentication.dropFirst(4) : authentication == "SHA" ? "SHA1" : authentication
            let fields = [
                "", way.userName, hash, SecurityWay.authenticationPassword, way.privacy.flatMap { names[$0] } ?? "DES",
                SecurityWay.privacyPassword,
            ]
            return "uat:snmp_users:" + fields.map { "\"\($0)\"" }.joined(separator: ",")
        }
        let seen = try Tshark.fields(
            ["snmp.authentication_ok", "snmp.authentication_error", "snmp.contextName", "snmp.value.oid"],
            of: Tshark.capture(ofIPPackets: known.map { CommandTests.packet($0.1) }), preferences: preferences)
        #expect(seen.count == 30)
        for (row, (way, _)) in zip(seen, known) {
            #expect(row[0] != "" && row[1] == "" && row[2] == "room", "\(way): \(row)")
            #expect(row[3] == "1.3.6.1.6.3.1.1.5.3", "\(way): \(row)")
        }
    }

    /// By itself it tells a clock that goes forward from run to run, and an engine that stays the same.
    @Test func twoRunsAreOneEngineWhoseClockGoesOn() throws {
        let arguments = Self.ops.arguments() + Self.trap
        let readings = try UDPTestSend.capture([arguments, arguments]).map { datagram in
            try #require(try V3View.check(datagram))
        }
        #expect(readings[0].engineBoots == readings[1].engineBoots)
        #expect(readings[0].engineTime <= readings[1].engineTime)
        #expect(readings[0].messageID != readings[1].messageID)
        #expect(!readings[0].engineID.isEmpty && readings[0].engineID == readings[1].engineID)
    }

    @Test func snmptrapdBelievesAndAcknowledges() throws {
        let folder = try TemporaryFolder()
        let ways = SecurityWay.all
        let users = ways.flatMap { [$0.createUser(engine: Self.engine), $0.createUser(engine: nil)] }
        let log = folder.file("traps.log")
        let config = try folder.write(
            users.joined(separator: "\n") + "\ndisableAuthorization yes\nformat2 %P|%v\\n\n", to: "snmptrapd.conf")
        let port = try Ports.free()
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
        defer { snmptrapd.kill() }
        for (number, way) in ways.enumerated() {
            let to = ["send", "--to", "127.0.0.1:\(port)"] + way.arguments()
            let sent = try TraplineProgram.run(
                to + ["-e", Self.engine, "IF-MIB::linkDown", "ifIndex.\(number + 1)=\(number + 1)"])
            #expect(sent.status == 0, "\(way): \(sent.standardError)")
            let inform = try TraplineProgram.run(
                to + ["--inform", "IF-MIB::linkUp", "ifIndex.\(number + 1)=\(number + 1)"])
            #expect(inform.text.contains("acknowledged"), "\(way): \(inform.standardError)")
        }
        func received() -> [String] {
            ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
        }
        func count(_ notification: Int) -> Int {
            received().count { $0.contains(".1.3.6.1.6.3.1.1.4.1.0 = OID: .1.3.6.1.6.3.1.1.5.\(notification)") }
        }
        #expect(Poll.until { count(3) == ways.count && count(4) == ways.count }, "\(received().suffix(5))")
        for number in 1...ways.count {
            #expect(received().count { $0.contains("2.2.1.1.\(number) = INTEGER: \(number)") } == 2)
        }
        let wrong = try TraplineProgram.run([
            "send", "--to", "127.0.0.1:\(port)", "-u", Self.ops.userName, "-A", "another-password", "--inform",
            "IF-MIB::linkUp",
        ])
        #expect(wrong.status != 0)
        #expect(wrong.standardError.contains("another authentication password or protocol"), "\(wrong.standardError)")
        let stranger = try TraplineProgram.run([
            "send", "--to", "127.0.0.1:\(port)", "-u", "nobody", "-A", "another-password", "--inform", "IF-MIB::linkUp",
        ])
        #expect(stranger.standardError.contains("does not know the user"), "\(stranger.standardError)")
    }

    @Test func aUserOfTheConfigurationNeedsNoPassword() throws {
        let folder = try TemporaryFolder()
        let config = try Self.configuration([Self.ops.element(user: "ops")], in: folder)
        let datagrams = try UDPTestSend.capture([["--config", config, "-u", "ops"] + Self.trap])
        let text = try TraplineProgram.run(["decode", "--config", config, try Self.capture(datagrams, in: folder)]).text
        #expect(text.contains("v3 trap  IF-MIB::linkDown"), "\(text)")
        #expect(text.contains("user ops authPriv"), "\(text)")
    }

    @Test(
        arguments: [
            (["-u", "nobody"], "not in the configuration"), (["-v", "3"], "needs a user"),
            (["-v", "2c", "-u", "ops"], "for --version 3"), (["-u", "ops", "-A", "short"], "8 octets"),
            (["-u", "ops", "-A", "long-enough", "-a", "SHA-3"], "none of"),
            (["-u", "ops", "-A", "long-enough", "-l", "authPriv"], "needs authentication and privacy"),
            (["-u", "ops", "-X", "long-enough"], "no privacy without authentication"),
            (["-u", "ops", "-A", "long-enough", "-e", "8000"], "5 to 32 octets"),
            (["-u", "ops", "-A", "long-enough", "-x", "AES"], "-x needs -X"),
        ] as [([String], String)])
    func whatCannotBeSentIsSaid(_ arguments: [String], _ reason: String) throws {
        let sent = try TraplineProgram.run(["send", "--to", "127.0.0.1:1"] + arguments + Self.trap)
        #expect(sent.status != 0)
        #expect(sent.standardError.contains(reason), "\(sent.standardError)")
    }

    /// Warnings let a configuration pass.
    @Test func checkWarnsOfWhatIsWeak() throws {
        let folder = try TemporaryFolder()
        let weak = SecurityWay("MD5", "DES").element(user: "old")
        let config = try Self.configuration([weak, SecurityWay().element(user: "probe")], in: folder)
        let output = try TraplineProgram.run(["check", "--config", config])
        let text = output.text + output.standardError
        #expect(output.status == 0, "\(text)")
        #expect(text.contains("warning: user \"old\": MD5 is weak") && text.contains("DES is weak"), "\(text)")
        #expect(text.contains("warning: user \"probe\": without authentication"), "\(text)")
        #expect(!text.contains(SecurityWay.authenticationPassword))
    }

    // MARK: decode and explain

    @Test func decodeSaysWhyItDoesNotBelieve() throws {
        let folder = try TemporaryFolder()
        let datagrams = try UDPTestSend.capture([
            ["-u", "ops", "-A", "another-password", "-X", SecurityWay.privacyPassword] + Self.trap,
            ["-u", "ops", "-A", SecurityWay.authenticationPassword, "-X", "another-password"] + Self.trap,
            ["-u", "nobody", "-A", "another-password"] + Self.trap,
        ])
        let capture = try Self.capture(datagrams, in: folder)
        let config = try Self.configuration([Self.ops.element(user: "ops")], in: folder)
        let documents = try CommandTests.objects(
            try TraplineProgram.run(["decode", "--config", config, "--json", capture]).text)
        #expect(
            documents.map { $0["refused"] as? String } == [
                "v3-wrong-digest", "v3-decryption-failed", "v3-unknown-user",
            ])
        #expect(documents.map { $0["pdu"] as? String } == ["encrypted", "encrypted", "trap"])
        #expect((documents[0]["advice"] as? String)?.contains("check the password") == true)
        let text = try TraplineProgram.run(["decode", "--config", config, capture]).text
        #expect(text.contains("v3-unknown-user: user `nobody` is not configured"), "\(text)")
        // Without users nothing can be said of them.
        let without = try CommandTests.objects(try TraplineProgram.run(["decode", "--json", capture]).text)
        #expect(without.allSatisfy { $0["refused"] == nil })
    }

    /// As the server would do: what it refuses becomes no event, and what it tells an inform's sender is none either.
    @Test func explainTellsWhatWouldBeRefused() throws {
        let folder = try TemporaryFolder()
        let datagrams = try UDPTestSend.capture([
            Self.ops.arguments(user: "ops") + Self.trap,
            ["-u", "ops", "-A", "another-password", "-X", SecurityWay.privacyPassword] + Self.trap,
            ["-u", "nobody", "-A", "another-password"] + Self.trap,
            ["--community", "public"] + Self.trap,
            ["--community", "private"] + Self.trap,
        ])
        let response = SNMPMessage.community(
            CommunityMessage(
                version: .v2c, community: ArraySlice("public".utf8),
                pdu: .standard(StandardPDU(kind: .response, requestID: 1, variables: []))))
        let capture = try Self.capture(datagrams + [response.encode()], in: folder)
        func explain(_ access: String) throws -> [[String: Any]] {
            let config = try folder.write("access: {\(access)}", to: "trapline.yaml")
            return try CommandTests.objects(
                try TraplineProgram.run(["explain", "--config", config, "--json", capture]).text)
        }
        let user = "users: [\(Self.ops.element(user: "ops"))]"
        let both = try explain("communities: [public], \(user)")
        #expect(
            both.map { $0["refused"] as? String } == [nil, "v3-wrong-digest", "v3-unknown-user", nil, "community"])
        #expect((both[1]["advice"] as? String)?.contains("check the password") == true)
        let alone = try explain(user)
        #expect(
            alone.map { $0["refused"] as? String }
                == [nil, "v3-wrong-digest", "v3-unknown-user", "community", "community"])
        #expect((alone[3]["advice"] as? String)?.contains("lets no community in") == true)
        let elsewhere = try explain("sources: [198.51.100.0/24]")
        #expect(elsewhere.map { $0["refused"] as? String } == Array(repeating: "source", count: 5))
        let config = try folder.write("access: {versions: v2c}", to: "trapline.yaml")
        let text = try TraplineProgram.run(["explain", "--config", config, capture]).text
        #expect(text.contains("    refused, so that it is no event: version: "), "\(text)")
    }

    @Test func explainReadsWhatIsEncrypted() throws {
        let folder = try TemporaryFolder()
        let datagrams = try UDPTestSend.capture([Self.ops.arguments(user: "ops") + Self.trap])
        let config = try folder.write(
            """
            access: {users: [\(Self.ops.element(user: "ops"))]}
            sinks: {noc: {syslog: {to: "udp://127.0.0.1:1", format: rfc5424}}}
            routes: [{name: links, when: {notification: "IF-MIB::link*"}, to: noc}]
            """, to: "trapline.yaml")
        let capture = try Self.capture(datagrams, in: folder)
        let objects = try CommandTests.objects(
            try TraplineProgram.run(["explain", "--config", config, "--json", capture]).text)
        let notification = try #require(objects.first?["notification"] as? [String: Any])
        #expect(objects.count == 1)
        #expect(objects.first?["transition"] as? String == "raised")
        #expect(notification["user"] as? String == "ops" && notification["level"] as? String == "authPriv")
        let text = try TraplineProgram.run(["explain", "--config", config, capture]).text
        #expect(text.contains("1.3.6.1.2.1.2.2.1.8"), "the syslog line with the variables' names: \(text)")
    }
}
