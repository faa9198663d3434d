/// What the configuration says of a sink whatever its type.
public struct SinkOptions: Sendable, Hashable {
    /// Where a sink without a cursor begins.
    public enum Start: String, Sendable, Hashable, CaseIterable {
        /// With what happens from now on.
        case now
        /// With the oldest event that the log holds.
        case beginning
    }

    /// Long enough that a peer's restart, or a burst, is no alarm; short enough that somebody hears of it in time.
    public static let defaultLagAlarm = Duration.seconds(300)

    /// Events that are older than this when their turn comes are dropped, and counted; `nil`: none.
    public var expireAfter: Duration?
    public var start: Start
    /// The name that this sink had before: it goes on where that one stopped, and gets what is still meant for it.
    public var was: String?
    /// How far the sink may fall behind before that is an alarm; `nil`: as far as it will.
    public var lagAlarm: Duration?

    public init(
        expireAfter: Duration? = nil, start: Start = .now, was: String? = nil,
        lagAlarm: Duration? = SinkOptions.defaultLagAlarm
    ) {
        self.expireAfter = expireAfter
        self.start = start
        self.was = was
        self.lagAlarm = lagAlarm
    }
}

/// One entry of `sinks:`.
public struct ConfiguredSink: Sendable, Hashable {
    public var name: String
    public var settings: SinkSettings
    public var options: SinkOptions

    public init(name: String, settings: SinkSettings, options: SinkOptions = SinkOptions()) {
        self.name = name
        self.settings = settings
        self.options = options
    }
}
