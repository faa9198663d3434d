import Alarms
import Basics
import Devices
import GRDB
import Journal
import Pipeline
import Routing
import SNMPSecurity
import SNMPWire
import Store
import TestPeers
import Testing
import TraplineMetrics

/// One journal gives one event log, row for row, whatever the batch sizes, restarts and failing commits.
@Suite struct SameJournalSameEventsTests {
    /// All that a store holds of a journal's effects.
    private struct Contents: Equatable {
        var events: [StoredEvent]
        var alarms: [ActiveAlarm]
        var devices: [Device]
        var claims: [BindingClaim]
        var silentSites: [SilentSite]
        var position: JournalPosition?
        var clock: Timestamp?
        /// Silences, maintenances, what is still to be told, what was cleared by hand.
        var operations: String
        var audit: [AuditEntry]
        var memories: [AlarmMemory]
        var boots: [BootUnit: BootClock]
        var engineClocks: [EngineClockTable.Row]

        init(_ store: EventStore) throws {
            var numbers: [Int64] = []
            let snapshot = try store.load { numbers.append($0.number) }
            events = try store.events(after: 0, limit: 100_000)
            let unsettled = Dictionary(snapshot.unsettledAlarms.map { ($0.id, $0) }) { $1 }
            alarms = try store.alarmRows(numbers.sorted()).map { unsettled[$0.id] ?? $0 }
            // A number only joins rows, and that of a device which is gone can be given again after a restart.
            devices = snapshot.inventory.devices.map {
                var device = $0
                device.number = 0
                return device
            }
            claims = snapshot.inventory.claims
            silentSites = snapshot.inventory.sites
            position = snapshot.position
            clock = snapshot.clock
            operations = "\(snapshot.operators)"
            audit = try store.audit(last: 100_000)
            // These numbers too.
            memories = snapshot.memories.sorted { $0.key < $1.key }.map {
                var memory = $0
                memory.number = 0
                return memory
            }
            boots = Dictionary(snapshot.boots) { $1 }
            engineClocks = snapshot.engineClocks
        }

        /// What is not as it should be, in words short enough to be read; empty where all is the same.
        func differences(from expected: Contents) -> String {
            func first<Element: Hashable>(_ name: String, _ own: [Element], _ expected: [Element]) -> String? {
                guard own != expected else { return nil }
                let place =
                    zip(own, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? min(own.count, expected.count)
                func words(_ list: [Element]) -> String { place < list.count ? "\(list[place])" : "nothing" }
                return "\(name): \(own.count) for \(expected.count), at \(place) \(words(own)) for \(words(expected))"
            }
            func only<Value: Equatable>(_ name: String, _ own: Value, _ expected: Value) -> String? {
                own == expected ? nil : "\(name): \(own) for \(expected)"
            }
            return [
                first("events", events, expected.events), first("alarms", alarms, expected.alarms),
                first("devices", devices, expected.devices), first("claims", claims, expected.claims),
                first("sites", silentSites, expected.silentSites), only("position", position, expected.position),
                only("clock", clock, expected.clock), only("operations", operations, expected.operations),
                first("audit", audit, expected.audit), first("memories", memories, expected.memories),
                only("boots", boots, expected.boots),
                first("engines' clocks", engineClocks, expected.engineClocks),
            ].compactMap { $0 }.joined(separator: "; ")
        }
    }

