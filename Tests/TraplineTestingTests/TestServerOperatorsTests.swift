import Alarms
import Basics
import DeviceSimulation
import Devices
import Documents
import TestPeers
import Testing
import TraplineTesting

/// What operators do to a server in a test.
@Suite struct TestServerOperatorsTests {
    private let server: TestServer

    init() throws {
        server = try TestServer(
            """
            sinks: {noc: {syslog: {to: "udp://192.0.2.1"}}}
            routes: [{name: all, to: noc}]
            """)
    }

    private func told() -> [String] { server.deliveries(to: "noc").map(\.event.line) }

    @Test func anAlarmIsTakenOn() throws {
        try server.trap("linkDown", ["ifIndex.7=7"], from: "10.1.2.3")
        try server.acknowledge(try #require(try server.activeAlarms.first), note: "on it", by: "ann")
        #expect(try server.activeAlarms.first?.acknowledged?.by == "ann")
        try server.note("cable ordered", on: try #require(try server.activeAlarms.first))
        try server.unacknowledge(try #require(try server.activeAlarms.first))
        #expect(try server.activeAlarms.first?.acknowledged == nil)
        #expect(try server.activeAlarms.first?.note?.text == "cable ordered")
        let alarm = try #require(try server.activeAlarms.first)
        try server.clear(alarm, note: "was a test", by: "bob")
        #expect(try server.activeAlarms.isEmpty)
        #expect(try server.audit.map(\.by) == ["ann", "operator", "operator", "bob"])
        #expect(try server.audit.map(\.action) == ["alarms ack", "alarms note", "alarms unack", "alarms clear"])
        #expect(try server.audit.allSatisfy { $0.outcome == AuditEntry.done })
        // It stands no more.
        let error = #expect(throws: TestServerError.self) { try server.acknowledge(alarm) }
        #expect(try error?.description == server.audit.last?.outcome)
    }

    @Test func aSilenceHoldsBackAndItsEndTells() throws {
        let number = try server.silence(
            [(.device, "10.1.*"), (.alarm, "linkDown")], for: .seconds(600), reason: "works")
        try server.trap("linkDown", ["ifIndex.7=7"], from: "10.1.2.3")
        try server.trap("linkDown", ["ifIndex.7=7"], from: "10.2.2.3")
        #expect(told().filter { $0.contains("linkDown") } == ["raised major linkDown ifIndex.7 10.2.2.3"])
        #expect(try server.activeAlarms.count == 2)
        try server.advance(by: .seconds(601))
        #expect(told().last == "raised major linkDown ifIndex.7 10.1.2.3", "\(told())")
        #expect(throws: TestServerError.self) { try server.endSilence(number) }

        let other = try server.silence([(.severity, ">=minor")], for: .seconds(600))
        try server.trap("linkDown", ["ifIndex.8=8"], from: "10.1.2.3")
        try server.endSilence(other)
        #expect(told().last == "raised major linkDown ifIndex.8 10.1.2.3", "\(told())")
    }

    @Test func aDeviceIsWorkedOn() throws {
        try server.trap("coldStart", from: "10.1.2.3")
        try server.name("10.1.2.3", "gateway-1")
        try server.place("gateway-1", in: DevicePlacement(group: "edge", site: "Hamburg"))
        let device = try server.device("gateway-1")
        #expect((device.group, device.site) == ("edge", "Hamburg"))
        try server.beginMaintenance(of: "gateway-1", reason: "new power supply")
        try server.trap("linkDown", ["ifIndex.7=7"], from: "10.1.2.3")
        #expect(!told().contains { $0.contains("linkDown") })
        try server.endMaintenance(of: "gateway-1")
        #expect(told().last == "raised major linkDown ifIndex.7 gateway-1", "\(told())")
        try server.beginMaintenance(of: "gateway-1", for: .seconds(60))
        try server.advance(by: .seconds(61))
        #expect(throws: TestServerError.self) { try server.endMaintenance(of: "gateway-1") }
        try server.forget("gateway-1")
        #expect(try server.devices.isEmpty)
        #expect(throws: TestServerError.self) { try server.device("gateway-1") }
    }
}
