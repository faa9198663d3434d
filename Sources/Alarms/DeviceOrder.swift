public import Basics

/// What tells of two notifications of one alarm which the device sent first, whichever came first.
///
/// Traps and keep-alives come on two sockets, networks reorder, and informs are sent again: a raise can arrive behind
/// the clear that ended it, and would stand for ever.
public struct DeviceOrder: Sendable, Hashable {
    /// acBoardTrapGlobalsUniqID, which begins anew behind the last.
    static let numbers: ClosedRange<Int32> = 0...32_000
    /// A number that is further behind is no late one: the device began to count anew.
    private static let latestNumbers: Int32 = 64
    /// Longer than it takes a busy device to count on by so many, and far less than its numbers take to come round,
    /// which would make any of them look late: an alarm that stood for days would never end.
    private static let longestNumbered: Int64 = 600_000_000_000
    /// Longer than a network delays and an inform is usually repeated. Beyond it another boot explains what two clocks
    /// say as well.
    private static let longestDelay: Int64 = 30_000_000_000
    /// The clock of a script that runs for a moment says nothing of when it ran (hundredths of a second).
    private static let leastUptime: UInt32 = 6_000
    private static let hundredth: Int64 = 10_000_000

    public var received: Timestamp
    /// sysUpTime, in hundredths of a second; `nil` where the sender's clock is not to be relied on.
    public var uptime: UInt32?
    public var runningNumber: Int32?

    public init(received: Timestamp, uptime: UInt32?, runningNumber: Int32? = nil) {
        self.received = received
        self.uptime = uptime
        self.runningNumber = runningNumber
    }

    /// Whether anything can be older than this.
    var tellsAnything: Bool { runningNumber != nil || uptime.map { $0 >= DeviceOrder.leastUptime } ?? false }

    /// Whether the device sent this before `other`, which was received before it. The running number decides, and where
    /// one has none, the clock; `false` where neither can tell.
    public func isOlder(than other: DeviceOrder) -> Bool {
        let passed = received.nanoseconds(since: other.received)
        // It began after the other one was received.
        if let uptime, Int64(uptime) * DeviceOrder.hundredth <= passed { return false }
        if let number = runningNumber, let otherNumber = other.runningNumber {
            guard passed <= DeviceOrder.longestNumbered else { return false }
            let count = DeviceOrder.numbers.upperBound + 1
            let behind = (otherNumber - number + count) % count
            return 1...DeviceOrder.latestNumbers ~= behind
        }
        guard let uptime, let otherUptime = other.uptime, uptime >= DeviceOrder.leastUptime,
            uptime < otherUptime
        else { return false }
        // By its own clock it was sent that long before it came.
        let delay = passed + Int64(otherUptime - uptime) * DeviceOrder.hundredth
        return 0...DeviceOrder.longestDelay ~= delay
    }
}
