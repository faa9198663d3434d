public import Basics

/// What alters of an alarm that is told again in the same words.
public struct AlarmRepeat: Sendable, Hashable {
    /// The alarm's number.
    public var number: Int64
    public var lastTime: Timestamp
    public var count: Int
    public var uptime: UInt32?
    public var runningNumber: Int32?

    public init(number: Int64, lastTime: Timestamp, count: Int, uptime: UInt32?, runningNumber: Int32?) {
        self.number = number
        self.lastTime = lastTime
        self.count = count
        self.uptime = uptime
        self.runningNumber = runningNumber
    }

    init(_ alarm: ActiveAlarm) {
        self.init(
            number: alarm.id, lastTime: alarm.lastTime, count: alarm.count, uptime: alarm.uptime,
            runningNumber: alarm.runningNumber)
    }
}
