import Alarms
import Basics
import DeviceSimulation
import Foundation
import Journal
import MIBCatalog
import Manager
import Pipeline
import Resynchronisation
import Routing
import SNMPSecurity
import SNMPWire
import Store
import Testing
import TraplineMetrics

/// One simulated device, a pipeline that hears it, and what carries requests and answers between the two.
struct SyncScene {
    /// Of everything that comes from the device.
    struct Way {
        /// Probability that a notification gets lost.
        var loss = 0.0
        var duplication = 0.0
        /// Seconds that a notification may take longer than the one before it.
        var delay = 0.0
        /// Probability that an answer does not come, for all tries.
        var silence = 0.0
        /// Seconds until an answer comes.
        var answer = 0.02
        /// Nothing is journaled of requests, neither that they were sent nor what came of them.
        var isSwallowed = false
    }

    private static let trap = OID.enterprises.appending(5003, 9, 10, 1, 21, 2, 0)
    static let linkDown = OID.snmpTraps.appending(3)
    /// Of another vendor, and kept whatever its device does.
    static let foreign = OID.enterprises.appending(99_999, 0, 1)
    private static let snmpEngineID = OID.internet.appending(6, 3, 10, 2, 1, 1, 0)
    private static let own = Endpoint(IPAddress(v4: 0x7f00_0001), port: 162)
    private static let community = "reader"

    var device: SimulatedDevice
    /// Where the device's datagrams come from.
    var peer = Endpoint(IPAddress(v4: 0xc000_0207), port: 40_161)
    var way = Way()
    var generator: SeededGenerator
    private(set) var now: Timestamp
    private(set) var pipeline: EventPipeline
    let store: EventStore
    /// All that was journaled.
    private(set) var records: [JournalRecord] = []
    /// Notifications and answers on their way, by the time of their arrival.
    private var onTheWay: [(due: Timestamp, entry: JournalEntry)] = []
    private var offset: UInt64 = 0
    private var taken: Int64 = 0
    private var nextRequestID: Int32 = 1
    /// Requests that the device was asked.
    private(set) var asked = 0
    /// Requests to be told who it is.
    private(set) var askedWho = 0
    private let snapshot: PipelineSnapshot

    /// By v3, where it is asked so.
    static let engine = EngineID([0x80, 0, 0x13, 0x8b, 1, 2, 3, 4])
    private static let salts = Salts(boots: 1)
    private let users: UserTable
    /// In which version each request was asked.
    private(set) var versions: [SNMPVersion] = []

    /// - Parameters:
    ///   - peer: the serial number of its other unit, if it is a pair.
    ///   - user: in whose name devices are asked that want v3.
    init(
        _ options: DeviceOptions = .init(), peer: UInt32? = nil, seed: UInt64 = 1, poll: Int64? = 300,
        profile: SyncProfile = .audiocodes, user: User? = nil
    ) throws {
        users = UserTable(user.map { [$0] } ?? [])
        var options = options
        options.readCommunity = Self.community
        now = Timestamp(seconds: 1_700_000_000)
        device = SimulatedDevice(serialNumber: 4_711, peerSerialNumber: peer, options: options, bootedAt: now)
        generator = SeededGenerator(seed: seed)
        store = try EventStore.inMemory()
        snapshot = try Self.snapshot(poll: poll, profile, users: users)
        pipeline = try EventPipeline(store: store, snapshot: snapshot, metrics: MetricsRegistry())
    }

