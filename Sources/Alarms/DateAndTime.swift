import Basics

/// DateAndTime (RFC 2579 §2): year, month, day, hour, minute, second, deci-second, and with 11 octets the direction and
/// distance from UTC.
enum DateAndTime {
    /// `nil` if the octets are no date, as with a device whose clock was never set (all zero).
    ///
    /// The form of 8 octets names no zone; it is taken as UTC, since the device's zone is not known and a moment that
    /// is off by a known whole number of hours says more than none.
    static func timestamp(_ octets: ArraySlice<UInt8>) -> Timestamp? {
        guard octets.count == 8 || octets.count == 11 else { return nil }
        let field = octets.map { Int64($0) }
        let year = field[0] << 8 | field[1]
        let (month, day, hour, minute, second, deciSecond) = (
            field[2], field[3], field[4], field[5], field[6], field[7]
        )
        // Timestamp ends in 2262; no device clock before SNMP itself is right.
        guard 1_988...2_261 ~= year, 1...12 ~= month, 1...daysIn(month: month, of: year) ~= day, hour <= 23,
            minute <= 59, second <= 60, deciSecond <= 9
        else { return nil }
        var seconds = days(year: year, month: month, day: day) * 86_400 + hour * 3_600 + minute * 60 + second
        if octets.count == 11 {
            let offset = field[9] * 3_600 + field[10] * 60
            // RFC 2579 allows 0…13 hours; Kiribati and others are past that, at 14.
            guard field[9] <= 14, field[10] <= 59 else { return nil }
            switch field[8] {
            case Int64(UInt8(ascii: "+")): seconds -= offset
            case Int64(UInt8(ascii: "-")): seconds += offset
            default: return nil
            }
        }
        return Timestamp(seconds: seconds, nanoseconds: deciSecond * 100_000_000)
    }

    private static func daysIn(month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the leap day comes last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
        // 719,468 days lie between 0000-03-01 and 1970-01-01.
        return marchYear * 365 + leapDays + dayOfYear - 719_468
    }
}
