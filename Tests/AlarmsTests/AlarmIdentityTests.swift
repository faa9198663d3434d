import Alarms
import Basics
import SNMPWire
import TestPeers
import Testing

/// What becomes of a device's alarms when it turns out to be another one than it was taken for, or is forgotten.
@Suite struct AlarmIdentityTests {
    private static let trap = OID.enterprises.appending(5003, 9, 10, 1, 21, 2, 0, 10)
    private static let known = EventDevice(id: "serial:5967925", name: "gateway", address: device.address)

    /// A table with what sinks have been told of it, as far as they follow every alarm.
    private struct Told {
        var table: AlarmTable
        var severities: [Int64: Severity] = [:]
        /// The facts that stand: what flaps and what is suppressed.
        var held: Set<[String]> = []
        var problems: [String] = []
        var lastEventID: Int64 = 0

        init(_ settings: AlarmSettings = AlarmSettings(flapping: nil)) { table = AlarmTable(settings: settings) }

        mutating func tell(
            _ severity: Severity, of sender: EventDevice = device, at time: Int64, source: String = "a",
            number: Int32? = nil, expires: Duration? = nil
        ) {
            var followed: [String] = []
            let interpretation = Interpretation(
                kind: .alarm, alarm: "link", alarmOID: trap, trapOID: trap, source: source, severity: severity,
                text: "", expires: expires, runningNumber: number)
            let event = table.apply(
                interpretation, device: sender, time: Timestamp(seconds: time), isDevices: true,
                eventID: lastEventID + 1, followedSinks: &followed)
            if let event { take(event) }
            take(table.takeNews(), at: time)
        }

        mutating func advance(to time: Int64) { take(table.advance(to: Timestamp(seconds: time)), at: time) }

        /// What ended with it.
        @discardableResult
        mutating func move(to device: EventDevice, from previous: String, at time: Int64) -> [Event] {
            // The facts are alarms of the device themselves, and go along.
            held = Set(held.map { $0.map { $0 == previous ? device.id : $0 } })
            return take(table.move(previous, to: device), at: time)
        }

        @discardableResult
        mutating func take(_ news: [AlarmNews], at time: Int64) -> [Event] {
            let moment = Timestamp(seconds: time)
            return news.compactMap { news in
                switch news {
                case .flapping(let key, _, _): held.insert(["flapping", key.device, key.source])
                case .flappingEnded(let key, _, _): end(["flapping", key.device, key.source])
                case .suppressed(let key, _, _): held.insert(["suppressed", key.device, key.source])
                case .suppressionEnded(let key, _, _): end(["suppressed", key.device, key.source])
                default: break
                }
                guard let event = Event(id: lastEventID + 1, of: news, at: moment) else { return nil }
                take(event)
                return event
            }
        }

        private mutating func end(_ fact: [String]) {
            if held.remove(fact) == nil { problems.append("\(fact) ends, and nobody was told that it began") }
        }

        private mutating func take(_ event: Event) {
            lastEventID = event.id
            guard let alarm = event.alarmID else { return }
            switch event.transition {
            case .raised:
                severities[alarm] = event.severity
            case .changed, .cleared:
                if severities[alarm] != event.previousSeverity {
                    let before = "\(String(describing: event.previousSeverity))"
                    problems.append("\(alarm) was \(String(describing: severities[alarm])) and is told as \(before)")
                }
                severities[alarm] = event.transition == .cleared ? nil : event.severity
            case .repeated:
                if severities[alarm] != event.severity { problems.append("\(alarm) is told again with another") }
            case .logged:
                break
            }
        }

        var standing: [Int64: Severity] { Dictionary(table.alarms.map { ($0.id, $0.severity) }) { $1 } }
    }

    @Test func alarmsMoveAndThoseThatStandUnderBothEndOnce() {
        var told = Told()
        told.tell(.major, at: 100, source: "a", number: 1, expires: .seconds(60))
        told.tell(.major, at: 101, source: "b", number: 2)
        told.tell(.cleared, at: 102, source: "c", number: 9)
        told.tell(.minor, of: Self.known, at: 103, source: "b")
        _ = told.table.takeChanges()
        let ended = told.move(to: Self.known, from: device.id, at: 104)
        #expect(ended.map(\.alarmID) == [2], "which it had under both")
        #expect(ended.map(\.device.id) == [device.id], "as whoever was told of it knows it")
        #expect(ended.map(\.reason) == ["same device"])
        #expect(told.table.alarms.map(\.key.device) == [Self.known.id, Self.known.id])
        #expect(told.table.alarms.map(\.id) == [1, 4])
        #expect(told.table.alarms.map(\.device) == [Self.known, Self.known])
        #expect(told.table.nextDue == Timestamp(seconds: 160))
        let changes = told.table.takeChanges()
        #expect(changes.upserts.map(\.id) == [1])
        #expect(changes.removals == [2], "the other one has its row rewritten")
        #expect(changes.memories.map(\.key.device) == [Self.known.id])
        #expect(changes.forgotten.count == 1)
        let more = told.move(to: Self.known, from: device.id, at: 105)
        #expect(more.isEmpty && told.problems.isEmpty)
    }

