internal import Basics

/// An engine's boots, and the seconds since the last one.
public struct EngineReading: Sendable, Hashable, Comparable {
    public var boots: Int32
    public var time: Int32

    public init(boots: Int32, time: Int32) {
        self.boots = boots
        self.time = time
    }

    public static func < (left: EngineReading, right: EngineReading) -> Bool {
        (left.boots, left.time) < (right.boots, right.time)
    }
}

/// What was received of other engines within the time window, so that it is not taken twice (RFC 3414 leaves that open for 150 s).
///
/// It holds hashes in slices, each for some seconds or some number of messages. A slice that is given up leaves behind
/// how far each of its engines' clocks had come: what is not newer than that cannot be told from a replay any more, and
/// is refused. So the memory is bounded and nothing is ever taken twice; a sender that is held up for longer than the
/// memory reaches loses what it sends.
struct ReplayMemory {
    private struct Slice {
        let begin: Timestamp
        var seen: Set<Int> = []
        var furthest: [Int32: EngineReading] = [:]
    }

    /// Twice the time window: an engine's clock may have been heard a window ahead of what it tells.
    static let span: Int64 = 300 * 1_000_000_000
    /// A look-up asks each: few, so that it stays cheap; several, so that little is given up at once.
    private static let slices = 4

    private let sliceLimit: Int
    /// The newest last.
    private var slices: [Slice] = []

    init(limit: Int) {
        sliceLimit = max(1, limit / Self.slices)
    }

    var count: Int { slices.reduce(0) { $0 + $1.seen.count } }

    func contains(_ hash: Int) -> Bool {
        slices.contains { $0.seen.contains(hash) }
    }

    /// - Parameter clock: what it tells, and its engine as a number of the caller's; `nil` where it is to leave nothing behind.
    /// - Returns: the clocks of a slice that had to be given up for it; empty for nearly all.
    mutating func insert(
        _ hash: Int, of clock: (engine: Int32, reading: EngineReading)?, at now: Timestamp
    ) -> [Int32: EngineReading] {
        var dropped: [Int32: EngineReading] = [:]
        let isCurrent = slices.last.map {
            $0.seen.count < sliceLimit && now.nanoseconds(since: $0.begin) < Self.span / Int64(Self.slices)
        }
        if isCurrent != true {
            // The wall clock may go back; a slice that begins in the future is as good as one that begins now.
            let isOld = slices.dropFirst().first.map { now.nanoseconds(since: $0.begin) >= Self.span } ?? false
            if isOld || slices.count > Self.slices {
                dropped = slices.removeFirst().furthest
            }
            slices.append(Slice(begin: now))
        }
        let last = slices.count - 1
        slices[last].seen.insert(hash)
        guard let (engine, reading) = clock else { return dropped }
        if let known = slices[last].furthest[engine], known >= reading { return dropped }
        slices[last].furthest[engine] = reading
        return dropped
    }

    /// A number that may be used for another engine from now on.
    mutating func forget(_ engine: Int32) {
        for index in slices.indices { slices[index].furthest[engine] = nil }
    }
}