    /// Some devices raise, repeat and clear on a few interfaces, and restart, amid events, keep-alives, ticks and
    /// rubbish; at times nobody is heard for a while.
    private func journal(_ count: Int, _ numbers: inout SeededGenerator) throws -> [JournalRecord] {
        var entries: [JournalEntry] = []
        var now = Int64(1_000)
        var began = [UInt32: Int64]()
        for _ in 0..<count {
            if Int.random(in: 0...2, using: &numbers) == 0 { now += 1 }
            if Int.random(in: 0...99, using: &numbers) == 0 { now += Int64.random(in: 10...30, using: &numbers) }
            let time = now + Int64.random(in: -2...2, using: &numbers)
            let sender = UInt32(0xc000_0200) + UInt32.random(in: 1...5, using: &numbers)
            let interface = Int32.random(in: 1...4, using: &numbers)
            let isBeginning = Int.random(in: 0...39, using: &numbers) == 0
            if isBeginning { began[sender] = time - 1 }
            let uptime = UInt32(clamping: (time - (began[sender] ?? -100_000)) * 100)
            // Some coldStarts are lost.
            if isBeginning, Bool.random(using: &numbers) {
                entries.append(Sample.entry(Sample.datagram(Sample.coldStart, uptime: uptime), at: time, from: sender))
            }
            switch Int.random(in: 0...13, using: &numbers) {
            case 12...13:
                entries.append(
                    Sample.entry(
                        Sample.datagram(Sample.onBattery, interface: interface, uptime: uptime), at: time, from: sender)
                )
            case 10...11:
                entries.append(try operation(at: time, &numbers))
            case 0...3:
                entries.append(
                    Sample.entry(
                        Sample.datagram(Sample.linkDown, interface: interface, uptime: uptime), at: time,
                        from: sender))
            case 4...6:
                entries.append(
                    Sample.entry(
                        Sample.datagram(Sample.linkUp, interface: interface, uptime: uptime), at: time,
                        from: sender))
            case 7:
                entries.append(Sample.entry(Sample.datagram(Sample.keepAlive), at: time, from: sender))
            case 8:
                entries.append(
                    Sample.entry(
                        Sample.datagram(OwnFacts.tick), at: time, from: 0x7f00_0001, on: OwnFacts.listener))
            default:
                let rubbish = (0..<Int.random(in: 0...40, using: &numbers)).map { _ in
                    UInt8.random(in: 0...255, using: &numbers)
                }
                let isRubbish = Bool.random(using: &numbers)
                entries.append(
                    Sample.entry(isRubbish ? rubbish : Sample.datagram(Sample.unknown), at: time, from: sender))
            }
        }
        return Sample.records(entries)
    }

    /// Something that an operator does to one of these devices, or to an alarm that may stand.
    private func operation(at time: Int64, _ numbers: inout SeededGenerator) throws -> JournalEntry {
        let device = "192.0.2.\(Int.random(in: 1...5, using: &numbers))"
        let source = Sample.interfaceIndex.appending(UInt32.random(in: 1...4, using: &numbers)).description
        let alarm = AlarmReference(
            number: Int64.random(in: 1...40, using: &numbers),
            key: AlarmKey(device: device, oid: Sample.linkDown, source: "iso" + source.dropFirst()))
        let until = Timestamp(seconds: time + Int64.random(in: -1...40, using: &numbers))
        let action: OperatorAction =
            switch Int.random(in: 0...7, using: &numbers) {
            case 0: .acknowledge(alarm, note: "")
            case 1: .clear(alarm, note: "x")
            case 2: .note(alarm, text: "y")
            case 3: .endSilence(Int64.random(in: 1...200, using: &numbers), note: "")
            case 4: .beginMaintenance(device, until: Bool.random(using: &numbers) ? until : nil, reason: "")
            case 5: .endMaintenance(device, note: "")
            default:
                .silence(
                    try AlarmMatcher([(.device, device)]), from: Timestamp(seconds: time), until: until, reason: "z")
            }
        return Sample.entry(action, by: "anna", at: time)
    }

    private let routes =
        Sample.routes + [
            Route(
                name: "later", when: RouteConditions(notifications: [.exact(Sample.linkDown)]), to: ["ops"],
                after: .seconds(5))
        ]

    /// Small enough that some of these alarms flap, and some are too many.
    private static let alarms = AlarmSettings(
        flapping: AlarmSettings.Flapping(changes: 6, within: .seconds(60), quiet: .seconds(15)),
        suppression: AlarmSettings.Suppression(events: 5, interval: .seconds(10)))

    /// What such a journal brings about with luck is looked for in one that is known to have had it.
    @Test func allThatTimeBringsIsAmongIt() throws {
        var numbers = SeededGenerator(seed: 14_911_508_380_385_885_184)
        let store = try EventStore.inMemory()
        var pipeline = try pipeline(store)
        _ = try pipeline.process(try journal(1_200, &numbers))
        let events = try Contents(store).events.map(\.event)
        #expect(!pipeline.activeAlarms.isEmpty)
        for reason in ["expired", "device restarted", " withheld", "older than"] {
            #expect(events.contains { $0.reason?.contains(reason) ?? false }, "\(reason)")
        }
        for fact in [OwnFacts.flapping, OwnFacts.flappingEnded, OwnFacts.suppressed, OwnFacts.suppressionEnded] {
            #expect(events.contains { $0.oid == fact }, "\(fact)")
        }
    }

