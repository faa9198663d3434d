import Testing

@testable import trapline_bench

struct LatencyHistogramTests {
    @Test func percentilesAreOfWhatWasRecorded() {
        var histogram = LatencyHistogram()
        for millisecond in 1...1_000 { histogram.record(UInt64(millisecond) * 1_000_000) }
        #expect(histogram.count == 1_000)
        #expect(abs(histogram.milliseconds(atPercentile: 50) - 500) < 1)
        #expect(abs(histogram.milliseconds(atPercentile: 99) - 990) < 1)
        #expect(abs(histogram.longest - 1_000) < 1)
    }

    @Test func anEmptyOneHasNone() {
        #expect(LatencyHistogram().milliseconds(atPercentile: 99) == 0)
        #expect(LatencyHistogram().longest == 0)
    }

    @Test func whatIsPastItsEndCountsAsTheLongest() {
        var histogram = LatencyHistogram()
        histogram.record(.max)
        #expect(histogram.count == 1)
    }
}
