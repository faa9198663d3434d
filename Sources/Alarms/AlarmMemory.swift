public import Basics

/// What is remembered of an alarm beside its standing: its last changes, how often it was told of late, and what is
/// withheld of it. Gone when none of that matters any more.
public struct AlarmMemory: Sendable, Hashable {
    /// Where its row is among those of all of them: what is remembered last stands last, and most of it goes in the
    /// order in which it came. Nothing else depends on it.
    public var number: Int64
    public var key: AlarmKey
    /// The alarm's name.
    public var alarm: String
    /// What was told last before the alarm went, and until when something older may still come.
    public var order: DeviceOrder?
    public var orderUntil: Timestamp?
    /// The times of its last raises, clears and changes of severity, no more than make it a flapping one.
    public var changes: [Timestamp]
    /// How long the last of them matters.
    public var changesUntil: Timestamp?
    /// While it flaps: when it will have been quiet.
    public var flappingUntil: Timestamp?
    /// While it is counted: the interval's end, and the events in it so far.
    public var intervalEnd: Timestamp?
    public var intervalEvents: Int
    public var isSuppressed: Bool
    /// How many events were withheld, and what severity was told before; `nil` where no alarm stood.
    public var withheld: Int
    public var toldSeverity: Severity?

    public init(
        number: Int64 = 0, key: AlarmKey, alarm: String, order: DeviceOrder? = nil, orderUntil: Timestamp? = nil,
        changes: [Timestamp] = [], changesUntil: Timestamp? = nil, flappingUntil: Timestamp? = nil,
        intervalEnd: Timestamp? = nil, intervalEvents: Int = 0, isSuppressed: Bool = false, withheld: Int = 0,
        toldSeverity: Severity? = nil
    ) {
        self.number = number
        self.key = key
        self.alarm = alarm
        self.order = order
        self.orderUntil = orderUntil
        self.changes = changes
        self.changesUntil = changesUntil
        self.flappingUntil = flappingUntil
        self.intervalEnd = intervalEnd
        self.intervalEvents = intervalEvents
        self.isSuppressed = isSuppressed
        self.withheld = withheld
        self.toldSeverity = toldSeverity
    }

    mutating func change<Result>(_ change: (inout AlarmMemory) -> Result) -> Result { change(&self) }

    /// Whether its events are held back.
    public var isWithholding: Bool { flappingUntil != nil || isSuppressed }

    /// When something about it is over; `nil` where nothing is left.
    var due: Timestamp? {
        [orderUntil, changesUntil, flappingUntil, intervalEnd].compactMap { $0 }.min()
    }

    /// What is remembered of the same alarm under two keys, under this one's. What was told is its caller's to say.
    func joined(by other: AlarmMemory) -> AlarmMemory {
        func later<Value: Comparable>(_ own: Value?, _ others: Value?) -> Value? {
            [own, others].compactMap { $0 }.max()
        }
        var joined = self
        if let last = other.order, last.received > order?.received ?? Timestamp(nanoseconds: .min) {
            joined.order = last
        }
        joined.orderUntil = later(orderUntil, other.orderUntil)
        joined.changes = (changes + other.changes).sorted()
        joined.changesUntil = later(changesUntil, other.changesUntil)
        joined.flappingUntil = later(flappingUntil, other.flappingUntil)
        joined.intervalEnd = later(intervalEnd, other.intervalEnd)
        joined.intervalEvents = max(intervalEvents, other.intervalEvents)
        joined.isSuppressed = isSuppressed || other.isSuppressed
        joined.withheld = withheld + other.withheld
        return joined
    }

    /// Nobody could be heard for that long.
    mutating func postpone(by nanoseconds: Int64) {
        func later(_ time: Timestamp?) -> Timestamp? { time.map { $0.adding(nanoseconds) } }
        orderUntil = later(orderUntil)
        changesUntil = later(changesUntil)
        flappingUntil = later(flappingUntil)
        intervalEnd = later(intervalEnd)
    }
}
