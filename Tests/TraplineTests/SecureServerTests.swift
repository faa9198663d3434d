import Basics
import Foundation
import Intake
import SNMPSecurity
import SNMPWire
import TestPeers
import Testing

/// The real program as net-snmp's clients meet it by SNMPv3.
@Suite struct SecureServerTests {
    private struct Site {
        let folder: TemporaryFolder
        let metricsPort: UInt16

        init() throws {
            folder = try TemporaryFolder()
            metricsPort = try Ports.free()
        }

        func configuration(password: String = "authentic words", users: [String] = []) -> String {
            let ops = """
                {name: ops, level: noAuthNoPriv, networks: [127.0.0.0/8], auth: {protocol: SHA-256, \
                password: \(password)}, priv: {protocol: AES, password: private words}}
                """
            return """
                listen: {traps: ["127.0.0.1:0"]}
                data: \(folder.file("data"))
                metrics: 127.0.0.1:\(metricsPort)
                access:
                  users: [\(([ops] + users).joined(separator: ", "))]
                """
        }

        /// net-snmp keeps the boots of the engines that it plays in a folder.
        func send(
            _ program: String, _ level: String, to traps: Endpoint, password: String = "authentic words",
            engine: String? = nil, index: Int = 7
        ) throws -> Command.Output {
            try Command.run(
                "env",
                ["SNMP_PERSISTENT_DIR=\(folder.file("snmp"))", program, "-v", "3", "-u", "ops", "-l", level]
                    + ["-a", "SHA-256", "-A", password, "-x", "AES", "-X", "private words", "-r", "1", "-t", "5"]
                    + (engine.map { ["-e", $0] } ?? [])
                    + ["\(traps)", "", "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.2.2.1.1.\(index)", "i", "\(index)"])
        }

        func metric(_ name: String) throws -> Int? {
            try Command.run("curl", ["-s", "http://127.0.0.1:\(metricsPort)/metrics"]).text
                .split(separator: "\n").first { $0.hasPrefix(name + " ") }
                .flatMap { Double($0.dropFirst(name.count + 1)) }.map { Int($0) }
        }

        func events() throws -> [[String: Any]] {
            let output = try TraplineProgram.run(["events", "--json", "--data", folder.file("data")])
            return output.text.split(separator: "\n").compactMap {
                try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
        }

        func text(_ name: String) -> String {
            (try? String(contentsOfFile: folder.file(name), encoding: .utf8)) ?? ""
        }
    }

    private static let levels = ["noAuthNoPriv", "authNoPriv", "authPriv"]

    /// An inform's engine is its receiver's: what makes both one device is the context's engine.
    @Test func whatIsSentByTrapAndByInformIsOfOneDevice() throws {
        let site = try Site()
        let trapline = try TraplineProcess(configuration: site.configuration(), folder: site.folder)
        defer { trapline.stop() }
        let traps = try trapline.endpoint(of: "traps")
        for (engine, index) in [([], 7), (["-e", "80007ed904616263"], 8)] as [([String], Int)] {
            let words = ["-u", "ops", "-A", "authentic words", "-X", "private words"] + engine
            for notification in [["IF-MIB::linkDown"], ["--inform", "IF-MIB::linkUp"]] {
                let sent = try TraplineProgram.run(
                    ["send", "--to", "\(traps)"] + words + notification + ["ifIndex.\(index)=\(index)"])
                #expect(sent.status == 0, "\(sent.standardError)")
            }
        }
        let sources = ["ifIndex.7", "ifIndex.7", "ifIndex.8", "ifIndex.8"]
        func events() throws -> [[String: Any]] {
            try site.events().filter { sources.contains($0["source"] as? String ?? "") }
        }
        #expect(try Poll.until { try events().count == sources.count })
        let told = try events()
        #expect(told.map { $0["transition"] as? String } == ["raised", "cleared", "raised", "cleared"], "\(told)")
    }

