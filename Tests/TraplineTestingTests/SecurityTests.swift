import Alarms
import Documents
import SNMPWire
import Testing
import TraplineTesting

/// A server in a test that has users of SNMPv3.
@Suite struct SecurityTests {
    private func server(_ more: String = "") throws -> TestServer {
        try TestServer(
            """
            access:
              users:
                - {name: ops, auth: {protocol: SHA-256, password: long-enough}, priv: {protocol: AES, password: longer-yet}}
                - {name: probe, level: noAuthNoPriv, networks: 10.0.0.0/8}
              \(more)
            sinks: {noc: {syslog: {to: "udp://192.0.2.1"}}}
            """)
    }

    @Test func aUsersTrapIsDecrypted() throws {
        let server = try server()
        try server.trap("linkDown", ["ifIndex.7=7"], from: "10.1.2.3", version: .v3, user: "ops")
        #expect(try server.activeAlarms.map(\.key.source) == ["ifIndex.7"])
        #expect(server.events.first?.notification?.level == "authPriv")
        #expect(server.events.first?.notification?.user == "ops")
        #expect(server.deliveries(to: "noc").first?.text.contains("ifIndex") == true)
        #expect(server.refused == 0)
    }

    /// Several devices behind one address are told apart by their engines.
    @Test func enginesAreDevices() throws {
        let server = try server()
        for engine in ["80001f880401", "80001f880402"] {
            try server.trap("linkDown", ["ifIndex.7=7"], from: "10.1.2.3", version: .v3, user: "ops", engineID: engine)
        }
        #expect(try server.activeAlarms.count == 2)
    }

    @Test func whatIsNotBelievedIsRefused() throws {
        let server = try server()
        // Users, and no communities.
        try server.trap("linkDown", ["ifIndex.7=7"], from: "10.1.2.3")
        try server.trap("linkDown", ["ifIndex.7=7"], from: "192.0.2.3", version: .v3, user: "probe")
        #expect(server.refused == 2)
        try server.trap("linkDown", ["ifIndex.7=7"], from: "10.1.2.3", version: .v3, user: "probe")
        #expect(server.refused == 2)
        #expect(try server.activeAlarms.count == 1)
        #expect(throws: TestServerError.self) {
            try server.trap("linkDown", [], from: "10.1.2.3", version: .v3, user: "nobody")
        }
    }

    @Test func versionsCanBeSwitchedOff() throws {
        let server = try server("versions: [v1, v2c]")
        try server.trap("linkDown", ["ifIndex.7=7"], from: "10.1.2.3", version: .v3, user: "ops")
        #expect(server.refused == 1)
    }
}
