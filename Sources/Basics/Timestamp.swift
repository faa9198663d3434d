internal import Glibc

/// A moment in nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted: the resolution of pcapng and of
/// `SO_TIMESTAMPNS`. It reaches from 1678 to 2262.
public struct Timestamp: Sendable, Hashable, Comparable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public init(seconds: Int64, nanoseconds: Int64 = 0) {
        self.nanoseconds = (seconds &* 1_000_000_000) &+ nanoseconds
    }

    /// The wall clock's time.
    public static var now: Timestamp {
        var time = timespec()
        let isRead = unsafe clock_gettime(CLOCK_REALTIME, &time) == 0
        return isRead ? Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec)) : Timestamp(seconds: 0)
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The time that passed from `earlier` to this moment; negative if it is the later one. Where it takes more than 64
    /// bits, the most that they tell, of either sign.
    public func nanoseconds(since earlier: Timestamp) -> Int64 {
        let (passed, isTooLong) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        if isTooLong { return nanoseconds < earlier.nanoseconds ? -.max : .max }
        return max(passed, -.max)
    }

    /// Whole seconds since 1970, rounded towards the past.
    public var seconds: Int64 {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// 0…999,999,999: the nanoseconds past `seconds`.
    public var fraction: Int64 { nanoseconds &- seconds &* 1_000_000_000 }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with microseconds: `2026-01-31T23:59:59.123456Z`.
    public var description: String {
        var text = OctetWriter(capacity: 32)
        append(to: &text)
        return text.text()
    }

    /// The same as octets.
    public func append(to text: inout OctetWriter) {
        appendSeconds(to: &text, separator: UInt8(ascii: "T"))
        text.append(UInt8(ascii: "."))
        text.append(decimal: UInt32(truncatingIfNeeded: fraction / 1_000), width: 6)
        text.append(UInt8(ascii: "Z"))
    }
}

extension Timestamp {
    /// For people, to the second and in UTC: `2026-01-31 23:59:59Z`.
    public var toTheSecond: String {
        var text = OctetWriter(capacity: 32)
        appendToTheSecond(to: &text)
        return text.text()
    }

    /// The same as octets.
    public func appendToTheSecond(to text: inout OctetWriter) {
        appendSeconds(to: &text, separator: UInt8(ascii: " "))
        text.append(UInt8(ascii: "Z"))
    }

    private func appendSeconds(to text: inout OctetWriter, separator: UInt8) {
        let secondsADay: Int64 = 86_400
        let seconds = seconds
        let second = ((seconds % secondsADay) + secondsADay) % secondsADay
        let date = CivilDate(daysSince1970: (seconds - second) / secondsADay)
        text.append(decimal: UInt32(truncatingIfNeeded: date.year), width: 4)
        text.append(UInt8(ascii: "-"))
        text.append(decimal: date.month, width: 2)
        text.append(UInt8(ascii: "-"))
        text.append(decimal: date.day, width: 2)
        text.append(separator)
        text.append(decimal: UInt32(truncatingIfNeeded: second / 3_600), width: 2)
        text.append(UInt8(ascii: ":"))
        text.append(decimal: UInt32(truncatingIfNeeded: second / 60 % 60), width: 2)
        text.append(UInt8(ascii: ":"))
        text.append(decimal: UInt32(truncatingIfNeeded: second % 60), width: 2)
    }
}

/// A day of the Gregorian calendar. The C library's `gmtime` gives the same and takes ten times as long.
private struct CivilDate {
    let year: Int64
    let month: UInt32
    let day: UInt32

    /// Years are counted from the first of March here, so that a leap day comes last; the calendar repeats itself every
    /// 400 years.
    init(daysSince1970 days: Int64) {
        let daysAnEra: Int64 = 146_097
        // From the first of March of the year 0.
        let sinceEpoch = days + 719_468
        let era = (sinceEpoch >= 0 ? sinceEpoch : sinceEpoch - daysAnEra + 1) / daysAnEra
        let dayOfEra = sinceEpoch - era * daysAnEra
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Five months from March on have 153 days, in the same series of 31 and 30.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = UInt32(truncatingIfNeeded: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = UInt32(truncatingIfNeeded: monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}
