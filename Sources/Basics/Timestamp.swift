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

    /// The time that passed from `earlier` to this moment; negative if it is the later one.
    public func nanoseconds(since earlier: Timestamp) -> Int64 { nanoseconds &- earlier.nanoseconds }

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
        var seconds = time_t(seconds)
        var date = unsafe tm()
        let converted = unsafe gmtime_r(&seconds, &date) != nil
        guard converted else { return "?" }
        return unsafe "\(pad(date.tm_year + 1_900, 4))-\(pad(date.tm_mon + 1, 2))-\(pad(date.tm_mday, 2))"
            + "T\(pad(date.tm_hour, 2)):\(pad(date.tm_min, 2)):\(pad(date.tm_sec, 2))"
            + ".\(pad(Int32(fraction / 1_000), 6))Z"
    }
}

extension Timestamp {
    /// For people, to the second and in UTC: `2026-01-31 23:59:59Z`.
    public var toTheSecond: String { description.prefix(19).replacing("T", with: " ") + "Z" }
}

private func pad(_ number: Int32, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
