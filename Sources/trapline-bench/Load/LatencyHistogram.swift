import Histogram

/// How long something took, many times over, in nanoseconds: to three digits, however many there are.
struct LatencyHistogram {
    /// What is longer counts as this: ten minutes are an outage and no latency.
    private static let longest: UInt64 = 600_000_000_000

    private var histogram = Histogram<UInt64>(
        highestTrackableValue: longest, numberOfSignificantValueDigits: .three)

    var count: Int { Int(histogram.totalCount) }

    mutating func record(_ nanoseconds: UInt64) {
        _ = histogram.record(min(nanoseconds, Self.longest))
    }

    mutating func add(_ other: LatencyHistogram) {
        histogram.add(other.histogram)
    }

    /// In milliseconds; 0 where nothing was recorded.
    func milliseconds(atPercentile percentile: Double) -> Double {
        count == 0 ? 0 : Double(histogram.valueAtPercentile(percentile)) / 1e6
    }

    /// In milliseconds.
    var longest: Double { count == 0 ? 0 : Double(histogram.maxRecorded) / 1e6 }
}
