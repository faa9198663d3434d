import Basics
import Foundation
import Intake
import SNMPSecurity
import SNMPWire
import TestPeers
import Testing

/// Every way of SNMPv3 that Debian's clients have, at the real program; and every reason to refuse a message.
@Suite struct SecurityMatrixTests {
    private struct Site {
        let folder: TemporaryFolder
        let metricsPort: UInt16
        let trapline: TraplineProcess
        let traps: Endpoint

        init(users: [String], _ more: String = "") throws {
            folder = try TemporaryFolder()
            metricsPort = try Ports.free()
            trapline = try TraplineProcess(
                configuration: """
                    listen: {traps: ["127.0.0.1:0"]}
                    data: \(folder.file("data"))
                    metrics: 127.0.0.1:\(metricsPort)
                    access:
                      users: [\(users.joined(separator: ", "))]
                      \(more)
                    """, folder: folder)
            traps = try trapline.endpoint(of: "traps")
        }

        /// Each engine has a folder of its own, where net-snmp counts its boots.
        func run(_ program: String, _ arguments: [String], engine: String? = nil, index: Int) throws -> Command.Output {
            try Command.run(
                "env",
                ["SNMP_PERSISTENT_DIR=\(folder.file("snmp-\(engine ?? "none")"))", program, "-v", "3", "-r", "2", "-t"]
                    + ["5"] + arguments + (engine.map { ["-e", "0x" + $0] } ?? [])
                    + ["\(traps)", "", "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.2.2.1.1.\(index)", "i", "\(index)"])
        }

        /// The counters of datagrams: `journaled_total`, and for refusals their reasons.
        func counts() throws -> [String: Int] {
            var counts: [String: Int] = [:]
            for line in try Command.run("curl", ["-s", "http://127.0.0.1:\(metricsPort)/metrics"]).text.split(
                separator: "\n")
            {
                guard line.hasPrefix("trapline_datagrams_"), let blank = line.lastIndex(of: " "),
                    let value = Double(line[line.index(after: blank)...]), value > 0
                else { continue }
                let reason = line[..<blank].firstRange(of: "reason=\"").map { line[$0.upperBound..<blank].dropLast(2) }
                let name = line[..<(line.firstIndex(of: "{") ?? blank)].dropFirst("trapline_datagrams_".count)
                counts[String(reason ?? name), default: 0] += Int(value)
            }
            return counts
        }

        /// For what is told of a failure.
        var state: [String: Int] { (try? counts()) ?? [:] }

        /// Under which this server answers informs.
        func ownEngine() throws -> EngineID {
            let lines = try String(contentsOfFile: folder.file("data") + "/engine", encoding: .utf8).split(
                separator: "\n")
            let line = try #require(lines.first { $0.hasPrefix("engine-id ") })
            return try #require(EngineID(hexadecimal: String(line.dropFirst("engine-id ".count))))
        }

        func events() throws -> [[String: Any]] {
            try CommandTests.objects(
                try TraplineProgram.run(["events", "--json", "--after", "0", "--data", folder.file("data")]).text)
        }
    }

    private static func engine(_ number: Int) -> String { "80001f8804" + String(format: "%08x", number) }

