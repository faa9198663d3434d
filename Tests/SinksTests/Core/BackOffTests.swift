import Sinks
import Testing

@Suite struct BackOffTests {
    private let backOff = BackOff(initial: .seconds(1), ceiling: .seconds(60))

    @Test func pausesDoubleUpToTheCeiling() {
        let pauses = (1...9).map { backOff.pause(afterFailures: $0, jitter: 1) }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
    }

    @Test func jitterSpreadsOverTheUpperHalf() {
        #expect(backOff.pause(afterFailures: 3, jitter: 0) == .seconds(2))
        #expect(backOff.pause(afterFailures: 3, jitter: 0.5) == .seconds(3))
        #expect(backOff.pause(afterFailures: 3, jitter: 7) == .seconds(4))
        #expect(backOff.pause(afterFailures: 3, jitter: -7) == .seconds(2))
    }

    @Test func anyCountGivesAPause() {
        #expect(backOff.pause(afterFailures: .max, jitter: 0) == .seconds(30))
        #expect(backOff.pause(afterFailures: 0, jitter: 1) == .seconds(1))
        #expect(backOff.pause(afterFailures: .min, jitter: 1) == .seconds(1))
        #expect(BackOff(initial: .zero, ceiling: .seconds(1)).pause(afterFailures: .max, jitter: 1) == .zero)
        let capped = BackOff(initial: .seconds(9), ceiling: .seconds(4))
        #expect(capped.pause(afterFailures: 1, jitter: 1) == .seconds(4))
    }
}
