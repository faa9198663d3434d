import Alarms
import Basics
import Foundation
import Intake
import SNMPSecurity
import SNMPWire
import TestPeers
import Testing

/// `trapline devices trust-clock` with the real program, and an SNMPv3 engine that loses its boots counter.
@Suite(.serialized) struct TrustClockTests {
    private static let user = User(
        name: "ops", authentication: .init(.sha256, password: Secret("authentic words")),
        privacy: .init(.aes128, password: Secret("private words")))

    private let folder: TemporaryFolder
    private let engine: EngineID
    private let users = UserTable([Self.user])
    private let salts = Salts(boots: 1)

    init() throws {
        folder = try TemporaryFolder()
        engine = try #require(EngineID([0x80, 0, 0x1f, 0x88, 0x80, 1, 2, 3, 4]))
    }

    private func server() throws -> TraplineProcess {
        try TraplineProcess(
            configuration: """
                listen: {traps: ["127.0.0.1:0"]}
                access:
                  users:
                    - {name: ops, auth: {protocol: SHA-256, password: authentic words},
                       priv: {protocol: AES, password: private words}}
                data: \(folder.file("data"))
                sinks: {archive: {file: {to: "\(folder.file("archive.jsonl"))"}}}
                routes:
                  - {name: own facts stay here, when: {listener: trapline, transition: logged}, prevent: true}
                  - {name: all, to: archive}
                """, folder: folder)
    }

    private func send(_ state: String, boots: Int32, to server: TraplineProcess) throws {
        let entry = OID.mib2.appending(2, 2, 1)
        try send(
            OID.snmpTraps.appending(state == "down" ? 3 : 4),
            [
                VariableBinding(name: entry.appending(1, 7), value: .integer(7)),
                VariableBinding(name: entry.appending(7, 7), value: .integer(1)),
                VariableBinding(name: entry.appending(8, 7), value: .integer(state == "down" ? 2 : 1)),
            ], boots: boots, to: server)
    }

    /// A vendor's keep-alive, which tells the serial number.
    private func send(serial: String, boots: Int32, to server: TraplineProcess) throws {
        let number = VariableBinding(
            name: VendorProfile.ownTrapRoot.appending(1, 16, 0), value: .octetString(ArraySlice(serial.utf8)))
        try send(VendorProfile.ownTrapRoot.appending(2, 0, 16), [number], boots: boots, time: 1_001, to: server)
    }