    @Test func everyWayIsReceived() throws {
        let ways = SecurityWay.all
        let site = try Site(users: ways.map { $0.element() })
        defer { site.trapline.stop() }
        for (number, way) in ways.enumerated() {
            // Of an engine that all share, and of one of its own.
            for (index, engine) in [(1_000, Self.engine(0)), (2_000, Self.engine(number + 1))] {
                let sent = try site.run("snmptrap", way.arguments(), engine: engine, index: index + number)
                #expect(sent.status == 0, "\(way): \(sent.standardError)")
            }
            let inform = try site.run("snmpinform", way.arguments(), index: 3_000 + number)
            #expect(inform.status == 0, "\(way): \(inform.standardError)")
        }
        let total = 3 * ways.count
        #expect(try Poll.until { try site.counts()["journaled_total"] == total }, "\(site.state)")
        let expected = Set([1_000, 2_000, 3_000].flatMap { first in ways.indices.map { "ifIndex.\(first + $0)" } })
        func seen() throws -> Set<String> { Set(try site.events().compactMap { $0["source"] as? String }) }
        #expect(try Poll.until { try seen().isSuperset(of: expected) }, "\(site.state)")
        // All were read, each at its level.
        let notifications = try site.events().compactMap { $0["notification"] as? [String: Any] }
            .filter { $0["name"] as? String == "IF-MIB::linkDown" }
        #expect(notifications.count == total)
        for way in ways {
            let levels = notifications.filter { $0["user"] as? String == way.userName }.map { $0["level"] as? String }
            #expect(levels == [way.level, way.level, way.level], "\(way)")
        }
        #expect(try site.counts().keys.filter { $0.hasPrefix("v3-") } == [])
    }

    @Test func oneUserIsGoodForManyEngines() throws {
        let way = SecurityWay("SHA-256", "AES")
        let site = try Site(users: [way.element(user: "ops")])
        defer { site.trapline.stop() }
        for number in 1...40 {
            let sent = try site.run(
                "snmptrap", way.arguments(user: "ops"), engine: Self.engine(number), index: number)
            #expect(sent.status == 0, "\(sent.standardError)")
        }
        #expect(try Poll.until { try site.counts()["journaled_total"] == 40 }, "\(site.state)")
        func engines() throws -> Set<String> {
            Set(try site.events().compactMap { ($0["notification"] as? [String: Any])?["engineID"] as? String })
        }
        #expect(try Poll.until { try engines() == Set((1...40).map(Self.engine)) })
    }

    // MARK: - Refusals

    private static let users = [
        SecurityWay("SHA-256", "AES").element(user: "ops"),
        SecurityWay("SHA-256").element(user: "half"),
        SecurityWay("SHA-256").element(user: "placed", "engines: [80001f880499]"),
        SecurityWay("SHA-256").element(user: "elsewhere", "networks: [192.0.2.0/24]"),
        SecurityWay("SHA-256").element(user: "roomy", "contexts: [room]"),
        "{name: probe, level: noAuthNoPriv, engines: [80001f880499]}",
    ]

