import Basics
import TestPeers
import Testing

@testable import SNMPSecurity

/// What is saved of engines' clocks, and how seldom.
@Suite struct EngineClockTableTests {
    private let engine: EngineID
    private let other: EngineID

    init() throws {
        engine = try #require(EngineID([0x80, 0, 0, 0, 1]))
        other = try #require(EngineID([0x80, 0, 0, 0, 2]))
    }

    private func reading(_ boots: Int32, _ time: Int32) -> EngineReading { EngineReading(boots: boots, time: time) }

    @Test func aClockThatGoesOnIsSavedOnce() {
        var table = EngineClockTable()
        table.note(engine, reading(3, 100), at: Timestamp(seconds: 1_000), of: "a")
        #expect(table.takeChanges().noted.count == 1)
        for second in Int64(1)..<3_600 {
            // Half a second of jitter, and some that come late.
            let told = Int32(100 + second) - (second % 7 == 0 ? 3 : 0)
            table.note(engine, reading(3, told), at: Timestamp(seconds: 1_000 + second), of: "a")
        }
        #expect(table.takeChanges().noted.isEmpty)
        table.note(engine, reading(3, 3_700), at: Timestamp(seconds: 4_600), of: "a")
        let noted = table.takeChanges().noted
        #expect(noted.map(\.clock.latest) == [reading(3, 3_700)], "once an hour, so that it is known who is heard")
        #expect(table.takeChanges().noted.isEmpty)
    }

