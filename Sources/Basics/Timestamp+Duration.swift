extension Timestamp {
    /// The moment that long after `time`, or before it for a negative duration; fractions of a nanosecond are dropped.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(nanoseconds: time.nanoseconds &+ Int64(duration / .nanoseconds(1)))
    }
}
