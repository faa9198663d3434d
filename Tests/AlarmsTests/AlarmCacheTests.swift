@testable import Alarms
import Basics
import SNMPWire
import Synchronization
import TestPeers
import Testing

/// What the table holds in memory decides nothing: one that has to read nearly every alarm from its row says and holds
/// the same as one that has all of them.
@Suite struct AlarmCacheTests {
    /// The rows of a store, kept as `AlarmTable.Changes` say.
    private final class Rows: Sendable {
        private let rows: Mutex<[Int64: ActiveAlarm]> = Mutex([:])
        private let reads = Mutex(0)
        private let isFailing = Mutex(false)

        var readCount: Int { reads.withLock { $0 } }
        var all: [ActiveAlarm] { rows.withLock { $0.values.sorted { $0.id < $1.id } } }

        func fail(_ fails: Bool) { isFailing.withLock { $0 = fails } }

        struct Gone: Error {}

        func read(_ numbers: [Int64]) throws -> [ActiveAlarm] {
            if isFailing.withLock({ $0 }) { throw Gone() }
            reads.withLock { $0 += numbers.count }
            return rows.withLock { rows in numbers.compactMap { rows[$0] } }
        }

        func write(_ changes: AlarmTable.Changes) {
            rows.withLock { rows in
                rows = rows.mapValues { alarm in
                    var alarm = alarm
                    alarm.expires = alarm.expires.map { Timestamp(nanoseconds: $0.nanoseconds + changes.postponed) }
                    return alarm
                }
                for number in changes.removals { rows[number] = nil }
                for alarm in changes.upserts { rows[alarm.id] = alarm }
                for told in changes.repeats { rows[told.number]?.take(told) }
            }
        }
    }

    private static let settings = AlarmSettings(
        flapping: AlarmSettings.Flapping(changes: 6, within: .seconds(60), quiet: .seconds(15)),
        suppression: AlarmSettings.Suppression(events: 6, interval: .seconds(20)))

    /// A table in the hands of a pipeline, as far as alarms go.
    private struct Server {
        var table: AlarmTable
        let rows = Rows()
        var lastEventID: Int64 = 0
        let cacheLimit: Int
        /// How many different hashes there are.
        let hashes: UInt64
        var memories: [Int64: AlarmMemory] = [:]
        var told: [String] = []

        init(cacheLimit: Int, hashes: UInt64 = .max) {
            self.cacheLimit = cacheLimit
            self.hashes = hashes
            table = AlarmTable()
            restart()
        }

        /// The server begins anew with what is stored.
        mutating func restart() {
            let (rows, hashes) = (rows, hashes)
            table = AlarmTable(
                StandingAlarms(
                    stored: StoredAlarms { try rows.read($0) }, cacheLimit: cacheLimit,
                    index: AlarmIndex { AlarmIndex.seededHash($0) % hashes }), settings: AlarmCacheTests.settings)
            for alarm in rows.all { table.load(AlarmSummary(alarm)) }
            table.load(Array(memories.values))
        }

        mutating func save(settling: Bool) {
            let changes = table.takeChanges(settling: settling)
            rows.write(changes)
            for number in changes.forgotten { memories[number] = nil }
            for memory in changes.memories { memories[memory.number] = memory }
        }

        mutating func tell(_ news: [AlarmNews], at time: Timestamp) {
            for news in news {
                if let event = Event(id: lastEventID + 1, of: news, at: time) { lastEventID = event.id }
                told.append("\(news)")
            }
        }

