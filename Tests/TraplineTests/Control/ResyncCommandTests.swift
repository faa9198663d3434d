import Basics
import DeviceSimulation
import Foundation
import Intake
import TestPeers
import Testing

/// `trapline devices resync` with the real program and a simulated device on the wire.
@Suite(.serialized) struct ResyncCommandTests {
    private static let device = "serial:1001"

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A server that asks the devices of 127.9/16 when it has a reason to, and never just so.
    private func server() throws -> TraplineProcess {
        try TraplineProcess(
            configuration: """
                listen: {traps: ["127.0.0.1:0"], keep-alives: ["127.0.0.1:0"]}
                data: \(folder.file("data"))
                sinks: {archive: {file: {to: "\(folder.file("archive.jsonl"))"}}}
                devices: {networks: [{network: 127.9.0.0/16, manager: {community: reader, poll: off}}]}
                """, folder: folder)
    }

    private func runner(_ process: TraplineProcess) throws -> FleetRunner {
        var fleet = SimulatedFleet()
        var options = DeviceOptions()
        options.readCommunity = "reader"
        options.keepAlivePeriod = .seconds(1)
        fleet.add(
            SimulatedDevice(serialNumber: 1_001, options: options, bootedAt: .now), at: IPAddress(v4: 0x7f09_0001))
        let runner = try FleetRunner(
            fleet, port: 0, traps: try process.endpoint(of: "traps"),
            keepAlives: try process.endpoint(of: "keep-alives"))
        runner.start()
        return runner
    }

    private func run(_ arguments: String...) throws -> Command.Output {
        try TraplineProgram.run(arguments + ["--data", folder.file("data")])
    }

    private func standing() throws -> Int {
        try run("alarms", "--json").text.split(separator: "\n").count { $0.contains("EthernetLink") }
    }

    /// A raise that nothing follows.
    private func loseARaise(_ runner: FleetRunner, link: Int) {
        runner.change { fleet, now in
            fleet.change(0, at: now) {
                $0.loseNext(1)
                return $0.raise(.ethernetLink(link), at: now)
            }
        }
    }

    @Test func aDeviceIsAskedByAnOperatorsWord() async throws {
        let process = try server()
        let runner = try runner(process)
        defer { runner.stop() }
        // Its first contact.
        #expect(await Poll.eventually(seconds: 60) { runner.counts.responses >= 4 }, "\(process.output)")
        let asked = runner.counts.responses
        loseARaise(runner, link: 1)
        let unknown = try run("devices", "resync", "serial:9")
        #expect(unknown.status != 0 && unknown.standardError.contains("no device serial:9"), "\(unknown)")
        #expect(try run("devices", "resync").status != 0)
        #expect(try run("devices", "resync", Self.device, "--all").status != 0)
        #expect(runner.counts.responses == asked)

        let one = try run("devices", "resync", Self.device)
        #expect(one.status == 0 && one.text.contains("is asked for its alarms"), "\(one)")
        #expect(try await Poll.eventually(seconds: 30) { try standing() == 1 }, "\(process.output)")
        let told =
            "traplineResyncDone  Its alarms are known, asked because of an operator's wish: "
            + "1 raised or changed, 0 cleared"
        #expect(try await Poll.eventually { try run("events").text.contains(told) }, "\(process.output)")
        #expect(try !run("events").text.contains("traplineResyncFailed"))
        loseARaise(runner, link: 2)
        let all = try run("devices", "resync", "--all", "--as", "anna")
        #expect(all.status == 0 && all.text.contains("every device is asked"), "\(all)")
        #expect(try await Poll.eventually(seconds: 30) { try standing() == 2 }, "\(process.output)")
        let audit = try run("audit").text
        #expect(audit.contains("devices resync") && audit.contains("anna"), "\(audit)")
        #expect(audit.contains("device \(Self.device)") && audit.contains("all devices"), "\(audit)")
        process.stop()

        // Against a stopped server's folder it is done at the next start.
        let later = try run("devices", "resync", Self.device)
        #expect(later.status == 0 && later.text.contains("at its next start"), "\(later)")
    }

    @Test func aDeviceWithoutACredentialIsNotAsked() async throws {
        let process = try server()
        let sender = try UDPSender(to: try process.endpoint(of: "traps"))
        try sender.send(UDPTestSend.marked)
        #expect(try await Poll.eventually { try !run("devices", "--json").text.isEmpty }, "\(process.output)")
        let refused = try run("devices", "resync", "127.0.0.1")
        #expect(refused.status != 0)
        #expect(refused.standardError.contains("no network under devices: has a manager for it"), "\(refused)")
    }
}