    /// Those that failed once, and one that nobody has tried.
    private static let seeds: [UInt64] = [
        14_911_508_380_385_885_184, 3_684_527_381_704_292_577, 17_578_268_925_675_129_082, 16_383_860_460_514_912_234,
        13_356_024_234_165_276_677, 7_364_787_624_624_082_642, 2_430_387_320_889_010_708, UInt64.random(in: 0...(.max)),
    ]

    /// - Parameter alarmCacheLimit: what is in memory of the alarms decides nothing.
    private func pipeline(
        _ store: EventStore, alarms: AlarmSettings = Self.alarms, alarmCacheLimit: Int? = nil
    ) throws -> EventPipeline {
        var snapshot = try Sample.snapshot(routes, alarms: alarms)
        snapshot.opener = { Self.keys.opener() }
        return try EventPipeline(
            store: store, snapshot: snapshot, metrics: MetricsRegistry(),
            alarmCacheLimit: alarmCacheLimit ?? Int.random(in: 0...4))
    }

    @Test(arguments: seeds)
    func batchSizesAndRestartsChangeNothing(_ seed: UInt64) throws {
        var numbers = SeededGenerator(seed: seed)
        let records = try journal(1_200, &numbers)
        #expect(try expectSame(records, seed, &numbers).events.count > 300, "seed \(seed)")
    }

    /// The same amid devices that tell who they are, move, and are named, placed and forgotten.
    @Test(arguments: [1, 7, UInt64.random(in: 8...(.max))])
    func identitiesChangeNothing(_ seed: UInt64) throws {
        var numbers = SeededGenerator(seed: seed)
        var entries: [JournalEntry] = []
        for record in try journal(700, &numbers) {
            entries.append(record.entry)
            guard Int.random(in: 0...5, using: &numbers) == 0 else { continue }
            entries.append(try identityEntry(at: record.entry.time.seconds, &numbers))
        }
        let contents = try expectSame(Sample.records(entries), seed, &numbers)
        let events = contents.events.map(\.event)
        #expect(events.contains { $0.transition == .cleared && $0.device.id.hasPrefix("serial:") }, "seed \(seed)")
        // Chance would have it that some journals are without; this one has both.
        guard seed == 7 else { return }
        #expect(events.contains { $0.reason == AlarmNews.reasonSameDevice })
        #expect(events.contains { $0.reason == AlarmNews.reasonForgotten })
    }

    /// What one of the devices says of itself, or an operator of it.
    private func identityEntry(at time: Int64, _ numbers: inout SeededGenerator) throws -> JournalEntry {
        let number = UInt32.random(in: 1...5, using: &numbers)
        let isKnown = Bool.random(using: &numbers)
        let device = isKnown ? "serial:700000\(number)" : "192.0.2.\(number)"
        let word = ["", "a", "b"].randomElement(using: &numbers) ?? ""
        switch Int.random(in: 0...9, using: &numbers) {
        case 0: return Sample.entry(.nameDevice(device, name: word), by: "anna", at: time)
        case 1:
            let placement = DevicePlacement(group: word, tenant: nil, region: nil, site: word)
            return Sample.entry(.placeDevice(device, placement), by: "anna", at: time)
        case 2: return Sample.entry(.forgetDevice(device), by: "anna", at: time)
        default:
            // Now and then from where another one was.
            let isThere = Int.random(in: 0...4, using: &numbers) > 0
            let address = 0xc000_0200 + (isThere ? number : UInt32.random(in: 1...6, using: &numbers))
            let peer = number == 4 && Bool.random(using: &numbers) ? "7000005" : nil
            return Sample.entry(Sample.vendorKeepAlive(serial: "700000\(number)", peer: peer), at: time, from: address)
        }
    }

    private static let keys = DecryptionKeys(users: UserTable([V3Sample.user()]))

