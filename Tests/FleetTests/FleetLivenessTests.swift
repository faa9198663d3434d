import Foundation
import TestPeers
import Testing

/// A fleet of simulated devices on the wire and the whole program: who falls silent is an alarm, and nobody else is.
@Suite struct FleetLivenessTests {
    private static let devices = 300
    /// The first 255 devices are at one site and the others at another.
    private static let (north, south) = ("127.50.0.1-127.50.0.255", "127.50.1.0-127.50.1.44")

    private let folder: TemporaryFolder
    private let view: OperatorView
    private let configuration: String
    private let simulator: SimulatorProcess

    init() throws {
        folder = try TemporaryFolder()
        view = OperatorView(data: folder.file("data"))
        // The devices go on sending while the server is away, so its ports are to stay.
        let (traps, keepAlives) = (try Ports.free(), try Ports.free())
        configuration = """
            listen: {traps: ["127.0.0.1:\(traps)"], keep-alives: ["127.0.0.1:\(keepAlives)"]}
            data: \(folder.file("data"))
            access: {communities: [trapuser]}
            devices:
              networks:
                - {network: 127.50.0.0/24, site: North, period: 3s}
                - {network: 127.50.1.0/24, site: South, period: 3s}
            """
        simulator = try SimulatorProcess(
            [
                "--devices", "\(Self.devices)", "--first-address", "127.50.0.1", "--port", "\(Ports.free())", "--to",
                "127.0.0.1:\(traps)", "--keep-alives-to", "127.0.0.1:\(keepAlives)", "--keep-alive", "2",
            ], folder: folder)
    }

    private func server() throws -> TraplineProcess {
        try TraplineProcess(configuration: configuration, folder: folder)
    }

    /// `ALARM ADDRESS`, or `ALARM NAME` where a site is meant.
    private func standing() throws -> Set<String> {
        let alarms = try view.alarms().map {
            "\($0.alarm) \($0.device.id.hasPrefix("site:") ? $0.device.name : $0.device.address)"
        }
        #expect(Set(alarms).count == alarms.count)
        return Set(alarms)
    }

    /// It comes to that, and stays so for some time: for 12 s where somebody might be missed who should not be, which is
    /// longer than three periods.
    private func expectStanding(
        _ wanted: Set<String>, after what: String, within seconds: Double = 60, for stay: Double = 3,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        var found: Set<String> = []
        for isToStay in [false, true] {
            var (checks, agreeing) = (0, 0)
            _ = try Poll.until(seconds: isToStay ? stay : seconds, every: 1) {
                found = try standing()
                checks += 1
                agreeing += found == wanted ? 1 : 0
                return isToStay ? found != wanted : found == wanted
            }
            let isRight = isToStay ? agreeing == checks : agreeing > 0
            try #require(
                isRight,
                """
                after \(what): too many \(found.subtracting(wanted).sorted()), missing \
                \(wanted.subtracting(found).sorted())
                """, sourceLocation: location)
        }
    }

    private func lost(_ numbers: ClosedRange<Int>) -> Set<String> {
        Set(numbers.map { "traplineConnectionLost 127.50.0.\($0)" })
    }

    @Test func whoFallsSilentIsAnAlarmAndNobodyElse() throws {
        var server = try server()
        #expect(try Poll.until(every: 0.5) { try view.devices().count == Self.devices })
        try expectStanding([], after: "the start", for: 12)

        try simulator.perform("kill 127.50.0.101-127.50.0.120")
        let killed = lost(101...120)
        try expectStanding(killed, after: "20 were killed")

        // Longer than three periods, in which nobody could be heard; then without a word of farewell.
        server.stop()
        Thread.sleep(forTimeInterval: 12)
        server = try self.server()
        try expectStanding(killed, after: "a stop of the server", for: 12)
        server.kill()
        server = try self.server()
        try expectStanding(killed, after: "a crash of the server", for: 12)

        try simulator.perform("cut \(Self.south)")
        try expectStanding(killed.union(["traplineSiteLost South"]), after: "a site fell silent")
        let events = try view.events()
        #expect(events.last { $0.alarm == "traplineSiteLost" }?.text == "The whole site South is silent: 45 devices")
        let told = events.filter { $0.alarm == "traplineConnectionLost" && $0.device.address.hasPrefix("127.50.1.") }
        #expect(told.isEmpty, "\(told.count) devices of the silent site were told singly")

        try simulator.perform("connect \(Self.south)")
        try expectStanding(killed, after: "the site came back")
        try simulator.perform("restart 127.50.0.101-127.50.0.120")
        try expectStanding([], after: "the killed ones were started", within: 120)
        let raised = try view.events().filter { $0.transition == "raised" }
        #expect(raised.count == killed.count + 1, "\(raised.map(\.line))")
        simulator.stop()
        server.stop()
    }
}
