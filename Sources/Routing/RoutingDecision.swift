/// A sink that gets a raise only if its alarm still stands after a while.
public struct DelayedSink: Sendable, Hashable {
    public var sink: String
    public var after: Duration
    /// Whether it gets the alarm's further changes and its clear, once it was told of it.
    public var follows: Bool

    public init(sink: String, after: Duration, follows: Bool) {
        self.sink = sink
        self.after = after
        self.follows = follows
    }
}

/// Why sinks that the table has for an event do not get it now.
public enum Withheld: Sendable, Hashable {
    /// By its number.
    case silence(Int64)
    case maintenance
}

/// Where an event goes and why; stored with it, so that nothing about the past changes with a reload.
public struct RoutingDecision: Sendable, Hashable {
    /// Names of the rows that matched, in the table's order, preventing ones too.
    public var matched: [String]
    /// The sinks that get the event, sorted by name.
    public var sinks: [String]
    /// The sinks that a row asked for and a preventing row took away, sorted by name.
    public var vetoed: [String]
    /// Those of `sinks` that get the alarm's further changes and its clear whatever the table says then: what to note
    /// on the alarm. Empty for an event that raises or changes none.
    public var following: [String]
    /// Those that rows with `after` want told if the alarm still stands then, sorted by name; none of `sinks` is among
    /// them.
    public var delayed: [DelayedSink]
    /// The sinks that would get it now if nothing held it back, sorted by name.
    public var withheld: [String]
    /// What holds it back.
    public var withheldBy: Withheld?

    public init(
        matched: [String] = [], sinks: [String] = [], vetoed: [String] = [], following: [String] = [],
        delayed: [DelayedSink] = []
    ) {
        self.matched = matched
        self.sinks = sinks
        self.vetoed = vetoed
        self.following = following
        self.delayed = delayed
        self.withheld = []
        self.withheldBy = nil
    }

    /// Takes `sink` away whatever the table says: what is told of a sink's own trouble is never sent through it.
    public mutating func leaveOut(_ sink: String) {
        delayed.removeAll { $0.sink == sink }
        guard let index = sinks.firstIndex(of: sink) else { return }
        sinks.remove(at: index)
        following.removeAll { $0 == sink }
        vetoed = (vetoed + [sink]).sorted()
    }

    /// Those that wait have waited.
    public mutating func tellDelayed() {
        sinks = Set(sinks).union(delayed.map(\.sink)).sorted()
        delayed = []
    }

    /// Holds it back: nobody gets it but those of `told` who wait for the end of an alarm.
    public mutating func withhold(by reason: Withheld, except told: [String] = []) {
        let kept = sinks.filter(told.contains)
        withheld = sinks.filter { !told.contains($0) }
        withheldBy = reason
        sinks = kept
        following.removeAll { !kept.contains($0) }
    }
}
