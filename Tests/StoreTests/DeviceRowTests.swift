import Alarms
import Basics
import Devices
import Testing

@testable import Store

@Suite struct DeviceRowTests {
    /// With something in every column.
    static func device(_ number: UInt32) -> Device {
        var device = Device(
            id: "serial:\(number)", name: "gw-\(number)", address: IPAddress(v4: 0xc000_0200 + number),
            firstSeen: Timestamp(seconds: 10), lastSeen: Timestamp(seconds: 20),
            lastKeepAlive: Timestamp(nanoseconds: 19_999_999_999))
        device.number = number
        device.ports = BoundPorts(packed: 0x00a2_9c40_0489_9c41)
        device.reached = Endpoint(IPAddress(v4: 0x0a00_0001), port: 1_161)
        device.serial = "\(number)"
        device.peerSerial = "9\(number)"
        device.engineID = "80001f88"
        device.product = "Mediant 800"
        device.softwareVersion = "7.40A"
        device.foundName = "gw"
        device.given = Device.Placement(name: "gw-\(number)", group: "a", tenant: "b", region: "c", site: "d")
        (device.group, device.tenant, device.region, device.site) = ("a", "b", "c", "d")
        device.lastNotification = "acKeepAlive"
        device.lastListener = "keep-alives"
        device.isInMaintenance = true
        device.liveness.stage = .lost
        device.liveness.refreshed = 123_456_789_012
        device.liveness.period = KeepAlivePeriod(learned: 27_000, odd: 30_000, oddCount: 2)
        return device
    }

    static func sign(of device: Device, at seconds: Int64, _ stage: Liveness.Stage) -> DeviceSign {
        var liveness = device.liveness
        liveness.stage = stage
        liveness.refreshed += seconds
        return DeviceSign(
            number: device.number, lastSeen: Timestamp(seconds: seconds), lastKeepAlive: nil, liveness: liveness)
    }

    static func outcome(_ changes: DeviceChanges) -> BatchOutcome {
        BatchOutcome(devices: changes, clock: Timestamp(seconds: 90))
    }

    @Test func aDeviceComesBackWhole() throws {
        let store = try EventStore.inMemory()
        let bare = Device(
            id: "192.0.2.1", name: "192.0.2.1", address: IPAddress(v4: 0xc000_0201), firstSeen: Timestamp(seconds: 1),
            lastSeen: Timestamp(seconds: 2))
        try store.commit(Self.outcome(DeviceChanges(devices: [bare, Self.device(7)])))
        #expect(try store.devices() == [bare, Self.device(7)])
    }

    @Test func aSignOfLifeIsTakenInAndALaterRowKnowsBetter() throws {
        let store = try EventStore.inMemory()
        let (one, two) = (Self.device(1), Self.device(2))
        try store.commit(Self.outcome(DeviceChanges(devices: [one, two])))
        var changes = DeviceChanges()
        changes.signs = [Self.sign(of: one, at: 40, .alive), Self.sign(of: two, at: 41, .alive)]
        try store.commit(Self.outcome(changes))
        let read = try store.devices()
        #expect(read.map(\.lastSeen) == [Timestamp(seconds: 40), Timestamp(seconds: 41)])
        #expect(read.map(\.state) == [.alive, .alive])
        #expect(read[0].lastKeepAlive == one.lastKeepAlive, "a sign that was no keep-alive tells of none")

        var later = one
        later.lastSeen = Timestamp(seconds: 50)
        later.liveness.refreshed += 100
        try store.commit(Self.outcome(DeviceChanges(devices: [later])))
        #expect(try store.devices()[0] == later)
    }