    @Test func bootsAndDriftAreSavedAtOnce() {
        var table = EngineClockTable()
        table.note(engine, reading(3, 100), at: Timestamp(seconds: 1_000), of: "a")
        table.note(engine, reading(4, 0), at: Timestamp(seconds: 1_001), of: "a")
        #expect(table.takeChanges().noted.map(\.clock.latest) == [reading(4, 0)])
        table.note(engine, reading(4, 16), at: Timestamp(seconds: 1_011), of: "a")
        #expect(table.takeChanges().noted.map(\.clock.latest) == [reading(4, 16)], "6 s ahead")
        table.note(engine, reading(4, 17), at: Timestamp(seconds: 1_031), of: "a")
        #expect(table.takeChanges().noted.isEmpty, "19 s behind: it was held up, for all that is known")
        table.note(engine, reading(4, 18), at: Timestamp(seconds: 1_211), of: "a")
        #expect(
            table.takeChanges().noted.map(\.clock.latest) == [reading(4, 168)],
            "198 s behind: the clock stood still, and had told a time window more at most")
        table.note(engine, reading(2, 900), at: Timestamp(seconds: 1_212), of: "a")
        #expect(table.takeChanges().noted.map(\.clock.latest) == [reading(2, 900)], "whoever let it in knew why")
    }

    /// What is late would else hide how far its engine had come before.
    @Test func whatWasHeldUpMovesNoRowBack() throws {
        var table = EngineClockTable()
        table.note(engine, reading(3, 100), at: Timestamp(seconds: 1_000), of: "a")
        table.note(engine, reading(3, 3_690), at: Timestamp(seconds: 4_590), of: "a")
        // 140 s late, and the first after an hour.
        table.note(engine, reading(3, 3_560), at: Timestamp(seconds: 4_600), of: "a")
        let row = try #require(table.takeChanges().noted.first)
        #expect(row.clock.updated == Timestamp(seconds: 4_600))
        #expect(row.clock.furthest(by: Timestamp(seconds: 4_600), isUpToDate: true) >= reading(3, 3_690))
    }

    /// However an engine's messages come, its row is never behind what it told, beyond the margin.
    @Test(arguments: [UInt64.random(in: .min ... .max), 1, 2, 3])
    func noMessageIsAheadOfItsRow(seed: UInt64) throws {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        var timeliness = Timeliness()
        var table = EngineClockTable()
        var furthest = reading(3, 0)
        var (now, stood) = (Int64(1_000), Int64(0))
        for step in 0..<5_000 {
            now += Int64.random(in: 0...3, using: &generator)
            switch Int.random(in: 0..<500, using: &generator) {
            case 0: now += Int64.random(in: 0...9_000, using: &generator)
            case 1: stood += Int64.random(in: 0...400, using: &generator)
            case 2: stood -= Int64.random(in: 0...400, using: &generator)
            case 3: now += 400; stood += 400
            default: break
            }
            let late = Bool.random(using: &generator) ? 0 : Int64.random(in: 0...160, using: &generator)
            let told = reading(3, Int32(clamping: max(0, now - stood - late)))
            let time = Timestamp(seconds: now)
            guard
                (try? timeliness.judge(engine, told, hash: step, at: time, policy: .strict)) != nil
            else { continue }
            table.note(engine, told, at: time, of: "a")
            furthest = max(furthest, told)
            let row = try #require(table.row(of: engine)).clock
            #expect(row.furthest(by: time, isUpToDate: true) >= furthest)
        }
    }

    /// What a start makes of the rows and of the journal's last minutes is what was known before it.
    @Test func whatIsSavedRefusesWhatWasRefusedBefore() throws {
        var table = EngineClockTable()
        var timeliness = Timeliness()
        for second in Int64(0)..<1_000 {
            let now = Timestamp(seconds: 1_000 + second)
            let told = reading(3, 100 + Int32(second))
            try timeliness.judge(engine, told, hash: Int(second), at: now, policy: .strict)
            table.note(engine, told, at: now, of: "a")
        }
        var anew = Timeliness(table.takeChanges().noted.map(\.clock))
        for second in Int64(700)..<1_000 {
            anew.recall(
                engine, reading(3, 100 + Int32(second)), hash: Int(second), at: Timestamp(seconds: 1_000 + second),
                policy: .strict)
        }
        let now = Timestamp(seconds: 2_001)
        for second in Int64(0)..<1_000 {
            #expect(throws: SecurityRefusal.self) {
                try anew.judge(engine, reading(3, 100 + Int32(second)), hash: Int(second), at: now, policy: .strict)
            }
        }
        #expect(throws: SecurityRefusal.bootsWentBack(known: reading(3, 1_101), told: reading(2, 5_000))) {
            try anew.judge(engine, reading(2, 5_000), hash: 5_000, at: now, policy: .strict)
        }
        try anew.judge(engine, reading(3, 1_101), hash: 5_001, at: now, policy: .strict)
    }

    @Test func aClockGoesWithItsDevice() {
        var table = EngineClockTable()
        table.note(engine, reading(1, 1), at: Timestamp(seconds: 1), of: "a")
        table.note(other, reading(1, 1), at: Timestamp(seconds: 1), of: "a")
        _ = table.takeChanges()
        table.move("a", to: "b")
        #expect(table.takeChanges().noted.map(\.device) == ["b", "b"])
        table.note(other, reading(1, 2), at: Timestamp(seconds: 2), of: "c")
        #expect(table.takeChanges().noted.map(\.device) == ["c"])
        table.forget("b")
        #expect(table.takeChanges().forgotten == [engine])
        table.forget(other)
        #expect(table.takeChanges().forgotten == [other])
        #expect(table.count == 0)
    }

    @Test func aFullTableGivesUpWhoWasNotedLongestAgo() throws {
        var table = EngineClockTable(limit: 32)
        for number in UInt8(0)..<40 {
            let engine = try #require(EngineID([0x80, 0, 0, 1, number]))
            table.note(engine, reading(1, 1), at: Timestamp(seconds: Int64(number)), of: "\(number)")
        }
        #expect(table.count == 32)
        let changes = table.takeChanges()
        #expect(changes.noted.count == 32 && changes.forgotten.count == 8)
        #expect(changes.forgotten.first == EngineID([0x80, 0, 0, 1, 0]))
    }

    /// A proxy, say. What it costs to give some up is a matter of those, not of all that it has.
    @Test func aDeviceMayHaveAllEnginesThatThereAre() throws {
        var table = EngineClockTable(limit: 40_000)
        for number in UInt32(0)..<45_000 {
            table.note(Samples.engine(number), reading(1, 1), at: Timestamp(seconds: Int64(number)), of: "proxy")
        }
        #expect(table.count == 40_000)
        table.move("proxy", to: "another")
        #expect(table.row(of: Samples.engine(44_999))?.device == "another")
        table.forget("proxy")
        #expect(table.count == 40_000)
        table.forget("another")
        #expect(table.count == 0)
    }
}