    @Test func whatAnOperatorSaidOfItIsKept() {
        var told = Told()
        told.tell(.major, at: 100)
        told.tell(.major, of: Self.known, at: 101)
        let remark = AlarmRemark(by: "anna", time: Timestamp(seconds: 102), text: "on it")
        let reference = AlarmReference(number: 1, key: AlarmKey(device: device.id, oid: Self.trap, source: "a"))
        let isDone = told.table.acknowledge(reference, remark)
        #expect(isDone)
        _ = told.table.takeChanges()
        told.move(to: Self.known, from: device.id, at: 103)
        #expect(told.table.alarms.map(\.acknowledged) == [remark])
        #expect(told.table.takeChanges().upserts.map(\.id) == [2])
    }

    @Test func whatTheNewIdentityWasToldIsOverStaysOver() {
        var told = Told()
        told.tell(.major, at: 100, number: 1)
        told.tell(.cleared, of: Self.known, at: 101, number: 2)
        told.move(to: Self.known, from: device.id, at: 102)
        #expect(told.standing.isEmpty && told.severities.isEmpty && told.problems.isEmpty)
    }

    @Test func whatIsHeldUnderOneIdentityIsHeldUnderTheOther() {
        let suppression = AlarmSettings(
            flapping: nil, suppression: AlarmSettings.Suppression(events: 3, interval: .seconds(60)))
        var told = Told(suppression)
        for time in 100..<103 { told.tell(.major, at: Int64(time)) }
        told.tell(.cleared, at: 104)
        told.move(to: Self.known, from: device.id, at: 105)
        told.tell(.minor, of: Self.known, at: 106)
        #expect(told.standing == [1: .minor] && told.severities == [1: .major])
        told.advance(to: 300)
        #expect(told.severities == [1: .minor] && told.held.isEmpty && told.problems.isEmpty)
    }

    @Test func forgettingADeviceEndsItsAlarmsForWhoeverWasToldOfThem() {
        var told = Told(
            AlarmSettings(flapping: nil, suppression: AlarmSettings.Suppression(events: 3, interval: .seconds(60))))
        told.tell(.major, at: 100, source: "b")
        for time in 101..<104 { told.tell(.minor, at: Int64(time)) }
        told.tell(.cleared, at: 104)
        told.tell(.major, of: Self.known, at: 105)
        _ = told.table.takeChanges()
        let ended = told.take(told.table.forget(device.id), at: 110)
        #expect(ended.map(\.source) == ["b", "a"] && ended.map(\.reason) == ["device forgotten", "device forgotten"])
        #expect(told.severities == told.standing && told.standing.count == 1 && told.problems.isEmpty)
        let changes = told.table.takeChanges()
        #expect(changes.removals == [1, 2])
        #expect(changes.forgotten.count == 2 && changes.memories.isEmpty)
        told.advance(to: 1_000)
        #expect(told.table.nextDue == nil && told.problems.isEmpty)
    }

    /// Whatever is withheld while identities change, in the end everybody knows what stands, and nothing is held.
    @Test func inTheEndWhatWasToldIsWhatStands() {
        let settings = AlarmSettings(
            flapping: AlarmSettings.Flapping(changes: 4, within: .seconds(60), quiet: .seconds(20)),
            suppression: AlarmSettings.Suppression(events: 5, interval: .seconds(30)))
        for seed in UInt64(1)...300 {
            var numbers = SeededGenerator(seed: seed)
            var told = Told(settings)
            var time = Int64(100)
            let senders = [device, Self.known]
            for _ in 0..<150 {
                time += Int64.random(in: 0...4, using: &numbers)
                told.advance(to: time)
                let severity: Severity = [.cleared, .minor, .major].randomElement(using: &numbers) ?? .cleared
                let source = ["a", "b"].randomElement(using: &numbers) ?? "a"
                told.tell(
                    severity, of: senders.randomElement(using: &numbers) ?? device, at: time, source: source)
                guard Int.random(in: 0...24, using: &numbers) == 0 else { continue }
                told.move(to: Self.known, from: device.id, at: time)
                #expect(told.table.alarms(of: device.id).isEmpty)
                let changes = told.table.takeChanges()
                #expect(changes.memories.allSatisfy { $0.key.device != device.id })
            }
            told.advance(to: time + 10_000)
            #expect(told.problems.isEmpty, "seed \(seed)")
            #expect(told.severities == told.standing, "seed \(seed)")
            #expect(told.held.isEmpty && told.table.nextDue == nil, "seed \(seed)")
        }
    }
}