    private func send(
        _ trap: OID, _ variables: [VariableBinding], boots: Int32, time: Int32 = 1_000, to server: TraplineProcess
    ) throws {
        let trap = StandardPDU(
            kind: .trapV2, requestID: 1,
            variables: VariableBindings(
                [
                    VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(77)),
                    VariableBinding(name: .snmpTrapOIDInstance, value: .objectIdentifier(trap)),
                ] + variables))
        let message = OutgoingMessage(
            messageID: 1, isReportable: false, engineID: engine.octets[...],
            reading: EngineReading(boots: boots, time: time), userName: ArraySlice("ops".utf8), level: .authPriv,
            scoped: ScopedPDU(contextEngineID: engine.octets[...], pdu: .standard(trap)))
        let keys = users.keys(of: "ops", at: engine)
        try UDPSender(to: try server.endpoint(of: "traps")).send(try message.encode(keys: keys, salts: salts))
    }

    /// Each event once: a server that was killed may not have noted what it had delivered.
    private var delivered: String {
        let text = (try? String(contentsOfFile: folder.file("archive.jsonl"), encoding: .utf8)) ?? ""
        let events = (try? OperatedServer.objects(text)) ?? []
        var seen: Set<Int> = []
        return events.filter { seen.insert($0["id"] as? Int ?? 0).inserted }.map { event in
            "\(event["transition"] ?? "?") \((event["alarm"] as? [String: Any])?["name"] ?? event["alarm"] ?? "?")"
        }.joined(separator: "; ")
    }

    private func eventually(_ count: Int, _ last: String) async throws {
        let isSo = await Poll.eventually {
            let events = delivered.components(separatedBy: "; ")
            return events.count == count && events.last?.contains(last) == true
        }
        #expect(isSo, "wanted \(count), the last \(last); got \(delivered)")
    }

    private func run(_ arguments: String...) throws -> Command.Output {
        try TraplineProgram.run(arguments + ["--data", folder.file("data")])
    }

    @Test func anEngineThatWasResetIsTakenAgainAtAnOperatorsWord() async throws {
        var server = try server()
        try send("down", boots: 5, to: server)
        try await eventually(1, "raised")
        let archived = try String(contentsOfFile: folder.file("archive.jsonl"), encoding: .utf8)
        #expect(archived.contains("ifOperStatus.7") && archived.contains(#""level":"authPriv""#), "\(archived)")
        let events = try run("events", "--json").text
        #expect(events.contains("ifOperStatus.7"), "with the keys of the data folder alone: \(events)")

        // The clock outlives the server.
        server.kill()
        server = try self.server()
        try send("up", boots: 4, to: server)
        try await eventually(2, "raised")
        let alarms = try run("alarms", "--json").text
        #expect(alarms.contains("tells 4 boots and 1000 seconds since, where 5 and"), "\(alarms)")
        #expect(alarms.contains("then: trapline devices trust-clock \(engine)"), "\(alarms)")
        #expect(alarms.components(separatedBy: "\"id\":\"engine:\(engine)\"").count == 3, "both are the device's")

        let trusted = try run("devices", "trust-clock", "engine:\(engine)", "--as", "anna")
        #expect(trusted.text.hasSuffix("is trusted as it is\n"), "\(trusted)")
        try await eventually(3, "cleared")
        try send("up", boots: 4, to: server)
        try await eventually(4, "cleared")
        #expect(try run("alarms", "--json").text.isEmpty)
        let audit = try run("audit").text
        #expect(audit.contains("devices trust-clock  engine:\(engine)") && audit.contains("anna"), "\(audit)")

        // Against a stopped server's folder it holds from the next start on, whatever the journal's end tells.
        try send("down", boots: 3, to: server)
        try await eventually(5, "BootsWentBack")
        server.kill()
        let later = try run("devices", "trust-clock", "\(engine)")
        #expect(later.text.contains("no server runs"), "\(later)")
        server = try self.server()
        try await eventually(6, "cleared")
        try send("down", boots: 2, to: server)
        try await eventually(7, "raised linkDown")
        // That trouble is over: the next one is told.
        try send("down", boots: 1, to: server)
        try await eventually(8, "BootsWentBack")
        server.stop()
    }

    /// By its engine's ID too, which it was known by until it told something better.
    @Test func theEnginesDeviceMayBeKnownBySomethingElse() async throws {
        let server = try server()
        try send("down", boots: 5, to: server)
        try await eventually(1, "raised")
        try send(serial: "5123456", boots: 5, to: server)
        let isRenamed = await Poll.eventually {
            (try? run("devices", "--json").text.contains("serial:5123456")) == true
        }
        #expect(isRenamed)
        try send("up", boots: 4, to: server)
        let isTold = await Poll.eventually { (try? run("alarms", "--json").text.contains("tells 4 boots")) == true }
        #expect(isTold)
        let trusted = try run("devices", "trust-clock", "engine:\(engine)", "--as", "anna")
        #expect(trusted.text == "the clock of engine \(engine) is trusted as it is\n", "\(trusted)")
        let isOver = await Poll.eventually { (try? run("alarms", "--json").text.contains("tells 4 boots")) == false }
        #expect(isOver, "\(delivered)")
        let anyway = try run("devices", "trust-clock", "\(engine)")
        #expect(anyway.text.contains("; no alarm of it stood"), "\(anyway)")
        let audit = try run("audit").text
        #expect(audit.contains("engine \(engine) of device serial:5123456"), "\(audit)")
        let unknown = try run("devices", "trust-clock", "80001f88800a0b0c0d")
        #expect(unknown.status == 1, "\(unknown)")
        #expect(unknown.standardError.contains("nothing is known of an engine 80001f88800a0b0c0d"), "\(unknown)")
        server.stop()
    }

    @Test func aForgottenDevicesClockIsForgotten() async throws {
        var server = try server()
        try send("down", boots: 5, to: server)
        try await eventually(1, "raised")
        #expect(try run("devices", "forget", "engine:\(engine)").status == 0)
        try await eventually(2, "cleared")
        try send("down", boots: 4, to: server)
        try await eventually(3, "raised")

        // The journal tells what its engine told before, also of what the store knows nothing of any more.
        #expect(try run("devices", "forget", "engine:\(engine)").status == 0)
        try await eventually(4, "cleared")
        server.kill()
        server = try self.server()
        try send("down", boots: 3, to: server)
        try await eventually(5, "raised")
        #expect(!delivered.contains("BootsWentBack"))

        // Nor does it need a server.
        server.kill()
        #expect(try run("devices", "forget", "engine:\(engine)").text.contains("no server runs"))
        server = try self.server()
        try await eventually(6, "cleared")
        try send("down", boots: 2, to: server)
        try await eventually(7, "raised")
        #expect(!delivered.contains("BootsWentBack"))
        let unknown = try run("devices", "trust-clock", "no-such-device")
        #expect(unknown.status == 1 && unknown.standardError.contains("no device no-such-device"), "\(unknown)")
        server.stop()
    }
}
