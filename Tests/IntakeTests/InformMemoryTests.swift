import Basics
import TestPeers
import Testing

@testable import Intake

@Suite struct InformMemoryTests {
    private typealias Memory = InformMemory<String>

    private static let minute: Int64 = 60 * 1_000_000_000

    private func key(_ requestID: Int32, port: UInt16 = 5_000, content: Int = 1) -> Memory.Key {
        Memory.Key(sender: .loopback(port), requestID: requestID, content: content)
    }

    private func ticket(_ verdict: Memory.Verdict) throws -> Memory.Ticket {
        guard case .new(let ticket) = verdict else { throw Unexpected(verdict: "\(verdict)") }
        return ticket
    }

    private struct Unexpected: Error {
        let verdict: String
    }

    private func isInFlight(_ verdict: Memory.Verdict) -> Bool {
        if case .inFlight = verdict { true } else { false }
    }

    private func isDurable(_ verdict: Memory.Verdict) -> Bool {
        if case .durable = verdict { true } else { false }
    }

    @Test func aRepeatWaitsForItsFirstAndIsThenAnsweredAtOnce() throws {
        var memory = Memory()
        let first = try ticket(memory.judge(key(1), now: 0, answer: "first"))
        #expect(isInFlight(memory.judge(key(1), now: 1, answer: "again")))
        #expect(isInFlight(memory.judge(key(1), now: 2, answer: "and again")))
        let repeats = memory.settle(key(1), first, isDurable: true)
        #expect(repeats.count == 2)
        #expect(repeats.answers == ["again", "and again"])
        #expect(isDurable(memory.judge(key(1), now: 3, answer: "late")))
    }

    @Test func whatDidNotReachTheDiskIsNewAgain() throws {
        var memory = Memory()
        let first = try ticket(memory.judge(key(1), now: 0, answer: ""))
        _ = memory.judge(key(1), now: 0, answer: "again")
        #expect(memory.settle(key(1), first, isDurable: false).count == 1)
        let second = try ticket(memory.judge(key(1), now: 1, answer: ""))
        #expect(memory.settle(key(1), first, isDurable: true).count == 0)
        #expect(isInFlight(memory.judge(key(1), now: 1, answer: "")), "the first's fate is not the second's")
        #expect(memory.settle(key(1), second, isDurable: true).count == 1)
    }

    @Test func senderPortRequestAndContentAllCount() throws {
        var memory = Memory()
        _ = try ticket(memory.judge(key(1), now: 0, answer: ""))
        _ = try ticket(memory.judge(key(2), now: 0, answer: ""))
        _ = try ticket(memory.judge(key(1, port: 5_001), now: 0, answer: ""))
        _ = try ticket(memory.judge(key(1, content: 2), now: 0, answer: ""))
        #expect(memory.count == 4)
    }

    @Test func fiveMinutesLaterItIsNew() throws {
        var memory = Memory()
        let first = try ticket(memory.judge(key(1), now: 0, answer: ""))
        _ = memory.settle(key(1), first, isDurable: true)
        #expect(isDurable(memory.judge(key(1), now: 5 * Self.minute, answer: "")))
        _ = try ticket(memory.judge(key(1), now: 5 * Self.minute + 1, answer: ""))
    }

    @Test func theOldestIsForgottenForWantOfRoom() throws {
        var memory = Memory(capacity: 2)
        for id in 1...3 as ClosedRange<Int32> {
            let ticket = try ticket(memory.judge(key(id), now: 0, answer: ""))
            _ = memory.settle(key(id), ticket, isDurable: true)
        }
        #expect(memory.count == 2)
        #expect(isDurable(memory.judge(key(2), now: 0, answer: "")))
        #expect(isDurable(memory.judge(key(3), now: 0, answer: "")))
        #expect(memory.takeForgotten() == 1)
        #expect(memory.takeForgotten() == 0)
        _ = try ticket(memory.judge(key(1), now: 0, answer: ""))
    }

    @Test func oneInFlightIsNeverForgotten() throws {
        var memory = Memory(capacity: 1)
        let first = try ticket(memory.judge(key(1), now: 0, answer: ""))
        let second = try ticket(memory.judge(key(2), now: 0, answer: ""))
        #expect(memory.count == 1)
        #expect(isInFlight(memory.judge(key(1), now: 10 * Self.minute, answer: "again")))
        #expect(memory.settle(key(2), second, isDurable: true).count == 0)
        #expect(memory.settle(key(1), first, isDurable: true).answers == ["again"])
    }

    @Test func answersThatWaitAreLimitedAndRepeatsAllCounted() throws {
        var memory = Memory()
        let first = try ticket(memory.judge(key(1), now: 0, answer: ""))
        for _ in 0..<100 { _ = memory.judge(key(1), now: 0, answer: "again") }
        let repeats = memory.settle(key(1), first, isDurable: true)
        #expect(repeats.count == 100)
        #expect(repeats.answers.count == Memory.waitingLimit)
    }

    /// Random traffic against a plain model: what was settled as durable within its time is known, and the table never
    /// passes its capacity.
    @Test func itStaysWithinItsRoomAndForgetsOnlyTheOldest() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        var memory = Memory(capacity: 50)
        var durable: [Int32] = []
        for step in 0..<20_000 as Range<Int64> {
            let id = Int32.random(in: 0..<200, using: &random)
            switch memory.judge(key(id), now: step, answer: "") {
            case .new(let ticket):
                let isKept = Bool.random(using: &random)
                _ = memory.settle(key(id), ticket, isDurable: isKept)
                durable.removeAll { $0 == id }
                if isKept { durable.append(id) }
            case .durable: #expect(durable.contains(id), "seed \(seed)")
            case .inFlight: Issue.record("all are settled at once; seed \(seed)")
            }
            #expect(memory.count <= 50, "seed \(seed)")
        }
        for id in durable.suffix(10) {
            #expect(isDurable(memory.judge(key(id), now: 20_000, answer: "")), "seed \(seed)")
        }
    }
}