        mutating func step(_ step: Step) {
            let time = Timestamp(seconds: step.time)
            tell(table.advance(to: time), at: time)
            let name = "device \(step.device)"
            let device = EventDevice(
                id: name, name: name, address: IPAddress(v4: UInt32(step.device)),
                group: step.number % 3 == 0 ? "north" : nil)
            let reference = AlarmReference(
                number: Int64(step.number), key: AlarmKey(device: name, oid: step.trap, source: "\(step.source)"))
            let remark = AlarmRemark(by: "anna", time: time, text: "\(step.number)")
            var followed: [String] = []
            switch step.kind {
            case .tell:
                let event = table.apply(
                    Interpretation(
                        kind: .alarm, alarm: "alarm", alarmOID: step.trap, trapOID: step.trap,
                        source: "\(step.source)", severity: step.severity, text: "text \(step.number % 2)",
                        expires: step.source == 0 ? .seconds(30) : nil, clearsOnRestart: step.source == 1,
                        runningNumber: step.source == 2 ? step.running : nil),
                    device: device, time: time, uptime: UInt32(clamping: step.time * 100), isDevices: true,
                    eventID: lastEventID + 1, followedSinks: &followed)
                if let event {
                    lastEventID = event.id
                    if event.transition == .raised { table.note(sinks: ["a", "b"], for: reference.key) }
                }
                told.append("\(String(describing: event)) \(followed)")
                tell(table.takeNews(), at: time)
            case .restart:
                tell(table.restart(of: name, at: time), at: time)
            case .acknowledge:
                told.append("\(table.acknowledge(reference, step.number % 2 == 0 ? remark : nil))")
            case .note:
                told.append("\(table.note(remark, for: reference))")
            case .clear:
                let event = table.clear(reference, by: remark, eventID: lastEventID + 1, followedSinks: &followed)
                if let event { lastEventID = event.id }
                told.append("\(String(describing: event)) \(followed)")
            case .postpone:
                table.postpone(by: 7_000_000_000)
            case .move:
                let new = EventDevice(id: "device 9", name: "moved", address: IPAddress(v4: 9))
                tell(table.move(name, to: new), at: time)
            case .look:
                told.append("\(table.alarms(of: name)) \(String(describing: table.alarm(for: reference.key)))")
            }
        }

        /// All that somebody could see of it.
        var state: State {
            State(
                told: told.last, alarms: table.alarms, counts: Severity.allCases.map { table.count(of: $0) },
                due: table.nextDue, lastEventID: lastEventID)
        }
    }

    private struct State: Equatable {
        var told: String?
        var alarms: [ActiveAlarm]
        var counts: [Int]
        var due: Timestamp?
        var lastEventID: Int64
    }

    private struct Step {
        enum Kind: CaseIterable { case tell, restart, acknowledge, note, clear, postpone, move, look }

        var kind: Kind
        var time: Int64
        var device: Int
        var trap: OID
        var source: Int
        var severity: Severity
        /// Of an alarm that may stand; and what tells one step from the others.
        var number: Int
        var running: Int32

        init(_ count: Int, at time: Int64, _ numbers: inout SeededGenerator) {
            let others = Kind.allCases.randomElement(using: &numbers) ?? .tell
            kind = Int.random(in: 0...4, using: &numbers) == 0 ? others : .tell
            self.time = time
            device = Int.random(in: 0...3, using: &numbers)
            trap = OID.enterprises.appending(5003, UInt32.random(in: 1...3, using: &numbers))
            source = Int.random(in: 0...3, using: &numbers)
            severity = Severity.allCases.randomElement(using: &numbers) ?? .major
            number = Int.random(in: 0...max(1, count), using: &numbers)
            running = Int32(clamping: count - Int.random(in: 0...2, using: &numbers))
        }
    }

