import Basics
import Store
import Testing

@Suite struct DeadLetterTests {
    private func letters(_ events: ClosedRange<Int64>) -> [DeadLetter] {
        events.map {
            DeadLetter(sink: "ops", event: $0, time: Timestamp(seconds: $0), reason: "rejected", detail: "550")
        }
    }

    @Test func theLatestAreKept() throws {
        let store = try EventStore.inMemory()
        let limit = Int64(EventStore.deadLetterLimit)
        try store.commit(BatchOutcome(deadLetters: letters(1...limit)))
        #expect(try store.deadLetters().count == EventStore.deadLetterLimit)
        try store.commit(BatchOutcome(deadLetters: letters(limit + 1...limit + 3)))
        let kept = try store.deadLetters()
        #expect(kept.count == EventStore.deadLetterLimit)
        #expect(kept.first?.event == 4)
        #expect(kept.last?.event == limit + 3)
    }
}
