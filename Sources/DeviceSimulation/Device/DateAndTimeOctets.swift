internal import Basics

/// DateAndTime (RFC 2579 §2) of 11 octets in UTC.
enum DateAndTimeOctets {
    static func octets(_ time: Timestamp) -> [UInt8] {
        let seconds = time.seconds
        let (day, second) = (floorDivide(seconds, 86_400), floorRemainder(seconds, 86_400))
        let date = civil(day)
        return [
            UInt8(truncatingIfNeeded: date.year >> 8), UInt8(truncatingIfNeeded: date.year), UInt8(date.month),
            UInt8(date.day), UInt8(second / 3_600), UInt8(second / 60 % 60), UInt8(second % 60),
            UInt8(time.fraction / 100_000_000), UInt8(ascii: "+"), 0, 0,
        ]
    }

    /// The Gregorian date of a number of days since 1970-01-01: cycles of 400 years, counted from a March.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // 719,468 days lie between 0000-03-01 and 1970-01-01; 146,097 are 400 years.
        let shifted = days + 719_468
        let cycle = floorDivide(shifted, 146_097)
        let dayOfCycle = floorRemainder(shifted, 146_097)
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0), month, day)
    }

    private static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
        (number - floorRemainder(number, divisor)) / divisor
    }

    private static func floorRemainder(_ number: Int64, _ divisor: Int64) -> Int64 {
        let rest = number % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
