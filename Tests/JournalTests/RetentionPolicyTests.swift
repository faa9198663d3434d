import Basics
import TestPeers
import Testing

@testable import Journal

/// What goes, what stays, and at what cost.
@Suite struct RetentionPolicyTests {
    private let now = Timestamp(seconds: 1_000_000)

    /// Segments 1, 2, … of 100 octets, the last one half full and being written; each a minute older than the next.
    private func segments(_ count: Int) -> [SegmentSummary] {
        (1...count).map { number in
            SegmentSummary(
                number: UInt64(number), size: number == count ? 50 : 100,
                lastWritten: Timestamp(seconds: 1_000_000 - Int64(count - number) * 60))
        }
    }

    private func plan(
        _ count: Int, size: Int = .max, limit: Int = .max, age: Duration = .seconds(86_400),
        whenFull: JournalRetention.WhenFull = .refuseNew, pipeline: UInt64 = 100, sinks: [String: UInt64] = [:]
    ) -> RetentionPolicy.Plan {
        var retention = JournalRetention()
        retention.size = size
        retention.limit = limit
        retention.age = age
        retention.whenFull = whenFull
        return RetentionPolicy(retention: retention, segmentSize: 100).plan(
            segments(count), holds: .init(pipeline: pipeline, sinks: sinks), now: now)
    }

    private func removal(_ segment: UInt64, _ cost: RetentionPolicy.Removal.Cost = .none) -> RetentionPolicy.Removal {
        .init(segment: segment, cost: cost)
    }

    @Test func whatIsWithinTheBoundsStays() {
        #expect(plan(5) == RetentionPolicy.Plan())
        #expect(plan(5, size: 450) == RetentionPolicy.Plan())
        #expect(plan(0 + 1, size: 0, limit: 1_000, age: .zero) == RetentionPolicy.Plan(), "the one being written")
        let none = RetentionPolicy(retention: JournalRetention(), segmentSize: 1).plan(
            [], holds: .init(pipeline: 0), now: now)
        #expect(none == RetentionPolicy.Plan())
    }

    @Test func theOldestGoByTheirSize() {
        #expect(plan(5, size: 449).removals == [removal(1)])
        #expect(plan(5, size: 250).removals == [removal(1), removal(2)])
        #expect(plan(5, size: 0).removals == [1, 2, 3, 4].map { removal($0) })
    }

    @Test func theOldestGoByTheirAge() {
        #expect(plan(5, age: .seconds(240)).removals == [])
        #expect(plan(5, age: .seconds(239)).removals == [removal(1)])
        #expect(plan(5, age: .seconds(61)).removals == [1, 2, 3].map { removal($0) })
    }

    @Test func aHeldSegmentAndAllBehindItStay() {
        let byPipeline = plan(5, size: 0, pipeline: 3)
        #expect(byPipeline.removals == [removal(1), removal(2)])
        #expect(byPipeline.held == ["pipeline": 2] && byPipeline.holders == ["pipeline"] && !byPipeline.isAtLimit)
        let bySinks = plan(5, size: 0, sinks: ["a": 2, "b": 4, "c": 9])
        #expect(bySinks.removals == [removal(1)])
        #expect(bySinks.held == ["a": 3, "b": 1] && bySinks.holders == ["a"] && !bySinks.isAtLimit)
    }

    @Test func atTheLimitSinksGiveWayUnderEitherChoice() {
        for whenFull in JournalRetention.WhenFull.allCases {
            // 450 octets, 50 more that the last segment may still take, and 100 for the next one.
            let plan = plan(5, size: 200, limit: 500, whenFull: whenFull, sinks: ["b": 1, "a": 1, "c": 3])
            #expect(plan.removals == [removal(1, .datagrams(sinks: ["a", "b"]))])
            #expect(plan.isAtLimit && !plan.isFull)
        }
        #expect(plan(5, size: 200, limit: 600, sinks: ["a": 1]).removals == [])
    }

    @Test func atTheLimitThePipelinesGoByChoiceAlone() {
        let refusing = plan(5, size: 0, limit: 350, pipeline: 2)
        #expect(refusing.removals == [removal(1)])
        #expect(refusing.isFull && refusing.isAtLimit)
        let dropping = plan(5, size: 0, limit: 400, whenFull: .dropOldest, pipeline: 2)
        #expect(dropping.removals == [removal(1), removal(2, .unprocessed)])
        #expect(!dropping.isFull && dropping.isAtLimit)
        #expect(dropping.held == ["pipeline": 3])
    }

