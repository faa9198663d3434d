import Alarms

/// The minutes of a week in which a row holds: one bit each, from Monday 00:00.
struct WeekSchedule: Sendable {
    static let minutesPerDay = 24 * 60
    static let minutesPerWeek = 7 * minutesPerDay

    private var words: [UInt64]

    init(_ spans: [RouteConditions.TimeSpan]) {
        words = Array(repeating: 0, count: (WeekSchedule.minutesPerWeek + 63) / 64)
        for span in spans {
            var end = span.endMinute
            if end <= span.startMinute { end += WeekSchedule.minutesPerDay }
            for weekday in span.weekdays where 1...7 ~= weekday {
                let midnight = (weekday - 1) * WeekSchedule.minutesPerDay
                for minute in span.startMinute..<end {
                    // Sunday's night runs into Monday.
                    let wrapped = (midnight + minute) % WeekSchedule.minutesPerWeek
                    words[wrapped / 64] |= 1 << UInt64(wrapped % 64)
                }
            }
        }
    }

    func contains(minuteOfWeek minute: Int) -> Bool {
        words[minute / 64] & 1 << UInt64(minute % 64) != 0
    }

    func isSuperset(of other: WeekSchedule) -> Bool {
        zip(words, other.words).allSatisfy { own, theirs in theirs & ~own == 0 }
    }

    /// From seconds since 1970 on a local clock. That year began on a Thursday.
    static func minuteOfWeek(localSeconds: Int64) -> Int {
        let minutes = Int(localSeconds / 60) - (localSeconds % 60 < 0 ? 1 : 0)
        let sinceMonday = (minutes + 3 * minutesPerDay) % minutesPerWeek
        return sinceMonday < 0 ? sinceMonday + minutesPerWeek : sinceMonday
    }
}
