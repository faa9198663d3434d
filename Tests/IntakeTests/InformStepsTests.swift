import Basics
import Testing

@testable import Intake

@Suite struct InformStepsTests {
    private func address(_ number: Int) -> IPAddress { IPAddress(v4: 0x0a00_0000 + UInt32(number)) }
    private let second: Int64 = 1_000_000_000

    /// One question every ten seconds.
    private func ask(_ steps: inout InformSteps, _ address: IPAddress, _ times: Int, from begin: Int64 = 0) -> [Int?] {
        (0..<times).map { steps.note(address, now: (begin + 10 * Int64($0)) * second) }
    }

    @Test func whoAsksForeverIsFoundOut() {
        var steps = InformSteps()
        #expect(ask(&steps, address(1), 13) == [Int?](repeating: nil, count: 10) + [11, 12, 13])
        // Others have nothing to do with it.
        #expect(steps.note(address(2), now: 130 * second) == nil)
        steps.settle(address(1))
        #expect(ask(&steps, address(1), 10, from: 140) == [Int?](repeating: nil, count: 10))
    }

    /// All devices behind a NAT, after a restart of this server.
    @Test func manyAtOnceAreNoTrouble() {
        var steps = InformSteps()
        for _ in 0..<1_000 { #expect(steps.note(address(1), now: second) == nil) }
        #expect(steps.note(address(1), now: second + InformSteps.patience - 1) == nil)
        #expect(steps.note(address(1), now: second + InformSteps.patience) == 1_002)
    }

    @Test func whatIsLongAgoIsForgotten() {
        var steps = InformSteps()
        let day = 24 * 3_600 * second
        // One that looks in once a day, and one that has something to say twice a day.
        for number in 0..<30 as Range<Int64> { #expect(steps.note(address(1), now: number * day) == nil) }
        let answers = (0..<30 as Range<Int64>).map { steps.note(address(2), now: $0 * day / 2) }
        #expect(answers.count { $0 != nil } == 20)
    }

    @Test func isBounded() {
        var steps = InformSteps(capacity: 100)
        _ = ask(&steps, address(0), 11)
        for number in 1..<1_000 { #expect(steps.note(address(number), now: 200 * second) == nil) }
        // Addresses that are made up push nobody out who is in trouble.
        #expect(steps.note(address(0), now: 201 * second) == 12)
        // Unless all of them are.
        for number in 0..<99 { _ = ask(&steps, address(number), 11, from: 300) }
        for number in 1_000..<1_010 { #expect(steps.note(address(number), now: 500 * second) == nil) }
        #expect(steps.note(address(0), now: 501 * second) == nil)
    }
}