    @Test(arguments: 0..<12)
    func whatIsInMemoryDecidesNothing(round: Int) {
        let seed = UInt64.random(in: .min ... .max)
        var numbers = SeededGenerator(seed: seed)
        var whole = Server(cacheLimit: .max)
        // With few hashes most keys share one.
        var small = Server(cacheLimit: round % 5, hashes: round % 2 == 0 ? .max : 3)
        var time: Int64 = 1_000
        for count in 0..<1_500 {
            if Int.random(in: 0...3, using: &numbers) == 0 { time += Int64.random(in: 0...6, using: &numbers) }
            let step = Step(count, at: time, &numbers)
            whole.step(step)
            small.step(step)
            let (expected, found) = (whole.state, small.state)
            guard expected == found else {
                let first = zip(expected.alarms, found.alarms).first { $0 != $1 }.map { "\($0)" }
                Issue.record(
                    """
                    seed \(seed), step \(count): \(step): \(expected.told ?? ""), or \(found.told ?? ""); \
                    \(first ?? "\(expected.alarms.count) alarms, or \(found.alarms.count)")
                    """)
                return
            }
            if Int.random(in: 0...2, using: &numbers) == 0 { small.save(settling: Bool.random(using: &numbers)) }
            if Int.random(in: 0...60, using: &numbers) == 0 {
                small.save(settling: true)
                small.restart()
            }
            if Int.random(in: 0...200, using: &numbers) == 0 {
                whole.save(settling: true)
                whole.restart()
            }
        }
        #expect(small.table.takeFailure() == nil, "seed \(seed)")
        #expect(small.rows.readCount > 300, "seed \(seed): nearly all came from their rows")
        small.save(settling: true)
        #expect(small.rows.all.filter { $0.severity != .cleared } == whole.table.alarms, "seed \(seed)")
        #expect(whole.told.count > 1_000 && Set(whole.told).count > 500, "seed \(seed)")
    }

    @Test func memoryIsBounded() {
        var cache = AlarmCache()
        for number in 1...100 {
            let alarm = AlarmCacheTests.alarm(Int64(number))
            _ = cache.insert(alarm, age: number % 10 == 0 ? .changed : .current, isStored: true)
        }
        cache.trim(to: 4)
        #expect(cache.count == 14, "what is not in its row stays")
        for number in stride(from: Int64(10), through: 100, by: 10) {
            #expect(cache.place(of: number) != nil)
        }
    }

    @Test func whatWasAskedForOfLateStaysLonger() {
        var cache = AlarmCache()
        for number in 1...8 { _ = cache.insert(AlarmCacheTests.alarm(Int64(number)), age: .current, isStored: true) }
        // All were asked for when they came; from here on only these.
        cache.trim(to: 7)
        let left = (1...8).map { Int64($0) }.filter { cache.place(of: $0) != nil }
        for number in left.suffix(3) { if let place = cache.place(of: number) { cache.touch(place) } }
        cache.trim(to: 3)
        #expect(left.suffix(3).allSatisfy { cache.place(of: $0) != nil })
        #expect(cache.count == 3)
    }

    @Test func aReadThatFailsIsTold() throws {
        var server = Server(cacheLimit: 0)
        let step = { (time: Int64) in
            var numbers = SeededGenerator(seed: 1)
            var step = Step(0, at: time, &numbers)
            (step.kind, step.severity, step.source) = (.tell, .major, 3)
            return step
        }
        server.step(step(10))
        server.save(settling: true)
        server.rows.fail(true)
        server.step(step(11))
        #expect(server.table.takeFailure() is Rows.Gone)
        #expect(server.table.takeFailure() == nil, "once")
        server.rows.fail(false)
        server.restart()
        server.step(step(12))
        #expect(server.table.takeFailure() == nil)
        #expect(server.table.alarms.map(\.count) == [2])
    }

    private static func alarm(_ number: Int64) -> ActiveAlarm {
        ActiveAlarm(
            id: number, key: AlarmKey(device: "d", oid: .enterprises, source: "\(number)"), alarm: "a",
            device: EventDevice(id: "d", name: "d", address: IPAddress(v4: 1)), severity: .major,
            highestSeverity: .major, text: "", eventType: nil, probableCause: nil, raised: Timestamp(seconds: 1),
            lastTime: Timestamp(seconds: 1), count: 1, sinks: [])
    }
}