    /// Each with its own counter, and no other one moves.
    @Test func everyRefusalHasItsCounter() throws {
        let site = try Site(users: Self.users)
        defer { site.trapline.stop() }
        let ops = ["-u", "ops", "-A", SecurityWay.authenticationPassword, "-X", SecurityWay.privacyPassword]
        func plain(_ user: String) -> [String] { ["-u", user, "-A", SecurityWay.authenticationPassword] }
        func clock(_ engine: Int, _ boots: Int, _ time: Int) -> [String] {
            ["-e", Self.engine(engine), "--engine-boots", "\(boots)", "--engine-time", "\(time)"]
        }
        try take(ops + clock(1, 5, 1_000_000), at: site)
        try take(ops + clock(2, 5, 1_000), at: site)
        // Of an address of its own, which shows in no other way that it is answered.
        let deaf = try UDPSender(to: site.traps, from: Endpoint(IPAddress(v4: 0x7f00_0009), port: 0))
        try deaf.send(discovery())
        let cases: [(String, [String])] = [
            ("v3-wrong-digest", ["-u", "ops", "-A", "another-password", "-X", SecurityWay.privacyPassword]),
            ("v3-wrong-digest", ops + ["-a", "SHA-512"]),
            ("v3-level-too-low", ops + ["-l", "authNoPriv"]),
            ("v3-unsupported-level", plain("half") + ["-X", SecurityWay.privacyPassword]),
            ("v3-unknown-user", plain("nobody")),
            ("v3-boots-went-back", ops + clock(1, 4, 1_000_000)),
            ("v3-not-in-time-window", ops + clock(1, 5, 999_800)),
            ("v3-time-went-back", ops + clock(1, 5, 999_000)),
            ("v3-boots-exhausted", ops + clock(1, Int(Int32.max), 1)),
            ("v3-engine-not-bound", plain("placed")),
            ("v3-network-not-bound", plain("elsewhere")),
            ("v3-context-not-bound", plain("roomy") + ["-n", "cellar"]),
        ]
        for (reason, arguments) in cases { try refuse(reason, by: arguments, at: site) }
        // What is asked for by whoever waits for an answer.
        try refuse(
            "v3-decryption-failed",
            by: ["-u", "ops", "-A", SecurityWay.authenticationPassword, "-X", "another-password", "--inform"], at: site)
        try refuse("v3-unbound-no-auth", by: ["-u", "probe", "-l", "noAuthNoPriv", "--inform"], at: site)
        try refuse("v3-not-a-notification", at: site) {
            _ = try Command.run(
                "snmpget",
                ["-v", "3", "-r", "0", "-t", "1", "-a", "SHA-256", "-x", "AES", "-l", "authPriv"] + ops
                    + ["\(site.traps)", "1.3.6.1.2.1.1.1.0"])
        }
        let sender = try UDPSender(to: site.traps)
        let trap = try trap(as: "half")
        let before = try site.counts()["journaled_total"] ?? 0
        try sender.send(trap)
        #expect(try Poll.until { try site.counts()["journaled_total"] == before + 1 }, "\(site.state)")
        try refuse("v3-replayed", at: site) { try sender.send(trap) }
        try refuse("v3-unknown-engine", at: site) { try sender.send(try inform(ofAnotherEngine: "half")) }
        let ownTrap = try message("half", .trapV2, isReportable: false, engine: site.ownEngine())
        try refuse("v3-own-engine-trap", at: site) { try sender.send(ownTrap) }
        let fromLater = try message("half", .informRequest, isReportable: true, engine: site.ownEngine(), boots: 77)
        try refuse("v3-own-boots-went-back", at: site) { try sender.send(fromLater) }
        // It is told of once it has gone on for a minute.
        #expect(
            try Poll.until(seconds: 150, every: 2) {
                try deaf.send(discovery())
                return try site.counts()["v3-no-inform-follows"] != nil
            }, "\(site.state)")
        let counts = try site.counts()
        #expect(Set(counts.keys).isSuperset(of: SecurityRefusal.labels), "\(counts)")
        let parts = ["journaled_total", "answered_total", "duplicate_total", "reports_total", "in_flight"]
        let refused = SecurityRefusal.labels.reduce(0) { $0 + (counts[$1] ?? 0) }
        #expect(counts["received_total"] == refused + parts.reduce(0) { $0 + (counts[$1] ?? 0) }, "\(counts)")
        // Who, from which engine, and what to do.
        let log = site.trapline.output
        #expect(log.contains("check the password") && log.contains("user `nobody` is not configured"), "\(log)")
    }

    /// Communities and users side by side, and versions switched off.
    @Test func versionsCanBeSwitchedOff() throws {
        let site = try Site(users: Self.users, "communities: [public]\n  versions: [v2c, v3]")
        defer { site.trapline.stop() }
        try take(["-v", "2c"], at: site)
        try take(SecurityWay("SHA-256", "AES").arguments(user: "ops"), at: site)
        #expect(try send(["-v", "1"], to: site).status == 0)
        #expect(try Poll.until { try site.counts()["version"] == 1 }, "\(site.state)")
        #expect(try site.counts()["journaled_total"] == 2)
    }

    /// What a capture holds is genuine and let in, once.
    @Test func aReplayedCaptureIsLetInOnce() throws {
        let site = try Site(users: Self.users)
        defer { site.trapline.stop() }
        let datagrams = try UDPTestSend.capture([
            SecurityWay("SHA-256", "AES").arguments(user: "ops") + ["IF-MIB::linkDown", "ifIndex.7=7"]
        ])
        let capture = try site.folder.write(
            Tshark.capture(ofIPPackets: datagrams.map(CommandTests.packet)), to: "v3.pcap")
        let replay = ["replay", capture, "--to", "\(site.traps)"]
        #expect(try TraplineProgram.run(replay).status == 0)
        #expect(try Poll.until { try site.counts()["journaled_total"] == 1 }, "\(site.state)")
        try refuse("v3-replayed", at: site) { _ = try TraplineProgram.run(replay) }
    }

    private func send(_ arguments: [String], to site: Site) throws -> Command.Output {
        try TraplineProgram.run(
            ["send", "--to", "\(site.traps)", "--retries", "0", "--timeout", "1"] + arguments
                + ["IF-MIB::linkDown", "ifIndex.7=7"])
    }

    private func take(_ arguments: [String], at site: Site) throws {
        let before = try site.counts()["journaled_total"] ?? 0
        let sent = try send(arguments, to: site)
        #expect(sent.status == 0, "\(sent.standardError)")
        #expect(try Poll.until { try site.counts()["journaled_total"] == before + 1 }, "\(arguments)")
    }

    private func refuse(_ reason: String, by arguments: [String], at site: Site) throws {
        try refuse(reason, at: site) { _ = try send(arguments, to: site) }
    }

    private func refuse(_ reason: String, at site: Site, _ send: () throws -> Void) throws {
        func refusals() throws -> [String: Int] { try site.counts().filter { $0.key.hasPrefix("v3-") } }
        var expected = try refusals()
        let journaled = try site.counts()["journaled_total"]
        expected[reason, default: 0] += 1
        try send()
        #expect(try Poll.until { try refusals() == expected }, "\(reason): \(site.state), not \(expected)")
        #expect(try site.counts()["journaled_total"] == journaled, "\(reason)")
    }

    private func trap(as name: String) throws -> [UInt8] {
        try message(name, .trapV2, isReportable: false, engine: otherEngine())
    }

    /// What a sender makes that has discovered somebody else.
    private func inform(ofAnotherEngine name: String) throws -> [UInt8] {
        try message(name, .informRequest, isReportable: true, engine: otherEngine())
    }

    /// The question who the receiver is, by which nobody is told from anybody else.
    private func discovery() throws -> [UInt8] {
        let session = try #require(
            RequestSession(
                UserTable([User(name: "half", networks: [Network("127.0.0.0/8")].compactMap(\.self))]), user: "half",
                salts: Salts(boots: 1)))
        let pdu = StandardPDU(kind: .getRequest, requestID: 1, variables: [])
        return try session.datagram(.standard(pdu), messageID: 1, at: .now)
    }

    private func otherEngine() throws -> EngineID { try #require(EngineID(hexadecimal: Self.engine(77))) }

    private func message(
        _ name: String, _ kind: PDUKind, isReportable: Bool, engine: EngineID, boots: Int32 = 1
    ) throws -> [UInt8] {
        let user = User(
            name: name, authentication: .init(.sha256, password: Secret(SecurityWay.authenticationPassword)))
        let pdu = StandardPDU(
            kind: kind, requestID: 1,
            variables: [
                VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(77)),
                VariableBinding(name: .snmpTrapOIDInstance, value: .objectIdentifier(OID.snmpTraps.appending(3))),
            ])
        let message = OutgoingMessage(
            messageID: 1, isReportable: isReportable, engineID: engine.octets[...],
            reading: EngineReading(boots: boots, time: 1_000), userName: ArraySlice(name.utf8), level: .authNoPriv,
            scoped: ScopedPDU(contextEngineID: engine.octets[...], pdu: .standard(pdu)))
        return try message.encode(keys: UserTable([user]).keys(of: name, at: engine), salts: Salts(boots: 1))
    }
}
