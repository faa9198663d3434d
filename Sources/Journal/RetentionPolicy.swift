public import Basics

/// Which segments go: the oldest first, whole ones, never the one being written. Pure; the keeper of a server does it.
///
/// A segment is *due* by its age, by the size of all, or by the limit. One that is due goes if nobody needs it. Past the
/// limit it goes where only sinks do, whose events stay and lack their datagram; one that the pipeline has not
/// processed goes by ``JournalRetention/WhenFull/dropOldest`` alone.
public struct RetentionPolicy: Sendable {
    /// Who needs which segment, and all that follow it.
    public struct Holds: Sendable, Hashable {
        /// The segment that the pipeline would read on in after a crash.
        public var pipeline: UInt64
        /// By name; a sink that needs none is not in it.
        public var sinks: [String: UInt64]

        public init(pipeline: UInt64, sinks: [String: UInt64] = [:]) {
            self.pipeline = pipeline
            self.sinks = sinks
        }

        /// The sinks that need a segment, by name.
        public func sinks(needing segment: UInt64) -> [String] {
            sinks.filter { $0.value <= segment }.keys.sorted()
        }
    }

    public struct Removal: Sendable, Hashable {
        public enum Cost: Sendable, Hashable {
            /// Nobody needs it.
            case none
            /// These sinks deliver some events without their datagrams.
            case datagrams(sinks: [String])
            /// It is not processed, or is not known to be for good.
            case unprocessed
        }

        public var segment: UInt64
        public var cost: Cost

        public init(segment: UInt64, cost: Cost) {
            self.segment = segment
            self.cost = cost
        }
    }

    public struct Plan: Sendable, Hashable {
        /// Oldest first.
        public var removals: [Removal] = []
        /// How many segments each holder keeps beyond their time, those that go all the same among them.
        public var held: [String: Int] = [:]
        /// Who keeps the oldest of them.
        public var holders: [String] = []
        /// The limit is reached even with all removals done: the writer refuses what is new.
        public var isFull = false

        /// Something was done, or must be, that nobody wants.
        public var isAtLimit: Bool { isFull || removals.contains { $0.cost != .none } }
    }

    /// The pipeline's name among holders.
    public static let pipeline = "pipeline"

    public var retention: JournalRetention
    /// Octets that the segment being written may grow to. Room is made for all of it and for the next one, so that the
    /// limit is not reached while what nobody may wait for is being removed.
    public var segmentSize: Int

    public init(retention: JournalRetention, segmentSize: Int) {
        self.retention = retention
        self.segmentSize = segmentSize
    }

    /// - Parameter segments: lowest number first; the last one is being written.
    public func plan(_ segments: [SegmentSummary], holds: Holds, now: Timestamp) -> Plan {
        var plan = Plan()
        guard let open = segments.last else { return plan }
        let room = segmentSize + max(0, segmentSize - Int(clamping: open.size))
        /// If nobody needed anything, and as it will be.
        var wanted = Int(clamping: segments.reduce(0) { $0 + $1.size })
        var left = wanted
        var isStopped = false
        for segment in segments.dropLast() {
            let size = Int(clamping: segment.size)
            guard wanted > retention.size || wanted + room > retention.limit || isOld(segment, now) else { break }
            wanted -= size
            let isUnprocessed = segment.number >= holds.pipeline
            let sinks = holds.sinks(needing: segment.number)
            if isUnprocessed { plan.held[Self.pipeline, default: 0] += 1 }
            for sink in sinks { plan.held[sink, default: 0] += 1 }
            if plan.holders.isEmpty { plan.holders = isUnprocessed ? [Self.pipeline] : sinks }

            let cost: Removal.Cost = isUnprocessed ? .unprocessed : sinks.isEmpty ? .none : .datagrams(sinks: sinks)
            // There are no holes: what follows a segment that stays stays too.
            isStopped = isStopped || !mayGo(cost, isPastLimit: left + room > retention.limit)
            guard !isStopped else { continue }
            plan.removals.append(Removal(segment: segment.number, cost: cost))
            left -= size
        }
        plan.isFull = left >= retention.limit
        return plan
    }

    private func mayGo(_ cost: Removal.Cost, isPastLimit: Bool) -> Bool {
        switch cost {
        case .none: true
        case .datagrams: isPastLimit
        case .unprocessed: isPastLimit && retention.whenFull == .dropOldest
        }
    }

    private func isOld(_ segment: SegmentSummary, _ now: Timestamp) -> Bool {
        .nanoseconds(now.nanoseconds(since: segment.lastWritten)) > retention.age
    }
}
