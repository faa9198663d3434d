/// What the configuration says of alarms as such, under `alarms:`.
public struct AlarmSettings: Sendable, Hashable {
    /// When an alarm that rises and clears again and again is held as one.
    public struct Flapping: Sendable, Hashable {
        /// So many raises, clears and changes of severity…
        public var changes: Int
        /// …within this time.
        public var within: Duration
        /// It ends when the alarm did not change for that long.
        public var quiet: Duration

        public init(changes: Int = 20, within: Duration = .seconds(600), quiet: Duration = .seconds(600)) {
            self.changes = changes
            self.within = within
            self.quiet = quiet
        }
    }

    /// When the events of one alarm and source are too many to be told.
    public struct Suppression: Sendable, Hashable {
        /// So many of them…
        public var events: Int
        /// …within one interval, and it lasts until an interval has fewer.
        public var interval: Duration

        public init(events: Int, interval: Duration) {
            self.events = events
            self.interval = interval
        }
    }

    /// How much later than the known start of a device another must be to be a restart. Networks delay and clocks
    /// drift, by less.
    public var restartTolerance: Duration
    /// `nil`: every change is told.
    public var flapping: Flapping?
    /// `nil`: every event is told. What is too many depends on the fleet, so that nobody is given a number.
    public var suppression: Suppression?

    public init(
        restartTolerance: Duration = .seconds(30), flapping: Flapping? = Flapping(), suppression: Suppression? = nil
    ) {
        self.restartTolerance = restartTolerance
        self.flapping = flapping
        self.suppression = suppression
    }
}
