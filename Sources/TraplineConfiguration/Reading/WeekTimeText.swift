import Routing

/// Times of the week as operators write them: `mon-fri 08:00-18:00`, `sat,sun`, `22:00-06:00`.
enum WeekTimeText {
    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    private static let minutesPerDay = 24 * 60

    /// Days (a day, a range, several with commas; without them every day), then a span of hours (without it all day).
    static func parse(_ text: String) -> RouteConditions.TimeSpan? {
        let words = text.lowercased().split(separator: " ")
        guard (1...2).contains(words.count) else { return nil }
        if words.count == 1 {
            if let minutes = minutes(words[0]) {
                return .init(weekdays: Set(1...7), startMinute: minutes.start, endMinute: minutes.end)
            }
            return weekdays(words[0]).map { .init(weekdays: $0, startMinute: 0, endMinute: minutesPerDay) }
        }
        guard let weekdays = weekdays(words[0]), let minutes = minutes(words[1]) else { return nil }
        return .init(weekdays: weekdays, startMinute: minutes.start, endMinute: minutes.end)
    }

    private static func weekdays(_ text: Substring) -> Set<Int>? {
        var result: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
                days.firstIndex(of: String($0))
            }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2 else { return nil }
            // A range may run over the week's end: `sat-mon`.
            let length = (last - first + 7) % 7
            for day in first...first + length { result.insert(day % 7 + 1) }
        }
        return result
    }

    private static func minutes(_ text: Substring) -> (start: Int, end: Int)? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(minute)
        guard ends.count == 2, let start = ends[0], let end = ends[1], start < minutesPerDay else { return nil }
        // An equal end is more often a slip than a whole day, which needs no hours.
        return start == end ? nil : (start, end)
    }

    /// `8:00` to `24:00`.
    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour * 60 + minute <= minutesPerDay
        else { return nil }
        return hour * 60 + minute
    }
}
