import Alarms
import Basics
import SNMPWire
import Testing

@testable import Devices

/// Devices that send, on a clock of the test's own: keep-alives and traps as the vendor writes them.
struct Scene {
    static let keepAlive = trap(16)
    static let listener: [String: UInt16] = ["traps": 162, "keep-alives": 1161]

    static func trap(_ number: UInt32) -> OID { VendorProfile.ownTrapRoot.appending(2, 0, number) }

    var inventory: DeviceInventory
    /// Seconds since 1970.
    private(set) var now: Int64 = 1_000
    private(set) var news: [DeviceNews] = []

    init(
        _ policy: DevicePolicy = DevicePolicy(), _ saved: SavedInventory = SavedInventory(), at now: Int64 = 1_000,
        capacity: Int = DeviceInventory.capacity
    ) {
        inventory = DeviceInventory(saved, policy: policy, capacity: capacity)
        self.now = now
        news += inventory.advance(to: Timestamp(seconds: now))
    }

    /// The journal's ticks up to a moment.
    mutating func wait(until time: Int64) {
        while now < time {
            now += 1
            news += inventory.advance(to: Timestamp(seconds: now))
        }
    }

    mutating func wait(_ seconds: Int64) { wait(until: now + seconds) }

    /// Nobody listens for so long.
    mutating func sleep(_ seconds: Int64) {
        now += seconds
        news += inventory.advance(to: Timestamp(seconds: now))
    }

    @discardableResult
    mutating func send(
        _ oid: OID = OID.snmpTraps.appending(3), from address: String, port: UInt16 = 161,
        on listener: String = "traps",
        serial: String? = nil, info1: String? = nil, peer: String? = nil, agent: String? = nil,
        trapAddress: String? = nil, engineID: [UInt8]? = nil, isAuthenticated: Bool = false
    ) -> EventDevice {
        var variables: [VariableBinding] = []
        func add(_ number: UInt32, _ text: String?) {
            guard let text else { return }
            variables.append(
                VariableBinding(
                    name: VendorProfile.ownTrapRoot.appending(1, number, 0),
                    value: .octetString(ArraySlice(text.utf8))))
        }
        add(8, info1)
        add(10, peer)
        add(16, serial)
        if let trapAddress, let bits = IPAddress(trapAddress)?.bits {
            variables.append(VariableBinding(name: .snmpTrapAddressInstance, value: .ipAddress(UInt32(bits))))
        }
        var notification = SNMPNotification(
            version: .v2c, trapOID: oid, agentAddress: agent.flatMap { IPAddress($0) }.map { UInt32($0.bits) },
            uptime: 0, variables: VariableBindings(variables))
        if let engineID {
            notification.version = .v3
            notification.v3 = V3Identity(
                userName: [], level: .authNoPriv, engineID: engineID[...], contextEngineID: engineID[...],
                contextName: [])
        }
        let received = ReceivedNotification(
            notification: notification, time: Timestamp(seconds: now),
            sender: Endpoint(IPAddress(address) ?? IPAddress(v4: 0), port: port),
            receiver: Endpoint(IPAddress(v4: 0x0a00_0001), port: Scene.listener[listener] ?? 162), listener: listener)
        let isKeepAlive = oid == Scene.keepAlive
        let interpretation = Interpretation(
            kind: isKeepAlive ? .keepAlive : .event, alarm: isKeepAlive ? "acKeepAlive" : "linkDown", alarmOID: oid,
            trapOID: oid, source: "", severity: .indeterminate, text: "")
        news += inventory.advance(to: received.time)
        let result = inventory.identify(received, by: interpretation, isAuthenticated: isAuthenticated)
        news += result.news
        return result.device
    }

    @discardableResult
    mutating func keepAlive(
        _ serial: String? = nil, from address: String, port: UInt16 = 161, peer: String? = nil,
        isAuthenticated: Bool = false
    ) -> EventDevice {
        send(
            Scene.keepAlive, from: address, port: port, on: "keep-alives", serial: serial, peer: peer,
            isAuthenticated: isAuthenticated)
    }

    /// Keep-alives of all of them each `period` seconds, for so many times.
    mutating func run(_ count: Int, period: Int64 = 27, _ senders: [(serial: String?, address: String)]) {
        for _ in 0..<count {
            for sender in senders { keepAlive(sender.serial, from: sender.address) }
            wait(period)
        }
    }

    mutating func add(_ told: [DeviceNews]) { news += told }

    mutating func takeNews() -> [DeviceNews] {
        defer { news = [] }
        return news
    }

    /// `lost serial:1`, `site lost site:north`, …: what is new, in short.
    mutating func takeWords() -> [String] { takeNews().map(Scene.words) }

    static func words(_ news: DeviceNews) -> String {
        switch news.kind {
        case .connectionLost: "lost \(news.device.id)"
        case .connectionRestored: "restored \(news.device.id)"
        case .covered: "covered \(news.device.id)"
        case .siteLost(let devices): "site lost \(news.device.id) \(devices)"
        case .siteRestored(let missing): "site restored \(news.device.id) \(missing)"
        case .siteEmptied: "site emptied \(news.device.id)"
        case .bindingDisputed(let claim): "disputed \(claim.kind) \(news.device.id) by \(claim.address)"
        case .identified(let previous): "\(previous) is \(news.device.id)"
        case .moved(let address): "moved \(news.device.id) from \(address) to \(news.device.address)"
        case .switchedOver(let serial, let previous): "switched \(news.device.id) from \(previous) to \(serial)"
        }
    }

    /// What a store would give back after a restart.
    func saved() -> SavedInventory {
        var inventory = inventory
        var devices: [String: Device] = [:]
        let changes = inventory.takeChanges()
        for device in inventory.all { devices[device.id] = device }
        return SavedInventory(
            devices: devices.values.sorted { $0.id < $1.id },
            claims: Array(inventory.claims.all.values) + Array(inventory.portClaims.all.values),
            sites: inventory.silentSites,
            clock: Timestamp(seconds: now), live: changes.live)
    }
}
