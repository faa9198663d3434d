import Basics
import Testing

@testable import Trapline

@Suite struct AgeClockTests {
    private static let start = Timestamp(seconds: 1_800_000_000)
    private static let boot = ContinuousClock.now

    /// `seconds` after the start, the wall clock off by `offset` seconds; gives seconds after the start.
    private func look(_ clock: AgeClock, after seconds: Int64, offset: Int64 = 0) -> Int64 {
        let wall = Timestamp(nanoseconds: Self.start.nanoseconds + (seconds + offset) * 1_000_000_000)
        let now = clock.now(wall: wall, at: Self.boot + .seconds(seconds))
        return now.nanoseconds(since: Self.start) / 1_000_000_000
    }

    private func clock(lastWritten: Int64? = nil) -> AgeClock {
        let last = lastWritten.map { Timestamp(nanoseconds: Self.start.nanoseconds + $0 * 1_000_000_000) }
        return AgeClock(lastWritten: last, wall: Self.start, at: Self.boot)
    }

    @Test func itGoesWithTheWallClock() {
        let clock = clock()
        #expect(look(clock, after: 1) == 1)
        #expect(look(clock, after: 2, offset: 59) == 61, "slewed")
        #expect(look(clock, after: 3, offset: -500) == -497, "set back: all is younger")
        #expect(look(clock, after: 90_000) == 90_000 - 500, "and that it was set right again is a step like any")
    }

    @Test func aStepForwardAndBackNeverHappened() {
        let clock = clock()
        let years: Int64 = 10 * 365 * 86_400
        #expect(look(clock, after: 10) == 10)
        #expect(look(clock, after: 11, offset: years) == 11)
        #expect(look(clock, after: 80_000, offset: years) == 80_000)
        #expect(look(clock, after: 80_001) == 80_001)
        #expect(look(clock, after: 80_002, offset: years) == 80_002)
        #expect(look(clock, after: 90_000, offset: years) == 90_000, "a day from its own beginning")
    }

    @Test func aStepThatStandsForADayIsBelieved() {
        let clock = clock()
        #expect(look(clock, after: 10, offset: 7_200) == 10)
        #expect(look(clock, after: 86_409, offset: 7_200) == 86_409)
        #expect(look(clock, after: 86_410, offset: 7_200) == 86_410 + 7_200)
        #expect(look(clock, after: 86_411, offset: 7_200) == 86_411 + 7_200)
    }

    @Test func whatPassedBeforeTheStartIsAStep() {
        let clock = clock(lastWritten: -1_000_000)
        #expect(look(clock, after: 5) == -1_000_000 + 5)
        #expect(look(clock, after: 86_405) == 86_405)
        #expect(look(self.clock(lastWritten: 1_000_000), after: 5) == 5, "the future is no time to begin with")
    }
}
