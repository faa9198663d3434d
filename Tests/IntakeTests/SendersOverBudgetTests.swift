import Basics
import Testing

@testable import Intake

@Suite struct SendersOverBudgetTests {
    private let one = IPAddress(v4: 0x0a00_0001)
    private let two = IPAddress(v4: 0x0a00_0002)

    @Test func aStormIsTwoChanges() {
        var senders = SendersOverBudget()
        #expect(senders.look().isEmpty)
        senders.note(one, refused: 7)
        senders.note(one, refused: 3)
        #expect(senders.look() == [.began(one, refused: 10)])
        for _ in 0..<100 {
            senders.note(one, refused: 1_000)
            #expect(senders.look().isEmpty)
        }
        for _ in 1..<SendersOverBudget.quietLooks { #expect(senders.look().isEmpty) }
        #expect(senders.count == 1)
        #expect(senders.look() == [.ended(one, refused: 100_010)])
        #expect(senders.count == 0 && senders.look().isEmpty)
    }

    @Test func wavesAreOneStorm() {
        var senders = SendersOverBudget()
        senders.note(one, refused: 1)
        #expect(senders.look() == [.began(one, refused: 1)])
        for _ in 0..<5 {
            for _ in 1..<SendersOverBudget.quietLooks { #expect(senders.look().isEmpty) }
            senders.note(one, refused: 1)
        }
        for _ in 0..<SendersOverBudget.quietLooks { #expect(senders.look().isEmpty) }
        #expect(senders.look() == [.ended(one, refused: 6)])
    }

    @Test func eachSenderHasItsOwn() {
        var senders = SendersOverBudget()
        senders.note(two, refused: 2)
        senders.note(one, refused: 1)
        #expect(senders.look() == [.began(one, refused: 1), .began(two, refused: 2)])
        for _ in 1..<SendersOverBudget.quietLooks {
            senders.note(two, refused: 1)
            #expect(senders.look().isEmpty)
        }
        #expect(senders.look() == [.ended(one, refused: 1)])
    }

    @Test func thoseForWhomThereIsNoRoomAreToldAsOne() {
        var senders = SendersOverBudget()
        for number in 0..<UInt32(SendersOverBudget.capacity + 50) {
            senders.note(IPAddress(v4: number), refused: 2)
        }
        #expect(senders.count == SendersOverBudget.capacity + 1)
        let changes = senders.look()
        #expect(changes.count == SendersOverBudget.capacity + 1)
        #expect(changes.last == .began(nil, refused: 100))
        // One that is known goes on being counted by itself.
        senders.note(IPAddress(v4: 0), refused: 1)
        #expect(senders.end().first == .ended(IPAddress(v4: 0), refused: 3))
    }

    @Test func atTheEndAllThatBeganEnds() {
        var senders = SendersOverBudget()
        senders.note(one, refused: 1)
        _ = senders.look()
        senders.note(two, refused: 5)
        #expect(senders.end() == [.began(two, refused: 5), .ended(one, refused: 1), .ended(two, refused: 5)])
        #expect(senders.end().isEmpty && senders.count == 0)
    }
}
