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

    public init(
        matched: [String] = [], sinks: [String] = [], vetoed: [String] = [], following: [String] = []
    ) {
        self.matched = matched
        self.sinks = sinks
        self.vetoed = vetoed
        self.following = following
    }

    /// Takes `sink` away whatever the table says: what is told of a sink's own trouble is never sent through it.
    public mutating func leaveOut(_ sink: String) {
        guard let index = sinks.firstIndex(of: sink) else { return }
        sinks.remove(at: index)
        following.removeAll { $0 == sink }
        vetoed = (vetoed + [sink]).sorted()
    }
}
