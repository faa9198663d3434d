import Testing

@testable import Manager

/// When requests are sent, again, and given up.
@Suite struct RequestTableTests {
    private static let second: Int64 = 1_000_000_000

    private func limits(_ change: (inout RequestLimits) -> Void = { _ in }) -> RequestLimits {
        var limits = RequestLimits()
        change(&limits)
        return limits
    }

    @Test func aRequestIsSentAgainWithGrowingPatienceAndThenGivenUp() throws {
        var table = RequestTable(limits { $0.tries = 3 })
        #expect(table.submit(1, device: "a") == true)
        var now: Int64 = 0
        var sendings: [Int64] = []
        var end: Int64?
        while end == nil {
            for action in table.advance(to: now) {
                switch action {
                case .send(1, let attempt):
                    sendings.append(now)
                    #expect(attempt == sendings.count)
                default:
                    #expect(action == .giveUp(1))
                    end = now
                }
            }
            now = try #require(end == nil ? table.nextDeadline : now)
        }
        #expect(sendings.count == 3)
        let waits = zip(sendings.dropFirst() + [try #require(end)], sendings).map { $0 - $1 }
        for (wait, base) in zip(waits, [2, 4, 8]) {
            #expect(wait >= Int64(base) * Self.second)
            #expect(wait <= Int64(base) * Self.second * 9 / 8)
        }
        #expect(table.count == 0)
        #expect(table.nextDeadline == nil)
    }

    @Test func nothingIsSentBeforeItsTime() throws {
        var table = RequestTable(limits())
        #expect(table.submit(1, device: "a") == true)
        #expect(table.advance(to: 5) == [.send(1, attempt: 1)])
        let deadline = try #require(table.nextDeadline)
        #expect(table.advance(to: deadline - 1).isEmpty)
        #expect(table.advance(to: deadline) == [.send(1, attempt: 2)])
    }

    /// What came back asks for another datagram, which has the whole time of its try.
    @Test func aTryThatBeginsAnewIsStillTheSameTry() throws {
        var table = RequestTable(limits { $0.tries = 2 })
        #expect(table.submit(1, device: "a") == true)
        #expect(table.submit(2, device: "a") == true)
        #expect(table.restart(1, at: 0) == false, "it was not sent yet")
        #expect(table.advance(to: 0) == [.send(1, attempt: 1)])
        let first = try #require(table.nextDeadline)
        #expect(table.restart(1, at: first - 1) == true)
        for other in [2, 3] as [Int64] { #expect(table.restart(other, at: first - 1) == false) }
        #expect(table.advance(to: first).isEmpty)
        #expect(table.nextDeadline == 2 * first - 1)
        #expect(table.advance(to: 2 * first - 1) == [.send(1, attempt: 2)])
        let second = try #require(table.nextDeadline)
        #expect(table.restart(1, at: second - 1) == true)
        let last = try #require(table.nextDeadline)
        #expect(last > second && table.inFlight == 1)
        #expect(table.advance(to: last) == [.giveUp(1), .send(2, attempt: 1)])
        #expect(table.restart(1, at: last) == false)
    }

    @Test func aDeviceAnswersOneAtATimeAndOthersDoNotWaitForIt() {
        var table = RequestTable(limits())
        for (number, device) in [(1, "a"), (2, "a"), (3, "b"), (4, "a")] as [(Int64, String)] {
            #expect(table.submit(number, device: device) == true)
        }
        #expect(table.advance(to: 0) == [.send(1, attempt: 1), .send(3, attempt: 1)])
        table.remove(1)
        #expect(table.advance(to: 1) == [.send(2, attempt: 1)])
        table.remove(2)
        #expect(table.advance(to: 2) == [.send(4, attempt: 1)])
    }

    @Test func thereIsALimitOnAllOfThem() {
        var table = RequestTable(limits { $0.inAll = 2 })
        for number in 1...4 { #expect(table.submit(Int64(number), device: "device \(number)") == true) }
        #expect(table.advance(to: 0) == [.send(1, attempt: 1), .send(2, attempt: 1)])
        #expect(table.inFlight == 2)
        table.remove(2)
        #expect(table.advance(to: 1) == [.send(3, attempt: 1)])
        table.remove(1)
        table.remove(3)
        #expect(table.advance(to: 2) == [.send(4, attempt: 1)])
    }

    @Test func oneThatWaitsCanBeTakenBack() {
        var table = RequestTable(limits())
        #expect(table.submit(1, device: "a") == true)
        #expect(table.submit(2, device: "a") == true)
        #expect(table.submit(3, device: "a") == true)
        #expect(table.advance(to: 0) == [.send(1, attempt: 1)])
        #expect(table.remove(2) == true)
        #expect(table.remove(2) == false)
        table.remove(1)
        #expect(table.advance(to: 0) == [.send(3, attempt: 1)])
    }

    @Test func theLineIsBounded() {
        var table = RequestTable(limits { $0.waiting = 2 })
        #expect(table.submit(1, device: "a") == true)
        #expect(table.submit(2, device: "a") == true)
        #expect(table.submit(3, device: "b") == false)
        table.remove(1)
        #expect(table.submit(3, device: "b") == true)
    }

    @Test func manyDevicesGetTheirTurnsInOrder() {
        var table = RequestTable(limits { $0.inAll = 1 })
        for round in 0..<3 {
            for device in 0..<2_000 {
                #expect(table.submit(Int64(round * 2_000 + device), device: "\(device)") == true)
            }
        }
        var order: [Int64] = []
        while let action = table.advance(to: 0).first {
            guard case .send(let number, _) = action else { break }
            order.append(number)
            table.remove(number)
        }
        #expect(order.count == 6_000)
        #expect(Set(order.prefix(2_000).map { $0 % 2_000 }).count == 2_000)
    }
}
