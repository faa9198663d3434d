import Alarms
import Basics
import Devices
import SNMPWire
import Testing

@Suite struct DeviceTableTests {
    private let router = IPAddress(v4: 0xc000_0207)
    private let gateway = IPAddress(v6: 0x2001_0db8 << 96 | 7)

    private func received(
        from address: IPAddress, port: UInt16 = 40_000, at seconds: Int64, agentAddress: UInt32? = nil
    ) throws -> ReceivedNotification {
        let trapOID = try #require(OID("1.3.6.1.6.3.1.1.5.3"))
        let notification = SNMPNotification(
            version: agentAddress == nil ? .v2c : .v1, trapOID: trapOID, agentAddress: agentAddress, uptime: 0,
            variables: VariableBindings([]))
        return ReceivedNotification(
            notification: notification, time: Timestamp(seconds: seconds), sender: Endpoint(address, port: port),
            receiver: Endpoint(IPAddress(v4: 0), port: 162), listener: "traps")
    }

    @Test func aSenderIsKnownByItsAddress() throws {
        var table = DeviceTable()
        let first = try table.identify(received(from: router, port: 40_000, at: 10))
        let again = try table.identify(received(from: router, port: 50_000, at: 12))
        let other = try table.identify(received(from: gateway, at: 11))
        #expect(first == EventDevice(id: "192.0.2.7", name: "192.0.2.7", address: router))
        #expect(again == first)
        #expect(other.id == "2001:db8::7")
        #expect(table.count == 2)
        #expect(table.device("192.0.2.7")?.firstSeen == Timestamp(seconds: 10))
        #expect(table.device("192.0.2.7")?.lastSeen == Timestamp(seconds: 12))
        #expect(table.device("192.0.2.7")?.lastKeepAlive == nil)
    }

    @Test func theAgentAddressOfATrapIsNotBelieved() throws {
        var table = DeviceTable()
        let device = try table.identify(received(from: router, at: 10, agentAddress: 0x0a00_0001))
        #expect(device.id == "192.0.2.7")
        #expect(table.device("10.0.0.1") == nil)
    }

    @Test func aMappedAddressIsTheSameDevice() throws {
        var table = DeviceTable()
        _ = try table.identify(received(from: router, at: 10))
        let mapped = try table.identify(received(from: IPAddress(v6: 0xffff << 32 | 0xc000_0207), at: 11))
        #expect(mapped.id == "192.0.2.7")
        #expect(table.count == 1)
    }

    @Test func lastSeenNeverGoesBack() throws {
        var table = DeviceTable()
        _ = try table.identify(received(from: router, at: 20))
        _ = try table.identify(received(from: router, at: 19))
        table.noteKeepAlive(of: "192.0.2.7", at: Timestamp(seconds: 20))
        table.noteKeepAlive(of: "192.0.2.7", at: Timestamp(seconds: 18))
        #expect(table.device("192.0.2.7")?.firstSeen == Timestamp(seconds: 20))
        #expect(table.device("192.0.2.7")?.lastSeen == Timestamp(seconds: 20))
        #expect(table.device("192.0.2.7")?.lastKeepAlive == Timestamp(seconds: 20))
    }

    @Test func changesAreTakenOnce() throws {
        var table = DeviceTable()
        _ = try table.identify(received(from: router, at: 10))
        _ = try table.identify(received(from: gateway, at: 10))
        _ = try table.identify(received(from: router, at: 11))
        #expect(table.takeChanges().map(\.id) == ["192.0.2.7", "2001:db8::7"])
        #expect(table.takeChanges().isEmpty)
        table.noteKeepAlive(of: "192.0.2.7", at: Timestamp(seconds: 12))
        #expect(table.takeChanges() == [try #require(table.device("192.0.2.7"))])
    }

    @Test func aStoredDeviceKeepsItsNameAndItsFirstSight() throws {
        let stored = Device(
            id: "192.0.2.7", name: "edge router", address: router, firstSeen: Timestamp(seconds: 1),
            lastSeen: Timestamp(seconds: 2), lastKeepAlive: Timestamp(seconds: 2))
        var table = DeviceTable([stored])
        let device = try table.identify(received(from: router, at: 10))
        #expect(device.name == "edge router")
        #expect(table.device("192.0.2.7")?.firstSeen == Timestamp(seconds: 1))
        #expect(table.all.count == 1)
    }

    @Test func aFullTableStillTellsSendersApart() throws {
        var table = DeviceTable([], capacity: 2)
        let addresses = (1...4).map { IPAddress(v4: $0) }
        let devices = try addresses.map { try table.identify(received(from: $0, at: 1)) }
        #expect(devices.map(\.id) == ["0.0.0.1", "0.0.0.2", "0.0.0.3", "0.0.0.4"])
        #expect(table.count == 2)
        #expect(table.unlisted == 2)
        table.noteKeepAlive(of: "0.0.0.4", at: Timestamp(seconds: 1))
        #expect(table.takeChanges().map(\.id) == ["0.0.0.1", "0.0.0.2"])
    }
}
