public import Basics

extension AlarmTable {
    /// When the next alarm ends by itself; `nil` where none does.
    public var nextDue: Timestamp? { expiries.next }

    /// Nobody could be heard for that long, so that an alarm whose repeats may have been missed stands longer.
    public mutating func postpone(by nanoseconds: Int64) {
        expiries.postpone(by: nanoseconds)
    }

    /// The alarm that is due, taken out of the table; to be asked until it gives `nil`.
    public mutating func takeExpired(by time: Timestamp) -> ActiveAlarm? {
        while let (key, _) = expiries.takeNext(by: time) {
            if let alarm = remove(key) { return alarm }
        }
        return nil
    }
}
