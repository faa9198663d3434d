import DeviceSimulation
import Testing

@testable import trapline_simulator

@Suite struct ScenarioStepTests {
    @Test func steps() throws {
        let kill = try #require(ScenarioStep(argument: "60 kill 100"))
        #expect((kill.time, kill.action, kill.selection) == (60, .kill, .first(100)))
        let raise = try #require(ScenarioStep(argument: "raise 127.1.0.7 1 critical"))
        #expect(raise.time == nil)
        #expect(raise.action == .raise(link: 1, .critical))
        #expect(raise.selection == .addresses(0x7f01_0007...0x7f01_0007))
        let clear = try #require(ScenarioStep(argument: "0.5 clear 127.1.0.1-127.1.0.9 3"))
        #expect(clear.action == .clear(link: 3))
        #expect(clear.selection == .addresses(0x7f01_0001...0x7f01_0009))
        #expect(ScenarioStep(argument: "lose all 5")?.action == .lose(5))
        #expect(ScenarioStep(argument: "report all /tmp/x")?.action == .report(file: "/tmp/x"))
    }

    @Test(arguments: [
        ("5 kil 3", "“kil” is no action, which is kill, restart, cut, connect, switch-over, lose-peer, return-peer, "),
        ("5", "names no action"), ("kill", "kill is followed by DEVICES"),
        ("kill all now", "kill is followed by DEVICES alone"),
        ("kill some", "“some” names no devices: all, an address"),
        ("raise 1", "raise is followed by DEVICES and a link's number and, if"),
    ])
    func itSaysWhatIsWrong(_ text: String, _ reason: String) {
        let error = #expect(throws: SimulatorError.self) { try ScenarioStep(text) }
        #expect(error?.description.hasPrefix(reason) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        "", "kill", "60 kill", "kill some", "kill 0", "kill -1", "raise 1", "raise 1 2 cleared", "raise 1 2 loud",
        "lose all", "lose all many", "kill all now", "explode all", "kill 127.1.0.9-127.1.0.1", "kill 127.1.0.1-",
    ])
    func noSteps(_ text: String) {
        #expect(ScenarioStep(argument: text) == nil)
    }
}
