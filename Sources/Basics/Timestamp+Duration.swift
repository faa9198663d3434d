/// What is added to and taken from times. Captures hold any time that 64 bits can tell and configurations long
/// durations; all of it stops at the ends of time.
extension Timestamp {
    /// The moment that long after `time`, or before it for a negative duration; fractions of a nanosecond are dropped.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp { time.adding(duration.inNanoseconds) }

    /// Moved by as much; at the end of time it stays there.
    public func adding(_ nanoseconds: Int64) -> Timestamp {
        Timestamp(nanoseconds: self.nanoseconds.addingClamped(nanoseconds))
    }
}

extension Duration {
    /// Whole nanoseconds; no more than 146 years, so that a few of them can be added up.
    public var inNanoseconds: Int64 {
        let most = Int64.max / 2
        let (seconds, attoseconds) = components
        let (product, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if isTooLong { return seconds < 0 ? -most : most }
        return min(max(product.addingClamped(attoseconds / 1_000_000_000), -most), most)
    }
}

extension Int64 {
    /// The sum; at the end of what 64 bits can tell it stays there.
    public func addingClamped(_ other: Int64) -> Int64 {
        let (sum, isTooLarge) = addingReportingOverflow(other)
        return isTooLarge ? (other < 0 ? .min : .max) : sum
    }
}