    /// The same amid SNMPv3 engines that restart, move, lose their counters and are forgotten.
    @Test(arguments: [1, UInt64.random(in: 2...(.max))])
    func enginesChangeNothing(_ seed: UInt64) throws {
        var numbers = SeededGenerator(seed: seed)
        var entries: [JournalEntry] = []
        var began: [UInt8: (boots: Int32, at: Int64)] = [:]
        for record in try journal(500, &numbers) {
            entries.append(record.entry)
            guard Int.random(in: 0...4, using: &numbers) == 0 else { continue }
            entries.append(try engineEntry(at: record.entry.time.seconds, &began, &numbers))
        }
        // As intake keeps them, whatever becomes of the users while a backlog stands.
        let opener = Self.keys.opener()
        for entry in entries { _ = try? opener.open(entry.payload) }
        Self.keys.keep(Self.keys.ring.takeNews().kept)
        defer { Self.keys.replaceUsers(UserTable([V3Sample.user()])) }
        let users = [
            [V3Sample.user()], [V3Sample.user(password: "other words")],
            [V3Sample.user(privacyPassword: "other words")], [V3Sample.user(privacy: .aes256)], [],
        ].map { UserTable($0) }
        var turn = 0
        let contents = try expectSame(Sample.records(entries), seed, &numbers) {
            turn += 1
            Self.keys.replaceUsers(users[turn % users.count])
        }
        #expect(!contents.engineClocks.isEmpty, "seed \(seed)")
        // Chance would have it that some journals are without.
        guard seed == 1 else { return }
        let events = contents.events.map(\.event)
        #expect(events.contains { $0.oid == OwnFacts.engineBootsWentBack && $0.device.id.hasPrefix("engine:") })
        #expect(events.contains { $0.device.id.hasPrefix("engine:") && $0.alarm == "linkDown" })
        #expect(contents.audit.contains { $0.action == "devices trust-clock" && $0.outcome == AuditEntry.done })
    }

    /// What an engine says, or somebody of it.
    private func engineEntry(
        at time: Int64, _ began: inout [UInt8: (boots: Int32, at: Int64)], _ numbers: inout SeededGenerator
    ) throws -> JournalEntry {
        let number = UInt8.random(in: 1...4, using: &numbers)
        let engine = try V3Sample.engine(number)
        var clock = began[number] ?? (boots: 3, at: time - 500)
        if Int.random(in: 0...9, using: &numbers) == 0 { clock = (clock.boots + 1, time) }
        began[number] = clock
        let address = 0xc000_0200 + UInt32.random(in: 1...3, using: &numbers)
        switch Int.random(in: 0...11, using: &numbers) {
        case 0: return Sample.entry(.forgetDevice(try V3Sample.id(number)), by: "anna", at: time)
        case 1:
            let action = OperatorAction.trustClock(try V3Sample.id(number), engine: engine.description)
            return Sample.entry(action, by: "anna", at: time)
        case 2:
            let variables = OwnFacts.bootsWentBack(
                of: engine, user: "ops", known: EngineReading(boots: clock.boots, time: 900),
                told: EngineReading(boots: 1, time: 5), from: IPAddress(v4: address))
            return V3Sample.fact(OwnFacts.engineBootsWentBack, variables, at: time)
        case 3:
            // Of a user that nobody knows any more.
            let lost = try V3Sample.message(Sample.linkDown, user: V3Sample.user("gone"), engine: engine)
            return Sample.entry(lost, at: time, from: address)
        default:
            let message = try V3Sample.message(
                Bool.random(using: &numbers) ? Sample.linkDown : Sample.linkUp, engine: engine, boots: clock.boots,
                // The journal's time may go back, an engine's does not go below 0.
                time: Int32(clamping: max(0, time - clock.at)))
            return Sample.entry(message, at: time, from: address)
        }
    }

