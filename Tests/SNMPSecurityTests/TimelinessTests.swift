import Basics
import TestPeers
import Testing

@testable import SNMPSecurity

@Suite struct TimelinessTests {
    private func at(_ seconds: Int64) -> Timestamp { Samples.moment(seconds).wall }

    private func refusal(
        _ timeliness: inout Timeliness, _ boots: Int32, _ time: Int32, of engine: EngineID = Samples.device, hash: Int,
        after seconds: Int64, policy: ClockPolicy = .strict
    ) -> SecurityRefusal? {
        do throws(SecurityRefusal) {
            try timeliness.judge(
                engine, EngineReading(boots: boots, time: time), hash: hash, at: at(seconds), policy: policy)
            return nil
        } catch {
            return error
        }
    }

    /// However little it remembers, nothing is taken twice: what is forgotten is too old from then on.
    @Test(arguments: [UInt64.random(in: .min ... .max), 1, 2])
    func nothingIsTakenTwice(seed: UInt64) {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        var timeliness = Timeliness(replayLimit: 64)
        var taken: [(engine: EngineID, reading: EngineReading, hash: Int)] = []
        var accepted = 0
        for step in 0..<3_000 {
            let seconds = Int64(step / 5)
            let engine = Samples.engine(UInt32(Int.random(in: 1...4, using: &generator)))
            let time = Int32(seconds) - Int32.random(in: 0...20, using: &generator)
            if refusal(&timeliness, 1, time, of: engine, hash: step, after: seconds) == nil {
                accepted += 1
                taken.append((engine, EngineReading(boots: 1, time: time), step))
            }
            if let old = taken.randomElement(using: &generator) {
                #expect(
                    refusal(
                        &timeliness, old.reading.boots, old.reading.time, of: old.engine, hash: old.hash,
                        after: seconds)
                        != nil)
            }
        }
        #expect(timeliness.replayCount <= 64 + 16)
        #expect(accepted > 1_000)
    }

    @Test func aMessageHeldUpIsTakenWhileThereIsRoom() {
        var timeliness = Timeliness()
        for step in 0..<2_000 {
            let seconds = Int64(step)
            #expect(refusal(&timeliness, 1, Int32(step + 1_000), hash: step, after: seconds) == nil)
            #expect(refusal(&timeliness, 1, Int32(step + 850), hash: -1 - step, after: seconds) == nil)
            #expect(
                refusal(&timeliness, 1, Int32(step + 849), hash: 9_999_999, after: seconds)?.label
                    == "v3-not-in-time-window")
        }
        // Some 300 s of two messages a second, and the slice before them.
        #expect(timeliness.replayCount <= 800)
    }

    /// What an engine told before its clock was trusted anew is no bound for what it tells now.
    @Test func anEngineThatWentBackIsNotHeldToWhatItToldBefore() {
        var timeliness = Timeliness()
        #expect(refusal(&timeliness, 9, 500, hash: 0, after: 0) == nil)
        for second in 1...800 as ClosedRange<Int64> {
            let reading = EngineReading(boots: 1, time: Int32(second))
            timeliness.recall(Samples.device, reading, hash: Int(second), at: at(second), policy: .strict)
        }
        #expect(refusal(&timeliness, 1, 801, hash: 801, after: 801) == nil)
        #expect(refusal(&timeliness, 1, 700, hash: 802, after: 801) == nil)
    }

    /// Somebody repeats what a lenient user once sent, or that user's device loses its counter: the others are held to
    /// their clock as before, in both directions.
    @Test(arguments: [false, true]) func aLenientUserMovesNobodysClock(isRecalled: Bool) {
        var timeliness = Timeliness(replayLimit: 64)
        func lenient(_ boots: Int32, _ time: Int32, hash: Int, after seconds: Int64) {
            if isRecalled {
                timeliness.recall(
                    Samples.device, EngineReading(boots: boots, time: time), hash: hash, at: at(seconds),
                    policy: .lenient)
            } else {
                #expect(refusal(&timeliness, boots, time, hash: hash, after: seconds, policy: .lenient) == nil)
            }
        }
        lenient(3, 1_000, hash: 1, after: 0)
        #expect(timeliness.engineCount == 0)
        #expect(refusal(&timeliness, 3, 1_010, hash: 2, after: 10) == nil)
        for second in 1...200 as ClosedRange<Int64> {
            #expect(
                refusal(&timeliness, 3, Int32(1_000 + second * 10), hash: Int(100 + second), after: second * 10) == nil)
        }
        for (boots, time) in [(3, 1_000), (2, 500), (7, 9), (3, 9_000)] as [(Int32, Int32)] {
            lenient(boots, time, hash: Int(boots) + Int(time) << 8, after: 2_001)
            #expect(refusal(&timeliness, 3, 1_010, hash: 2, after: 2_001)?.label == "v3-time-went-back")
            #expect(refusal(&timeliness, 3, 2_000, hash: 200, after: 2_001) != nil)
            #expect(timeliness.clock(of: Samples.device)?.latest == EngineReading(boots: 3, time: 3_000))
        }
        #expect(refusal(&timeliness, 3, 3_001, hash: 3, after: 2_001) == nil)
        // What is forgotten of the lenient one's is no floor of the others' either.
        for number in 1_000..<1_200 { lenient(9, 1_000_000, hash: number, after: 2_002) }
        #expect(refusal(&timeliness, 3, 3_002, hash: 4, after: 2_002) == nil)
    }

    @Test func aFloorIsNeverAheadOfTheClock() {
        var timeliness = Timeliness()
        #expect(refusal(&timeliness, 1, 1_000, hash: 1, after: 0) == nil)
        timeliness.raiseFloor(of: Samples.device, to: EngineReading(boots: 1, time: 990))
        timeliness.raiseFloor(of: Samples.device, to: EngineReading(boots: 1, time: 980))
        timeliness.raiseFloor(of: Samples.device, to: EngineReading(boots: 7, time: 1))
        #expect(refusal(&timeliness, 1, 990, hash: 2, after: 0) == .replayed)
        #expect(refusal(&timeliness, 1, 991, hash: 3, after: 0) == nil)
    }

    @Test func theSystemsClockMayBeSetBackAndForth() {
        var timeliness = Timeliness()
        #expect(refusal(&timeliness, 1, 1_000, hash: 1, after: 0) == nil)
        #expect(refusal(&timeliness, 1, 1_010, hash: 2, after: -86_400) == nil)
        #expect(refusal(&timeliness, 1, 1_020, hash: 3, after: 86_400) == nil)
        #expect(refusal(&timeliness, 1, 1_030, hash: 4, after: 0) == nil)
        #expect(refusal(&timeliness, 1, 1_010, hash: 2, after: 0) == .replayed)
    }

    @Test func clocksAreKeptOverARestart() throws {
        var timeliness = Timeliness()
        #expect(refusal(&timeliness, 4, 1_000, hash: 1, after: 0) == nil)
        #expect(refusal(&timeliness, 7, 50, of: Samples.other, hash: 2, after: 0) == nil)
        #expect(refusal(&timeliness, 4, 1_000, hash: 3, after: 0) == nil)
        #expect(refusal(&timeliness, 4, 1_001, hash: 4, after: 0) == nil)

        var next = Timeliness(timeliness.all)
        #expect(
            refusal(&next, 3, 9_999, hash: 5, after: 60)
                == .bootsWentBack(
                    known: EngineReading(boots: 4, time: 1_061), told: EngineReading(boots: 3, time: 9_999)))
        // What a journal tells of the last minutes is not taken again either.
        next.recall(Samples.device, EngineReading(boots: 4, time: 1_002), hash: 6, at: at(50), policy: .strict)
        #expect(refusal(&next, 4, 1_002, hash: 6, after: 61) == .replayed)
        #expect(refusal(&next, 4, 1_062, hash: 7, after: 61) == nil)
        // A saved clock never sets a later one back.
        next.restore(EngineClock(engine: Samples.device, latest: EngineReading(boots: 1, time: 1), updated: at(0)))
        #expect(next.clock(of: Samples.device)?.latest == EngineReading(boots: 4, time: 1_062))
    }

    @Test func enginesAreBounded() {
        var timeliness = Timeliness(engineLimit: 32)
        for number in 0..<100 {
            #expect(
                refusal(&timeliness, 1, 1, of: Samples.engine(UInt32(number)), hash: number, after: Int64(number))
                    == nil)
            #expect(timeliness.engineCount <= 32)
        }
        #expect(timeliness.evictions >= 68)
        // The last ones are known, the first ones are not.
        #expect(timeliness.clock(of: Samples.engine(99)) != nil)
        #expect(timeliness.clock(of: Samples.engine(0)) == nil)
    }

    @Test func ourOwnClockIsHeldToBothSides() throws {
        let engine = Samples.ownEngine
        func isTimely(_ boots: Int32, _ time: Int32) -> Bool {
            do throws(SecurityRefusal) {
                try engine.judge(EngineReading(boots: boots, time: time), at: Samples.moment())
                return true
            } catch {
                return false
            }
        }
        #expect(engine.time(at: Samples.moment()) == 1_000)
        for (time, expected): (Int32, Bool) in [(850, true), (849, false), (1_150, true), (1_151, false), (0, false)] {
            #expect(isTimely(5, time) == expected)
        }
        #expect(!isTimely(4, 1_000))
        #expect(!isTimely(6, 1_000))
    }
}