    static func snapshot(
        poll: Int64?, _ profile: SyncProfile, isManaged: Bool = true, users: UserTable = UserTable()
    ) throws -> PipelineSnapshot {
        let rules = [
            AlarmRule(notification: trap.appending(16), kind: .keepAlive, severity: .vendor),
            AlarmRule(notification: trap.appending(4), kind: .event, severity: .vendor),
            AlarmRule(
                notification: linkDown, kind: .alarm, alarm: "linkDown", severity: .fixed(.minor), restart: .keep),
            AlarmRule(
                notification: foreign, kind: .alarm, alarm: "foreign", severity: .fixed(.minor), restart: .keep),
            AlarmRule(notification: OwnFacts.resyncFailed, kind: .alarm, alarm: "failed", severity: .fixed(.warning)),
            AlarmRule(
                notification: OwnFacts.resyncDone, kind: .alarm, alarm: "done", alarmOID: OwnFacts.resyncFailed,
                severity: .fixed(.cleared)),
            AlarmRule(
                notification: OwnFacts.resyncHasNoTable, kind: .alarm, alarm: "no table",
                alarmOID: OwnFacts.resyncFailed, severity: .fixed(.cleared)),
            AlarmRule(
                notification: OwnFacts.resyncGivenUp, kind: .alarm, alarm: "given up", alarmOID: OwnFacts.resyncFailed,
                severity: .fixed(.cleared)),
        ]
        let settings = SyncSettings(profile: profile, poll: poll.map { $0 * 1_000_000_000 })
        return PipelineSnapshot(
            interpreter: AlarmInterpreter(rules: rules, catalog: .empty),
            routing: RoutingTable(
                routes: [], catalog: .empty, timeZone: try #require(TimeZone(identifier: "UTC"))),
            catalog: .empty,
            managed: ManagedNetworks([
                .init(
                    network: try #require(Network(isManaged ? "192.0.2.0/24" : "198.51.100.0/24")),
                    credential: Credential(community: Secret(community)), settings: settings)
            ]),
            opener: { NotificationOpener(users: users) })
    }

    // MARK: What is to be seen

    /// What stands here, by trap and source, without Trapline's own.
    var standing: [DeviceAlarm.Key: Severity] {
        var standing: [DeviceAlarm.Key: Severity] = [:]
        for alarm in pipeline.activeAlarms where alarm.key.oid.hasPrefix(Self.trap) {
            standing[DeviceAlarm.Key(trap: alarm.key.oid, source: alarm.key.source)] = alarm.severity
        }
        return standing
    }

    /// What stands on the device.
    var truth: [DeviceAlarm.Key: Severity] {
        Dictionary(
            device.standing.map { ($0.key, Severity(rawValue: UInt8($0.severity.rawValue)) ?? .indeterminate) },
            uniquingKeysWith: { $1 })
    }

    /// Whether the device's alarms are said not to be known.
    var isFailing: Bool { pipeline.activeAlarms.contains { $0.key.oid == OwnFacts.resyncFailed } }

    func events(_ oid: OID) throws -> [Event] {
        try store.events(after: 0, limit: 100_000).map(\.event).filter { $0.oid == oid }
    }

    // MARK: What happens

    /// - Parameter late: seconds that what is sent is on its way.
    mutating func happen(
        late: Int = 0, _ what: (inout SimulatedDevice, Timestamp) -> [SentNotification]
    ) throws {
        send(what(&device, now), late: late)
    }

    /// A notification of the device that the simulated one knows nothing of, sent since it was booted at that time.
    mutating func send(_ trap: OID, bootedAt boot: Timestamp = Timestamp(seconds: 1_700_000_000)) {
        let ticks = UInt32(clamping: now.nanoseconds(since: boot) / 10_000_000)
        let notification = SNMPNotification(
            version: .v2c, trapOID: trap, uptime: ticks, variables: VariableBindings([]))
        let message = CommunityMessage(
            version: .v2c, community: [], pdu: .standard(notification.v2PDU(kind: .trap, requestID: 7)))
        send([SentNotification(time: now, channel: .traps, payload: message.encode())])
    }

    func stands(_ oid: OID) -> Bool { pipeline.activeAlarms.contains { $0.key.oid == oid } }

    /// A word of an operator or of the server itself.
    mutating func tell(_ fact: OID, _ variables: [VariableBinding] = []) throws {
        try journal(Self.fact(fact, variables, at: now))
    }

    /// An operator wants it to be asked.
    mutating func ask() throws {
        let device = VariableBinding(
            name: OwnFacts.resyncDevice, value: .octetString(ArraySlice("serial:4711".utf8)))
        try tell(OwnFacts.resyncRequested, [device])
    }

    mutating func setSnapshot(_ snapshot: PipelineSnapshot) {
        pipeline.snapshot = snapshot
    }

    /// Lets time go by, a tick each second.
    mutating func pass(seconds: Int) throws {
        for _ in 0..<seconds {
            let next = now + .seconds(1)
            send(device.advance(to: next))
            while let index = onTheWay.indices.min(by: { onTheWay[$0].due < onTheWay[$1].due }),
                onTheWay[index].due <= next
            {
                let (due, entry) = onTheWay.remove(at: index)
                now = max(now, due)
                try journal(entry)
            }
            now = next
            try journal(Self.fact(OwnFacts.tick, [], at: now))
        }
    }

    /// The server goes down, and comes up after so many seconds in which nothing is heard.
    mutating func restartServer(after seconds: Int) throws {
        onTheWay = []
        let up = now + .seconds(seconds)
        _ = device.advance(to: up)
        now = up
        pipeline = try EventPipeline(store: store, snapshot: snapshot, metrics: MetricsRegistry())
        // The manager sends again what its predecessor left unanswered.
        taken = 0
        try tell(OwnFacts.started)
    }

    private mutating func send(_ sent: [SentNotification], late: Int = 0) {
        for notification in sent where Double.random(in: 0..<1, using: &generator) >= way.loss {
            let copies = Double.random(in: 0..<1, using: &generator) < way.duplication ? 2 : 1
            for _ in 0..<copies {
                let delay = way.delay > 0 ? Double.random(in: 0..<way.delay, using: &generator) : 0
                let due = notification.time + .milliseconds(Int(delay * 1_000) + 1 + late * 1_000)
                let port: UInt16 = notification.channel == .keepAlives ? 1_161 : 162
                let entry = JournalEntry(
                    time: due, interface: port == 162 ? "traps" : "keep-alives", sender: peer,
                    receiver: Endpoint(IPAddress(v4: 0xc000_0201), port: port), payload: notification.payload)
                onTheWay.append((due, entry))
            }
        }
    }

    private mutating func journal(_ entry: JournalEntry) throws {
        let position = JournalPosition(segment: 1, offset: offset)
        offset += 64 + UInt64(entry.payload.count)
        let record = JournalRecord(
            entry: entry, position: position, next: JournalPosition(segment: 1, offset: offset))
        records.append(record)
        _ = try pipeline.process([record])
        try carryRequests()
    }

    /// What the manager does.
    private mutating func carryRequests() throws {
        for request in try store.requests(after: taken, limit: 1_000) {
            taken = request.number
            asked += 1
            versions.append(request.version ?? .v2c)
            if way.isSwallowed { continue }
            if request.request.variables.contains(where: { $0.name == Self.snmpEngineID }) { askedWho += 1 }
            nextRequestID += 1
            let number = VariableBinding(
                name: OwnFacts.requestNumber, value: .counter64(UInt64(request.number)))
            let id = VariableBinding(name: OwnFacts.requestID, value: .integer(nextRequestID))
            let credential = CommunityCredential(version: .v2c, community: Secret(Self.community))
            let payload = request.request.encode(requestID: nextRequestID, credential)
            try journal(Self.fact(OwnFacts.requestSent, [number, id], at: now))
            let isSilent = Double.random(in: 0..<1, using: &generator) < way.silence
            if !isSilent, request.path.peer.address == peer.address, let answer = device.answer(payload, at: now) {
                let due = now + .milliseconds(Int(way.answer * 1_000))
                let entry = JournalEntry(
                    time: due, interface: "keep-alives", sender: request.path.peer,
                    receiver: request.path.local ?? Self.own,
                    payload: request.version == .v3 ? try byUser(answer, requestID: nextRequestID) : answer)
                onTheWay.append((due, entry))
            } else {
                let due = now + .seconds(30)
                onTheWay.append((due, Self.fact(OwnFacts.requestUnanswered, [number], at: due)))
            }
        }
    }

    /// A device's answer as it gives it to a user.
    private func byUser(_ answer: [UInt8], requestID: Int32) throws -> [UInt8] {
        guard let user = users.users.first, let engine = Self.engine,
            case .community(let message) = try SNMPMessage.decode(answer)
        else { return answer }
        return try OutgoingMessage(
            messageID: requestID + 1_000_000, isReportable: false, engineID: engine.octets[...],
            reading: EngineReading(boots: 1, time: 5), userName: ArraySlice(user.name.utf8), level: user.maximumLevel,
            scoped: ScopedPDU(contextEngineID: engine.octets[...], pdu: message.pdu)
        ).encode(keys: users.keys(of: user.name, at: engine), salts: Self.salts)
    }

    static func fact(_ fact: OID, _ variables: [VariableBinding], at time: Timestamp) -> JournalEntry {
        let notification = SNMPNotification(
            version: .v2c, trapOID: fact, uptime: 1, variables: VariableBindings(variables))
        let pdu = notification.v2PDU(kind: .trap, requestID: 1)
        return JournalEntry(
            time: time, interface: OwnFacts.listener, sender: own, receiver: own,
            payload: CommunityMessage(version: .v2c, community: [], pdu: .standard(pdu)).encode())
    }
}
