import Alarms
import Basics
import Devices
import Documents
import Testing

/// A device as JSON.
@Suite struct DeviceDocumentTests {
    @Test func whatIsNotKnownIsLeftOut() {
        let device = Device(
            id: "192.0.2.7", name: "192.0.2.7", address: IPAddress(v4: 0xc000_0207), firstSeen: Timestamp(seconds: 10),
            lastSeen: Timestamp(seconds: 20))
        #expect(
            DeviceDocument(device).jsonLine() == """
                {"address":"192.0.2.7","firstSeen":"1970-01-01T00:00:10.000000Z","group":"default","id":"192.0.2.7",\
                "name":"192.0.2.7","state":"known"}
                """, "nobody has heard of it")
    }

    @Test func allThatIsKnownIsTold() {
        var device = Device(
            id: "serial:1", name: "edge", address: IPAddress(v4: 0xc000_0207), firstSeen: Timestamp(seconds: 10),
            lastSeen: Timestamp(seconds: 20), lastKeepAlive: Timestamp(seconds: 19))
        (device.serial, device.peerSerial, device.engineID) = ("1", "2", "80001f88")
        (device.product, device.softwareVersion) = ("Mediant 800", "7.40A")
        (device.group, device.tenant, device.region, device.site) = ("core", "a", "south", "rotterdam")
        device.ports = BoundPorts(packed: 1_161 << 48 | 40_001 << 32 | 162 << 16 | 40_002)
        device.reached = Endpoint(IPAddress(v4: 0xc000_0201), port: 1_161)
        (device.lastNotification, device.lastListener) = ("acKeepAlive", "keep-alives")
        device.liveness.stage = .lost
        device.liveness.period = KeepAlivePeriod(learned: 27_500)
        let maintenance = Maintenance(
            device: "serial:1", since: Timestamp(seconds: 15), until: nil, reason: "swap", by: "anna")
        let document = DeviceDocument(device, maintenance: maintenance, openAlarms: [.critical: 1, .minor: 2])
        #expect(
            document.jsonLine() == """
                {"address":"192.0.2.7","bindings":[{"listener":1161,"port":40001},{"listener":162,"port":40002}],\
                "engineID":"80001f88","firstSeen":"1970-01-01T00:00:10.000000Z","group":"core","id":"serial:1",\
                "lastKeepAlive":"1970-01-01T00:00:19.000000Z","lastListener":"keep-alives",\
                "lastNotification":"acKeepAlive","lastSeen":"1970-01-01T00:00:20.000000Z","maintenance":\
                {"by":"anna","reason":"swap","since":"1970-01-01T00:00:15.000000Z"},"name":"edge","openAlarms":\
                {"critical":1,"minor":2},"period":27.5,"product":"Mediant 800","reached":"192.0.2.1:1161",\
                "region":"south","site":"rotterdam","softwareVersion":"7.40A","state":"lost","tenant":"a",\
                "units":[{"active":true,"serial":"1"},{"active":false,"serial":"2"}]}
                """)
    }
}
