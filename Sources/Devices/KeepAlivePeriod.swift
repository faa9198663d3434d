/// How often a device sends its keep-alives, learned from them: a few octets, since every device has one.
///
/// One interval alone says nothing: keep-alives sent one after another at a start would make a period of a second, and
/// the device would be called lost between any two that follow. A lost keep-alive must not make the period longer, nor
/// one sent early make it shorter; what keeps coming does.
public struct KeepAlivePeriod: Sendable, Hashable {
    /// `nil` until two intervals in a row were about the same.
    public var milliseconds: UInt32? { learned == 0 ? nil : learned }

    /// 0 until it is learned.
    public private(set) var learned: UInt32
    /// The last interval that did not fit, and how many like it came in a row.
    public private(set) var odd: UInt32
    public private(set) var oddCount: UInt8

    /// What comes sooner is a copy of the one before (a retransmission, a second socket's) or a device that just began:
    /// keep-alives keep a NAT's binding open, which lasts for tens of seconds. A shorter period can be configured.
    static let shortest: UInt32 = 5_000
    /// A device that is heard less than daily cannot be called lost in any useful time.
    static let longest: UInt32 = 86_400_000
    /// So many intervals in a row that are longer than expected make a new period: with two, a lost keep-alive now and
    /// then would.
    private static let longerIntervals: UInt8 = 3
    private static let shorterIntervals: UInt8 = 2
    private static let firstIntervals: UInt8 = 2

    public init(learned: UInt32 = 0, odd: UInt32 = 0, oddCount: UInt8 = 0) {
        self.learned = learned
        self.odd = odd
        self.oddCount = oddCount
    }

    /// A keep-alive came so long after the one before.
    public mutating func note(intervalNanoseconds: Int64) {
        guard let interval = UInt32(exactly: intervalNanoseconds / 1_000_000), interval >= Self.shortest,
            interval <= Self.longest
        else { return }
        if learned != 0, Self.isNear(interval, learned, percent: 40) {
            learned = UInt32((UInt64(learned) * 7 + UInt64(interval)) / 8)
            oddCount = 0
            return
        }
        oddCount = oddCount > 0 && Self.isNear(interval, odd, percent: 20) ? oddCount + 1 : 1
        odd = interval
        let needed =
            learned == 0
            ? Self.firstIntervals : interval > learned ? Self.longerIntervals : Self.shorterIntervals
        if oddCount >= needed {
            learned = interval
            oddCount = 0
        }
    }

    private static func isNear(_ interval: UInt32, _ expected: UInt32, percent: UInt64) -> Bool {
        let difference = UInt64(interval > expected ? interval - expected : expected - interval)
        return difference * 100 <= UInt64(expected) * percent
    }
}