    /// Cuts the records into batches of many sizes, with restarts in between, and expects what one batch gives.
    private func expectSame(
        _ records: [JournalRecord], _ seed: UInt64, _ numbers: inout SeededGenerator, betweenBatches: () -> Void = {}
    ) throws -> Contents {
        // Numbers of its own, since what is in memory is to change nothing.
        var limits = SeededGenerator(seed: ~seed)
        let whole = try EventStore.inMemory()
        var reference = try pipeline(whole, alarmCacheLimit: .max)
        _ = try reference.process(records)
        let expected = try Contents(whole)

        for largest in [1, 3, 50, 400] {
            let store = try EventStore.inMemory()
            var pipeline = try pipeline(store, alarmCacheLimit: Int.random(in: 0...4, using: &limits))
            var next = 0
            while next < records.count {
                let size = Int.random(in: 1...largest, using: &numbers)
                let end = min(records.count, next + size)
                betweenBatches()
                _ = try pipeline.process(Array(records[next..<end]))
                next = end
                if Int.random(in: 0...9, using: &numbers) == 0 {
                    pipeline = try self.pipeline(
                        store, alarmCacheLimit: Int.random(in: 0...4, using: &limits))
                    #expect(pipeline.position == records[next - 1].next, "seed \(seed)")
                }
            }
            let differences = try Contents(store).differences(from: expected)
            #expect(differences.isEmpty, "seed \(seed), batches up to \(largest)")
        }
        return expected
    }

    /// Rows of alarms and devices that were only heard of again are written later; whoever reads them, and a start,
    /// finds what was in memory.
    @Test func whatWasOnlyToldAgainIsMadeUpFromTheLog() throws {
        let store = try EventStore.inMemory()
        var pipeline = try pipeline(store, alarms: AlarmSettings())
        let down = Sample.datagram(Sample.linkDown, interface: 7)
        let records = Sample.records(
            (0..<40).map { number in
                var entry = Sample.entry(down, at: 100, from: 0xc000_0201 + UInt32(number % 4))
                entry.time = Timestamp(seconds: 100, nanoseconds: Int64(number) * 10_000_000)
                return entry
            })
        _ = try pipeline.process(Array(records[..<8]))
        for record in records[8...] {
            _ = try pipeline.process([record])
            #expect(try store.activeAlarms() == pipeline.activeAlarms)
        }
        #expect(try store.load().unsettledAlarms.count == 4, "all of this was one second")
        #expect(try store.devices().map(\.lastSeen) == records[36...].map(\.entry.time))
        var second = try self.pipeline(store, alarms: AlarmSettings())
        #expect(second.activeAlarms == pipeline.activeAlarms)
        #expect(second.activeAlarms.map(\.count) == [10, 10, 10, 10])
        _ = try second.process(
            Sample.records([
                Sample.entry(Sample.datagram(OwnFacts.tick), at: 101, from: 0x7f00_0001, on: OwnFacts.listener)
            ]))
        let settled = try store.load()
        #expect(settled.unsettledAlarms.isEmpty)
        #expect(try store.alarmRows([1, 2, 3, 4]) == pipeline.activeAlarms, "and they are in their rows now")
    }

    /// The rows of what ended go later than it ends, and those of what was told again are behind: whoever reads them
    /// sees what stands after each batch all the same, and so does a start.
    @Test(arguments: [1, UInt64.random(in: 2...(.max))])
    func readersSeeWhatStandsAfterEachBatch(_ seed: UInt64) throws {
        var numbers = SeededGenerator(seed: seed)
        var entries: [JournalEntry] = []
        for record in try journal(400, &numbers) {
            entries.append(record.entry)
            guard Int.random(in: 0...5, using: &numbers) == 0 else { continue }
            entries.append(try identityEntry(at: record.entry.time.seconds, &numbers))
        }
        // So many in a second that most batches leave rows as they are.
        let start = try #require(entries.first).time
        for index in entries.indices {
            entries[index].time = start.adding(entries[index].time.nanoseconds(since: start) / 100)
        }
        let records = Sample.records(entries)
        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.path)
        let reader = try EventStore.readOnly(folder: folder.path)
        var pipeline = try pipeline(store, alarmCacheLimit: 2)
        var (next, most) = (0, 0)
        while next < records.count {
            let end = min(records.count, next + Int.random(in: 1...6, using: &numbers))
            _ = try pipeline.process(Array(records[next..<end]))
            next = end
            let standing = pipeline.activeAlarms
            #expect(try reader.activeAlarms() == standing, "seed \(seed), record \(next)")
            var (kept, rows) = (0, 0)
            _ = try store.load { kept += $0.severity == .cleared ? 0 : 1 }
            rows = try store.alarmRows((1...pipeline.lastEventID + 1).map { $0 }).count
            #expect(kept == standing.count, "seed \(seed), record \(next)")
            most = max(most, rows - standing.count)
            guard Int.random(in: 0...19, using: &numbers) == 0 else { continue }
            pipeline = try self.pipeline(store, alarmCacheLimit: 2)
            #expect(pipeline.activeAlarms == standing, "seed \(seed), record \(next)")
        }
        #expect(most > 5, "rows that outlive their alarms")
    }

