import Basics
import Testing

@testable import Trapline

@Suite struct ReplayClockTests {
    private func gaps(_ pace: Replayer.Pace, _ files: [[Int64]]) -> [Double] {
        var clock = ReplayClock(pace: pace)
        return files.flatMap { times in
            clock.beginFile()
            return times.map { clock.gap(before: Timestamp(nanoseconds: $0 * 1_000_000)) }
        }
    }

    @Test func theCapturesOwnGapsAreKept() {
        #expect(gaps(.captured(speed: 1), [[0, 500, 2_500]]) == [0, 0.5, 2])
        #expect(gaps(.captured(speed: 4), [[0, 500, 2_500]]) == [0, 0.125, 0.5])
    }

    @Test func aRateHoldsFromFileToFile() {
        #expect(gaps(.rate(perSecond: 5), [[0], [0], [0, 900]]) == [0, 0.2, 0.2, 0.2])
    }

    @Test func aLoopOfOneDatagramIsNoFlood() {
        #expect(gaps(.captured(speed: 1), [[7], [7], [7]]) == [0, 1, 1])
    }

    @Test func timesThatGoBackAndLongPausesAreBounded() {
        #expect(gaps(.captured(speed: 1), [[5_000, 1_000, 86_400_000]]) == [0, 0, ReplayClock.longestGap])
    }
}
