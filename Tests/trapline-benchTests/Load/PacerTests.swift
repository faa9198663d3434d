import Testing

@testable import trapline_bench

struct PacerTests {
    @Test func theFirstIsDueAtOnceAndTheLastNotTooEarly() {
        let pacer = Pacer(rate: 1_000, total: 3_000)
        #expect(pacer.due(after: 0) == 1)
        #expect(pacer.due(after: 999_999) == 1)
        #expect(pacer.due(after: 1_000_000) == 2)
        #expect(pacer.due(after: 2_998_000_000) == 2_999)
        #expect(pacer.due(after: 2_999_000_000) == 3_000)
        #expect(pacer.due(after: .max) == 3_000)
    }

    @Test func withoutARateAllIsDue() {
        #expect(Pacer(rate: nil, total: 7).due(after: 0) == 7)
    }

    @Test func aLookIsWorthItOnlyWhenTheNextIsDueAndNotTooOften() {
        let slow = Pacer(rate: 100, total: 100)
        #expect(slow.wakeUp(sent: 5, elapsed: 41_000_000) == 50_000_000)
        let fast = Pacer(rate: 1_000_000, total: 1_000_000)
        #expect(fast.wakeUp(sent: 1_001, elapsed: 1_000_000) == 1_000_000 + Pacer.grain)
    }
}