    @Test func whatBothNeedCostsMore() {
        let plan = plan(5, size: 0, limit: 400, whenFull: .dropOldest, pipeline: 1, sinks: ["a": 1])
        #expect(plan.removals == [removal(1, .unprocessed), removal(2, .unprocessed)])
    }

    @Test func aClockThatWentBackRemovesNothing() {
        let future = [
            SegmentSummary(number: 1, size: 1, lastWritten: Timestamp(seconds: 2_000_000)),
            SegmentSummary(number: 2, size: 1, lastWritten: Timestamp(seconds: 2_000_000)),
        ]
        let plan = RetentionPolicy(retention: JournalRetention(), segmentSize: 1).plan(
            future, holds: .init(pipeline: 9), now: now)
        #expect(plan.removals == [])
    }

    /// Whatever is appended, held and removed: what is promised to be kept is kept.
    @Test func whatIsPromisedToBeKeptIsKept() {
        for seed in 0..<200 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var list = SegmentList()
            list.note(1, size: 10, at: now)
            var holds = RetentionPolicy.Holds(pipeline: 1)
            var retention = JournalRetention()
            retention.age = .seconds(Int.random(in: 1...2_000, using: &random))
            retention.size = Int.random(in: 100...1_000, using: &random)
            retention.limit = retention.size + Int.random(in: 0...1_000, using: &random)
            retention.whenFull = Bool.random(using: &random) ? .dropOldest : .refuseNew
            let policy = RetentionPolicy(retention: retention, segmentSize: 100)
            var clock = now
            for _ in 0..<300 {
                clock.nanoseconds += Int64.random(in: 0...60_000_000_000, using: &random)
                let last = list.segments.last!
                switch Int.random(in: 0..<4, using: &random) {
                case 0, 1:
                    let isNew = last.size >= 100
                    list.note(
                        last.number + (isNew ? 1 : 0),
                        size: isNew ? 10 : last.size + UInt64.random(in: 1...40, using: &random),
                        at: clock)
                case 2:
                    holds.pipeline = min(last.number, holds.pipeline + UInt64.random(in: 0...3, using: &random))
                default:
                    let name = "sink \(Int.random(in: 0..<3, using: &random))"
                    let new = UInt64.random(in: 1...last.number, using: &random)
                    holds.sinks[name] = Bool.random(using: &random) ? nil : max(holds.sinks[name] ?? 0, new)
                }
                let before = list
                let plan = policy.plan(list.segments, holds: holds, now: clock)
                for (removal, oldest) in zip(plan.removals, before.segments) {
                    #expect(removal.segment == oldest.number, "seed \(seed): oldest first, whole ones")
                    let isNeededBySink = holds.sinks.values.contains { $0 <= removal.segment }
                    let total = Int(list.total) + 200 - min(100, Int(before.segments.last!.size))
                    switch removal.cost {
                    case .none:
                        #expect(removal.segment < holds.pipeline && !isNeededBySink, "seed \(seed)")
                        let age = Duration.nanoseconds(clock.nanoseconds(since: oldest.lastWritten))
                        #expect(
                            age > retention.age || Int(list.total) > retention.size || total > retention.limit,
                            "seed \(seed): it was within the bounds")
                    case .datagrams:
                        #expect(removal.segment < holds.pipeline && isNeededBySink, "seed \(seed)")
                        #expect(total > retention.limit, "seed \(seed): the limit was not reached")
                    case .unprocessed:
                        #expect(retention.whenFull == .dropOldest && total > retention.limit, "seed \(seed)")
                    }
                    let isRemoved = list.remove(removal.segment)
                    #expect(isRemoved, "seed \(seed)")
                }
                #expect(list.segments.last == before.segments.last, "seed \(seed): the one being written stays")
                #expect(list.total == list.segments.reduce(0) { $0 + $1.size }, "seed \(seed)")
                let isHeldByPipeline = list.segments.dropLast().contains { $0.number >= holds.pipeline }
                if retention.whenFull == .dropOldest || !isHeldByPipeline {
                    #expect(
                        list.segments.count == 1 || Int(list.total) <= retention.limit, "seed \(seed): past the limit")
                }
            }
        }
    }
}