    @Test func commitsThatFailChangeNothing() throws {
        let seed = UInt64.random(in: 0...(.max))
        var numbers = SeededGenerator(seed: seed)
        let records = try journal(300, &numbers)
        let whole = try EventStore.inMemory()
        var reference = try pipeline(whole)
        _ = try reference.process(records)

        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.path)
        let disk = try FailingStore(folder: folder.path)
        var pipeline = try pipeline(store)
        var next = 0
        var failures = 0
        while next < records.count {
            let end = min(records.count, next + Int.random(in: 1...40, using: &numbers))
            let batch = Array(records[next..<end])
            if Bool.random(using: &numbers) {
                try disk.fail(true)
                #expect(throws: StoreError.self, "seed \(seed)") { try pipeline.process(batch) }
                try disk.fail(false)
                failures += 1
            }
            _ = try pipeline.process(batch)
            next = end
        }
        #expect(failures > 0, "seed \(seed)")
        #expect(try Contents(store) == Contents(whole), "seed \(seed)")
    }

    @Test func aCommitThatWasKeptAfterAllIsNotMadeTwice() throws {
        var numbers = SeededGenerator(seed: 42)
        let records = try journal(60, &numbers)
        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.path)
        let disk = try FailingStore(folder: folder.path)
        var doubting = try pipeline(store)
        _ = try doubting.process(Array(records[..<20]))
        try disk.fail(true)
        #expect(throws: StoreError.self) { try doubting.process(Array(records[20..<40])) }
        try disk.fail(false)
        // The transaction turns up: what a disk does that fails only in saying that it succeeded.
        var other = try pipeline(store)
        _ = try other.process(Array(records[20..<40]))
        let kept = try Contents(store)

        #expect(try doubting.process(Array(records[20..<40])).isEmpty)
        #expect(try Contents(store) == kept)
        #expect(doubting.position == records[39].next)
        #expect(doubting.lastEventID == kept.events.last?.event.id)
        _ = try doubting.process(Array(records[40...]))
        let whole = try EventStore.inMemory()
        var reference = try pipeline(whole)
        _ = try reference.process(records)
        #expect(try Contents(store) == Contents(whole))
    }

    @Test func aFailedBatchShowsInNoMetric() throws {
        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.path)
        let disk = try FailingStore(folder: folder.path)
        let metrics = MetricsRegistry()
        var pipeline = try EventPipeline(store: store, snapshot: Sample.snapshot(), metrics: metrics)
        let records = Sample.records([Sample.entry(Sample.datagram(Sample.linkDown, interface: 7), at: 1)])
        try disk.fail(true)
        for _ in 1...3 { #expect(throws: StoreError.self) { try pipeline.process(records) } }
        #expect(metrics.exposition().contains("\ntrapline_datagrams_processed_total 0\n"))
        #expect(metrics.exposition().contains("\ntrapline_active_alarms{severity=\"major\"} 0\n"))
        #expect(pipeline.position == nil)
        try disk.fail(false)
        #expect(try pipeline.process(records).map(\.event.id) == [1])
        #expect(metrics.exposition().contains("\ntrapline_datagrams_processed_total 1\n"))
        #expect(metrics.exposition().contains("\ntrapline_active_alarms{severity=\"major\"} 1\n"))
    }
}

/// Makes a store's transactions fail near their end, through a connection of its own.
private struct FailingStore {
    private let queue: DatabaseQueue

    init(folder: String) throws {
        queue = try DatabaseQueue(path: folder + "/" + EventStore.fileName)
    }

    func fail(_ isFailing: Bool) throws {
        // The position is the last thing that a batch writes.
        let trigger = """
            CREATE TRIGGER failing BEFORE INSERT ON progress BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END
            """
        try queue.write { try $0.execute(sql: isFailing ? trigger : "DROP TRIGGER failing") }
    }
}