    @Test func takesTrapsAndInformsAtAllLevels() throws {
        let site = try Site()
        let trapline = try TraplineProcess(configuration: site.configuration(), folder: site.folder)
        defer { trapline.stop() }
        let traps = try trapline.endpoint(of: "traps")
        for (number, level) in Self.levels.enumerated() {
            let trap = try site.send("snmptrap", level, to: traps, engine: "0x80000000010203", index: 10 + number)
            #expect(trap.status == 0, "\(trap.standardError)")
            let inform = try site.send("snmpinform", level, to: traps, index: 20 + number)
            #expect(inform.status == 0, "\(inform.standardError)")
        }
        let sources = Set([10, 11, 12, 20, 21, 22].map { "ifIndex.\($0)" })
        #expect(
            try Poll.until { try Set(site.events().compactMap { $0["source"] as? String }).isSuperset(of: sources) },
            "\(trapline.output)")
        #expect(try site.metric("trapline_datagrams_journaled_total{listener=\"traps\"}") == 6)
        // Each of the three informs asked for the engine ID first.
        #expect(try site.metric("trapline_datagrams_answered_total{listener=\"traps\"}") == 3)
        let wrong = try site.send("snmpinform", "authPriv", to: traps, password: "another password")
        #expect(wrong.status != 0)
        #expect(
            try site.metric("trapline_datagrams_refused_total{listener=\"traps\",reason=\"v3-wrong-digest\"}") ?? 0 > 0)
        #expect(trapline.output.contains("user `ops` is known, but its authentication key does not fit"))
        let modes = try ["engine", "keys"].map {
            try FileManager.default.attributesOfItem(atPath: site.folder.file("data/\($0)"))[.posixPermissions]
                as? Int
        }
        #expect(modes == [0o600, 0o600])
    }

    /// The engine stays the same, its boots go on, and what was received before the kill is not taken twice.
    @Test func staysTheSameEngineOverAKill() throws {
        let site = try Site()
        var trapline = try TraplineProcess(configuration: site.configuration(), folder: site.folder)
        let device = Device()
        let trap = try device.trap(boots: 3, time: 1_000)
        try UDPSender(to: trapline.endpoint(of: "traps")).send(trap)
        // Not processed for long: the store does not know its clock yet, or just does.
        #expect(try Poll.until { try site.metric("trapline_datagrams_journaled_total{listener=\"traps\"}") == 1 })
        let first = site.text("data/engine")
        trapline.kill()
        trapline = try TraplineProcess(configuration: site.configuration(), folder: site.folder)
        defer { trapline.stop() }
        let second = site.text("data/engine")
        #expect(first.hasSuffix("boots 1\n") && second == first.replacing("boots 1", with: "boots 2"))
        let traps = try trapline.endpoint(of: "traps")
        let sender = try UDPSender(to: traps)
        try sender.send(trap)
        try sender.send(device.trap(boots: 2, time: 9_000))
        try sender.send(device.trap(boots: 3, time: 1_000, index: 8))
        let refused = "trapline_datagrams_refused_total{listener=\"traps\",reason="
        #expect(try Poll.until { try site.metric("trapline_datagrams_received_total{listener=\"traps\"}") == 3 })
        #expect(try Poll.until { try site.metric("trapline_datagrams_journaled_total{listener=\"traps\"}") == 1 })
        #expect(try site.metric(refused + "\"v3-replayed\"}") == 1)
        #expect(try site.metric(refused + "\"v3-boots-went-back\"}") == 1)
        let inform = try site.send("snmpinform", "authPriv", to: traps)
        #expect(inform.status == 0, "\(inform.standardError)")
        // The device has an alarm for it.
        #expect(
            try Poll.until {
                try site.events().contains {
                    $0["alarm"] as? String == "traplineEngineBootsWentBack" && $0["transition"] as? String == "raised"
                }
            }, "\(trapline.output)")
    }

    /// What was received with the old password is read with the kept key, and what comes is judged by the new one.
    @Test func aPasswordIsChangedWhileItRuns() throws {
        let site = try Site()
        let trapline = try TraplineProcess(configuration: site.configuration(), folder: site.folder)
        defer { trapline.stop() }
        let sender = try UDPSender(to: trapline.endpoint(of: "traps"))
        try sender.send(Device().trap(boots: 3, time: 1_000, index: 1))
        #expect(try Poll.until { try site.metric("trapline_datagrams_journaled_total{listener=\"traps\"}") == 1 })
        _ = try site.folder.write(site.configuration(password: "another password"), to: "trapline.yaml")
        trapline.signal(SIGHUP)
        #expect(Poll.until { trapline.output.contains("the configuration was loaded anew") }, "\(trapline.output)")
        try sender.send(Device().trap(boots: 3, time: 1_001, index: 2))
        try sender.send(Device(password: "another password").trap(boots: 3, time: 1_002, index: 3))
        #expect(
            try Poll.until {
                try Set(site.events().compactMap { $0["source"] as? String }).isSuperset(of: ["ifIndex.1", "ifIndex.3"])
            }, "\(trapline.output)")
        #expect(
            try site.metric("trapline_datagrams_refused_total{listener=\"traps\",reason=\"v3-wrong-digest\"}") == 1)
        // Both keys are kept, and no event says that something could not be read.
        let kept = try KeptKeysFile.read(site.folder.file("data/keys")).keys
        #expect(kept.entries.count == 2)
        #expect(try !site.events().contains { $0["alarm"] as? String == "traplineUndecryptable" })
        // Whoever reads the journal in its folder has them too, and whoever reads a copy of it has not.
        let config = try site.folder.write(site.configuration(password: "another password"), to: "trapline.yaml")
        let journal = site.folder.file("data/journal/trapline-0000000001.pcapng")
        let copy = site.folder.file("copy.pcapng")
        try FileManager.default.copyItem(atPath: journal, toPath: copy)
        func read(_ command: String, _ file: String) throws -> String {
            try TraplineProgram.run([command, "--config", config, file]).text
        }
        #expect(try read("decode", journal).contains("ifIndex.1 = 1"))
        #expect(try !read("decode", journal).contains("v3-wrong-digest"))
        #expect(try read("explain", journal).contains("ifIndex.1"))
        #expect(try read("decode", copy).contains("v3-wrong-digest"))
    }

    /// A device whose messages the tests keep, to send them again.
    private struct Device {
        private let user: User
        private let keys: LocalisedKeys?
        private let engine: [UInt8] = [0x80, 0, 0, 0, 1, 9, 9, 9]

        init(password: String = "authentic words") {
            let user = User(
                name: "ops", authentication: .init(.sha256, password: Secret(password)),
                privacy: .init(.aes128, password: Secret("private words")))
            self.user = user
            keys = EngineID(engine).flatMap { UserTable([user]).keys(of: user.name, at: $0) }
        }

        func trap(boots: Int32, time: Int32, index: UInt32 = 7) throws -> [UInt8] {
            let pdu = StandardPDU(
                kind: .trapV2, requestID: 1,
                variables: [
                    VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(77)),
                    VariableBinding(
                        name: .snmpTrapOIDInstance, value: .objectIdentifier(OID.snmpTraps.appending(3))),
                    VariableBinding(
                        name: OID.mib2.appending(2, 2, 1, 1, index), value: .integer(Int32(bitPattern: index))),
                ])
            let message = OutgoingMessage(
                messageID: 1, isReportable: false, engineID: engine[...],
                reading: EngineReading(boots: boots, time: time), userName: Array(user.name.utf8)[...],
                level: .authPriv,
                scoped: ScopedPDU(contextEngineID: engine[...], contextName: [], pdu: .standard(pdu)))
            return try message.encode(keys: keys, salts: Salts(boots: 1))
        }
    }
}
