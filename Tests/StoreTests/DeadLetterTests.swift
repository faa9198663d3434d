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
        try store.commit(BatchOutcome(progress: SinkProgress(deadLetters: letters(1...limit))))
        #expect(try store.deadLetters().count == EventStore.deadLetterLimit)
        try store.commit(BatchOutcome(progress: SinkProgress(deadLetters: letters(limit + 1...limit + 3))))
        let kept = try store.deadLetters()
        #expect(kept.count == EventStore.deadLetterLimit)
        #expect(kept.first?.event == 4)
        #expect(kept.last?.event == limit + 3)
    }

    private func commit(_ store: EventStore, _ progress: SinkProgress, _ requests: [OperatorRequest] = []) throws {
        try store.commit(BatchOutcome(progress: progress, requests: requests))
    }

    @Test func whatIsAskedForIsKnownUntilItWasSentAgain() throws {
        let store = try EventStore.inMemory()
        try commit(store, SinkProgress(deadLetters: letters(1...9)))
        #expect(try store.lettersAskedFor(of: "ops").isEmpty)
        try commit(store, SinkProgress(), [.resendLetters(sink: "ops", events: 2...4)])
        try commit(store, SinkProgress(), [.resendLetters(sink: "noc", events: 1...9)])
        #expect(try store.lettersAskedFor(of: "ops") == [2, 3, 4])
        #expect(try store.deadLetters().filter(\.isAskedFor).map(\.event) == [2, 3, 4])
        // 2 was taken; 3 was refused anew.
        try commit(
            store, SinkProgress(deadLetters: letters(3...3), settled: ["ops": [2, 3, 9], "noc": [1]]))
        #expect(try store.lettersAskedFor(of: "ops") == [4])
        #expect(try store.deadLetters().map(\.event) == [1, 4, 5, 6, 7, 8, 9, 3], "9 was not asked for")
    }

    @Test func forgottenLettersAreGone() throws {
        let store = try EventStore.inMemory()
        try commit(store, SinkProgress(deadLetters: letters(1...9)))
        try commit(store, SinkProgress(), [.forgetLetters(sink: "ops", events: 2...8)])
        try commit(store, SinkProgress(), [.forgetLetters(sink: "noc", events: 1...9)])
        #expect(try store.deadLetters().map(\.event) == [1, 9])
        #expect(try store.deadLetterCounts() == ["ops": 2])
    }

    @Test func lettersFollowTheirSinksNewName() throws {
        let store = try EventStore.inMemory()
        try commit(store, SinkProgress(deadLetters: letters(1...1)))
        try commit(store, SinkProgress(renamed: ["ops": "mail"]))
        #expect(try store.deadLetters().map(\.sink) == ["mail"])
    }
}
