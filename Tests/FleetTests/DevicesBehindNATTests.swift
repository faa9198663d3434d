import TestPeers
import Testing

/// Two devices that share one address, as seen from the whole program: behind a NAT that lets in only what was called,
/// and that gives them other ports now and then.
@Suite struct DevicesBehindNATTests {
    private static let (first, second) = ("192.168.77.2", "192.168.77.3")
    private static let serials = [first: "serial:7000001", second: "serial:7000002"]

    private let folder: TemporaryFolder
    private let nat: NATSite
    private let configuration: String
    private let simulator: SimulatorProcess
    private let view: OperatorView

    init() throws {
        folder = try TemporaryFolder()
        nat = try NATSite(devices: 2)
        view = OperatorView(data: folder.file("data"))
        configuration = """
            listen:
              traps: ["\(NATSite.centreAddress):162"]
              keep-alives: ["\(NATSite.centreAddress):1161"]
            data: \(folder.file("data"))
            access: {communities: [trapuser]}
            devices:
              networks:
                - {network: 10.77.0.0/24, period: 10s, manager: {community: public, poll: off}}
            """
        simulator = try SimulatorProcess(
            [
                "--devices", "2", "--first-address", NATSite.firstDevice, "--first-serial", "7000001", "--to",
                "\(NATSite.centreAddress):162", "--keep-alives-to", "\(NATSite.centreAddress):1161", "--keep-alive",
                "1",
            ], folder: folder, in: nat.site)
    }

    private func server() throws -> TraplineProcess {
        try TraplineProcess(configuration: configuration, folder: folder, in: nat.centre)
    }

    /// What stands on the devices stands in the centre, each with its own device, and nothing else.
    private func expectAgreement(_ location: SourceLocation = #_sourceLocation) throws {
        // DEVICE OID SOURCE SEVERITY; the vendor's trap 10 is the link alarm, which is all that is raised here.
        let standing = try Set(
            simulator.standing().map { line in
                let words = line.split(separator: " ").map(String.init)
                return "\(Self.serials[words[0]] ?? words[0]) \(words[2]) \(words[3])"
            })
        var alarms: [String] = []
        let agrees = try Poll.until(seconds: 60, every: 0.5) {
            alarms = try view.alarms().map { "\($0.device.id) \($0.source) \($0.severity)" }
            return alarms.count == standing.count && Set(alarms) == standing
        }
        try #require(agrees, "\(alarms.sorted()), not \(standing.sorted())", sourceLocation: location)
    }

    private func expectTwoDevices(_ location: SourceLocation = #_sourceLocation) throws {
        let devices = try view.devices()
        #expect(Set(devices.map(\.id)) == Set(Self.serials.values), "\(devices)", sourceLocation: location)
        #expect(
            devices.allSatisfy { $0.address == NATSite.publicAddress }, "\(devices)", sourceLocation: location)
    }

    /// The public ports of both, towards the keep-alives' port: different ones, once both have passed.
    private func ports(_ isAwaited: ([UInt16]) -> Bool = { _ in true }) throws -> [UInt16] {
        var ports: [UInt16] = []
        let areThere = try Poll.until {
            ports = try [Self.first, Self.second].compactMap { try nat.publicPort(of: $0, to: 1_161) }
            return Set(ports).count == 2 && isAwaited(ports)
        }
        #expect(areThere, "\(ports)")
        return ports
    }

    /// The same link of both; what gets lost is asked for, through the binding that the keep-alives keep open.
    private func exercise(links: ClosedRange<Int>) throws {
        let link = links.lowerBound
        try simulator.perform("raise all \(link)")
        try expectAgreement()
        try simulator.perform("clear \(Self.first) \(link)")
        try expectAgreement()
        try simulator.perform("raise \(Self.first) \(link) critical")
        try simulator.perform("clear \(Self.second) \(link)")
        try expectAgreement()
        for device in [Self.first, Self.second] {
            try simulator.perform("lose \(device) 1")
            try simulator.perform("raise \(device) \(link + 1)")
            try simulator.perform("raise \(device) \(link + 2)")
        }
        try expectAgreement()
        let told = try view.events().filter { $0.reason == "resynchronised" && $0.source.hasSuffix("#\(link + 1)") }
        #expect(Set(told.map(\.device.id)) == Set(Self.serials.values), "\(told)")
    }

    @Test func twoBehindOneAddressStayTwoWhateverTheirPorts() throws {
        var server = try server()
        let ports = try ports()
        try exercise(links: 1...3)
        try expectTwoDevices()

        // The NAT is restarted, and has other ports for everybody.
        try nat.rebind(ports: 41_000...41_999)
        _ = try self.ports { $0.allSatisfy { (41_000...41_999).contains($0) } }
        try exercise(links: 4...6)
        try expectTwoDevices()

        // What happens while the server is away is asked for when it is back, on the ways that it remembers.
        server.kill()
        try simulator.perform("clear all 6")
        try simulator.perform("raise \(Self.second) 7")
        server = try self.server()
        try expectAgreement()
        try expectTwoDevices()

        // Once more, and now each has the port that the other one had at first.
        try simulator.perform("cut \(Self.first)")
        try nat.rebind(ports: ports[0]...ports[0])
        #expect(try Poll.until { try nat.publicPort(of: Self.second, to: 1_161) == ports[0] })
        try nat.rebind(ports: ports[1]...ports[1], keepsBindings: true)
        try simulator.perform("connect \(Self.first)")
        #expect(try self.ports() == [ports[1], ports[0]])
        try simulator.perform("clear all 1")
        try simulator.perform("clear all 4")
        try expectAgreement()
        try expectTwoDevices()

        // It was all found out without a word of doubt: nothing is told of them but that they were asked.
        let doubts = try view.events().filter {
            $0.device.id != "trapline" && $0.alarm.hasPrefix("trapline") && $0.alarm != "traplineResyncDone"
                && $0.severity != "cleared"
        }
        #expect(doubts.isEmpty, "\(doubts)")
        simulator.stop()
        server.stop()
    }
}