    /// Two batches of one moment, and a number that is given again: times alone do not tell what came first.
    @Test func aSignFromBeforeARowIsNotTakenIn() throws {
        let store = try EventStore.inMemory()
        let one = Self.device(1)
        try store.commit(Self.outcome(DeviceChanges(devices: [one])))
        var changes = DeviceChanges()
        changes.signs = [Self.sign(of: one, at: 40, .alive)]
        try store.commit(Self.outcome(changes))
        var later = one
        later.lastSeen = Timestamp(seconds: 40)
        later.liveness = changes.signs[0].liveness
        later.liveness.period = KeepAlivePeriod(learned: 60_000)
        later.lastNotification = "linkDown"
        try store.commit(Self.outcome(DeviceChanges(devices: [later])))
        #expect(try store.devices() == [later])

        changes.signs[0].lastNotification = "linkUp"
        try store.commit(Self.outcome(changes))
        #expect(try store.devices().map(\.lastNotification) == ["linkUp"])

        changes = DeviceChanges(devices: [one])
        (changes.devices[0].id, changes.removals) = ("serial:another", [one.id])
        let another = changes.devices
        try store.commit(Self.outcome(changes))
        #expect(try store.devices() == another)
        changes = DeviceChanges()
        (changes.beginsSettling, changes.isSettled) = (true, true)
        try store.commit(Self.outcome(changes))
        changes = DeviceChanges()
        changes.signs = [Self.sign(of: one, at: 70, .alive)]
        try store.commit(Self.outcome(changes))
        #expect(try store.devices().map(\.lastSeen) == [Timestamp(seconds: 70)], "no number is given twice")
    }

    @Test func signsGoOnceAllRowsAreWritten() throws {
        let store = try EventStore.inMemory()
        let (one, two) = (Self.device(1), Self.device(2))
        var changes = DeviceChanges(devices: [one, two])
        changes.signs = [Self.sign(of: one, at: 40, .alive)]
        changes.beginsSettling = true
        try store.commit(Self.outcome(changes))
        #expect(try store.load().inventory.signCount == 1)

        var settled = one
        settled.lastSeen = Timestamp(seconds: 40)
        changes = DeviceChanges(devices: [settled, two])
        changes.signs = [Self.sign(of: two, at: 60, .alive)]
        changes.isSettled = true
        try store.commit(Self.outcome(changes))
        #expect(try store.load().inventory.signCount == 1, "the one that came since is still needed")
        #expect(try store.devices().map(\.lastSeen) == [Timestamp(seconds: 40), Timestamp(seconds: 60)])
    }

    @Test func aRemovedDeviceIsGone() throws {
        let store = try EventStore.inMemory()
        try store.commit(Self.outcome(DeviceChanges(devices: [Self.device(1), Self.device(2)])))
        var changes = DeviceChanges()
        changes.removals = ["serial:1"]
        try store.commit(Self.outcome(changes))
        #expect(try store.devices() == [Self.device(2)])
    }

    @Test func claimsSitesAndTheLiveClockComeBack() throws {
        let store = try EventStore.inMemory()
        let claims = [
            BindingClaim(
                key: "peer:1", kind: .peer, device: "serial:1", peerSerial: "2", address: IPAddress(v4: 7), port: nil,
                reached: Endpoint(IPAddress(v4: 8), port: 162), first: -5, last: 6, count: 3),
            BindingClaim(
                key: "serial:3", kind: .address, device: "serial:3", address: IPAddress(v4: 9), port: 40_000,
                reached: Endpoint(IPAddress(v4: 8), port: 1_161), first: 1, last: 2, count: 1, isOldHeard: true),
        ]
        let sites = [
            SilentSite(tenant: nil, site: "north", clears: nil), SilentSite(tenant: "t", site: "north", clears: 99),
        ]
        var changes = DeviceChanges()
        (changes.claims, changes.sites, changes.live) = (claims, sites, 77)
        try store.commit(Self.outcome(changes))
        func saved() throws -> SavedInventory { try store.load().inventory }
        #expect(try saved().claims == claims)
        #expect(try saved().sites == sites)
        #expect(try saved().live == 77)
        #expect(try saved().clock == Timestamp(seconds: 90))

        try store.commit(Self.outcome(DeviceChanges()))
        #expect(try saved().claims == claims, "what did not change stays")
        var again = claims[1]
        again.count = 2
        (changes.claims, changes.claimRemovals, changes.sites) = ([again], [claims[0].key], [])
        try store.commit(Self.outcome(changes))
        #expect(try saved().claims == [again])
        #expect(try saved().sites.isEmpty)
    }
}
