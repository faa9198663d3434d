public import Basics
internal import Glibc

/// Two clocks at once: what other engines tell is compared over restarts, and so by the wall clock; what we tell must not
/// go back when somebody sets it.
public struct Moment: Sendable, Hashable {
    public var wall: Timestamp
    /// Nanoseconds since the machine started, sleep included.
    public var monotonic: Int64

    public init(wall: Timestamp, monotonic: Int64) {
        self.wall = wall
        self.monotonic = monotonic
    }

    public static var now: Moment { Moment(wall: .now, monotonic: monotonicNow) }

    /// Now, for a message that was received at `wall` (the kernel's time stamp).
    public static func received(_ wall: Timestamp) -> Moment {
        Moment(wall: wall, monotonic: monotonicNow)
    }

    private static var monotonicNow: Int64 {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_BOOTTIME, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
