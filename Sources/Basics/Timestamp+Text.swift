extension Timestamp {
    /// From RFC 3339 §5.6: `2026-01-31T23:59:59.5Z`, `2026-01-31 23:59:59+01:00`; the seconds may be left out, and a
    /// leap second counts as the second after it. `nil` for any other text, and for a moment that has no number here.
    public init?(_ text: some StringProtocol) {
        var reader = MomentReader(rest: Array(text.utf8)[...])
        guard let seconds = reader.seconds(), let fraction = reader.fraction(), let offset = reader.offset(),
            reader.rest.isEmpty
        else { return nil }
        let (whole, overflow) = (seconds - offset).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowAgain) = whole.addingReportingOverflow(fraction)
        guard !overflow, !overflowAgain else { return nil }
        self.init(nanoseconds: sum)
    }
}

/// Takes a moment's text apart from its first octet to its last.
private struct MomentReader {
    var rest: ArraySlice<UInt8>

    private mutating func number(digits: Int, in range: ClosedRange<Int64>) -> Int64? {
        guard rest.count >= digits else { return nil }
        var value: Int64 = 0
        for octet in rest.prefix(digits) {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= octet else { return nil }
            value = value * 10 + Int64(octet - UInt8(ascii: "0"))
        }
        rest = rest.dropFirst(digits)
        return range.contains(value) ? value : nil
    }

    private mutating func take(_ characters: String) -> UInt8? {
        guard let first = rest.first, characters.utf8.contains(first) else { return nil }
        rest = rest.dropFirst()
        return first
    }

    /// Since 1970, as if the text told UTC.
    mutating func seconds() -> Int64? {
        guard let year = number(digits: 4, in: 1...9_999), take("-") != nil,
            let month = number(digits: 2, in: 1...12), take("-") != nil,
            let day = number(digits: 2, in: 1...31), day <= MomentReader.days(in: month, of: year),
            take("Tt ") != nil, let hour = number(digits: 2, in: 0...23), take(":") != nil,
            let minute = number(digits: 2, in: 0...59)
        else { return nil }
        var second: Int64 = 0
        if take(":") != nil {
            guard let told = number(digits: 2, in: 0...60) else { return nil }
            second = told
        }
        let days = MomentReader.daysSince1970(year, month, day)
        return days * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// In nanoseconds; what is finer is cut off.
    mutating func fraction() -> Int64? {
        guard take(".") != nil else { return 0 }
        var value: Int64 = 0
        var digits = 0
        while let digit = take("0123456789") {
            if digits < 9 { value = value * 10 + Int64(digit - UInt8(ascii: "0")) }
            digits += 1
        }
        guard digits > 0 else { return nil }
        for _ in 0..<max(0, 9 - digits) { value *= 10 }
        return value
    }

    /// East of UTC, in seconds.
    mutating func offset() -> Int64? {
        if take("Zz") != nil { return 0 }
        guard let sign = take("+-"), let hours = number(digits: 2, in: 0...23), take(":") != nil,
            let minutes = number(digits: 2, in: 0...59)
        else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The Gregorian calendar; years are counted from the first of March, so that a leap day comes last.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
