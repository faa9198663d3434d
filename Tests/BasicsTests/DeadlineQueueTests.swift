import Basics
import Testing

@Suite struct DeadlineQueueTests {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

    @Test func theEarliestComesFirst() {
        var queue = DeadlineQueue<String>()
        #expect(queue.next == nil)
        for (key, seconds) in [("c", Int64(30)), ("a", 10), ("b", 20)] { queue.set(key, to: at(seconds)) }
        #expect(queue.next == at(10))
        #expect(queue.takeNext(by: at(9)) == nil)
        #expect(queue.takeNext(by: at(25))?.key == "a")
        #expect(queue.takeNext(by: at(25))?.key == "b")
        #expect(queue.takeNext(by: at(25)) == nil)
        #expect(queue.next == at(30))
        #expect(queue.count == 1)
    }

    @Test func ofOneMomentTheKeysDecide() {
        var queue = DeadlineQueue<String>()
        for key in ["m", "z", "a", "q"] { queue.set(key, to: at(5)) }
        #expect((0..<4).compactMap { _ in queue.takeNext(by: at(5))?.key } == ["a", "m", "q", "z"])
    }

    @Test func aDeadlineCanBeMovedAndTakenAway() {
        var queue = DeadlineQueue<Int>()
        queue.set(1, to: at(10))
        queue.set(2, to: at(20))
        queue.set(1, to: at(40))
        #expect(queue.next == at(20))
        queue.set(2, to: nil)
        #expect(queue.next == at(40))
        #expect(queue.deadline(of: 1) == at(40))
        queue.set(1, to: nil)
        #expect(queue.next == nil)
        #expect(queue.takeNext(by: at(100)) == nil)
    }

    @Test func allCanBePostponed() {
        var queue = DeadlineQueue<Int>()
        for key in 1...9 { queue.set(key, to: at(Int64(key * 7 % 10))) }
        queue.postpone(by: 100_000_000_000)
        #expect((1...9).compactMap { _ in queue.takeNext(by: at(200))?.due.seconds } == Array(101...109))
    }

    /// Against a dictionary that is searched each time.
    @Test func agreesWithAModel() {
        let seed = UInt64.random(in: 0...(.max))
        var state = seed
        func random(below limit: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % limit
        }
        var queue = DeadlineQueue<UInt64>()
        var model: [UInt64: Timestamp] = [:]
        for _ in 0..<5_000 {
            let key = random(below: 50)
            switch random(below: 4) {
            case 0...1:
                let due = at(Int64(random(below: 1_000)))
                queue.set(key, to: due)
                model[key] = due
            case 2:
                queue.set(key, to: nil)
                model[key] = nil
            default:
                let time = at(Int64(random(below: 300)))
                let expected = model.filter { $0.value <= time }.min { ($0.value, $0.key) < ($1.value, $1.key) }
                let taken = queue.takeNext(by: time)
                #expect(taken?.key == expected?.key && taken?.due == expected?.value, "seed \(seed)")
                if let key = expected?.key { model[key] = nil }
            }
            #expect(queue.next == model.values.min(), "seed \(seed)")
            #expect(queue.count == model.count, "seed \(seed)")
        }
    }
}
