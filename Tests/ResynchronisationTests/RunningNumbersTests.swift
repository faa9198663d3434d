import Basics
import Foundation
import SNMPWire
import Testing

@testable import Resynchronisation

/// What running numbers tell, whatever shares them.
@Suite struct RunningNumbersTests {
    private static let second: Int64 = 1_000_000_000

    private func time(_ seconds: Double) -> Timestamp { Timestamp(nanoseconds: Int64(seconds * 1e9)) }

    private func heard(_ numbers: [Int], from: RunningNumbers = RunningNumbers(), at start: Double = 0)
        -> RunningNumbers
    {
        var running = from
        for (index, number) in numbers.enumerated() {
            running.note(number, of: .alarm, at: time(start + Double(index) / 100))
        }
        return running
    }

    @Test func nothingIsMissingWhereNumbersFollow() {
        let running = heard(Array(5...300))
        #expect(running.due == nil)
        #expect(running.finding(at: time(100)) == nil)
    }

    @Test func theFirstNumberTellsNothing() {
        #expect(heard([17_000]).due == nil)
    }

    @Test func aGapCountsAfterFiveSeconds() {
        let running = heard([1, 2, 5])
        #expect(running.due == time(5.02))
        #expect(running.finding(at: time(5.01)) == nil)
        #expect(running.finding(at: time(5.02)) == .gap)
    }

    @Test func aLateNumberFillsItsGap() {
        #expect(heard([1, 2, 5, 3]).due == time(5.02))
        #expect(heard([1, 2, 5, 3, 4]).due == nil)
        #expect(heard([1, 2, 5, 4, 3]).due == nil)
        #expect(heard([1, 70, 6]).due != nil)
    }

    @Test func eachGapStandsForItself() {
        // The first is filled, the second began later.
        let running = heard([1, 3, 5, 2])
        #expect(running.due == time(5.02))
    }

    @Test func duplicatesTellNothing() {
        #expect(heard([1, 1, 2, 2, 1, 2, 3]).due == nil)
    }

    @Test(arguments: 1...64) func aNumberALittleBehindIsLate(behind: Int) {
        #expect(heard([1_000, 1_000 - behind]).finding(at: time(60)) == nil)
    }

    @Test func aNumberFarBehindIsANewCounting() {
        let running = heard([1_000, 1_000 - 65])
        #expect(running.finding(at: time(4)) == nil)
        #expect(running.finding(at: time(6)) == .reset)
    }

    @Test func theWrapIsANewCounting() {
        #expect(heard([31_999, 32_000, 0, 1]).finding(at: time(60)) == .reset)
        #expect(heard([31_998, 5]).finding(at: time(60)) == .reset)
        #expect(heard([32_000, 1]).finding(at: time(60)) == .reset)
    }

    @Test func whatIsLateAroundTheWrapIsLate() {
        var running = heard([31_999, 32_000, 0, 1])
        running.settle()
        running = heard([32_000, 31_990, 2, 0], from: running, at: 10)
        #expect(running.finding(at: time(60)) == nil)
    }

    @Test func settlingForgetsWhatIsMissing() {
        var running = heard([1, 5])
        running.settle()
        #expect(running.due == nil)
        running = heard([6, 9], from: running, at: 20)
        #expect(running.finding(at: time(30)) == .gap)
    }

    @Test func aPauseOfOurOwnIsNoStanding() {
        var running = heard([1, 5])
        running.postpone(by: 60 * Self.second)
        #expect(running.finding(at: time(60)) == nil)
        #expect(running.finding(at: time(65.02)) == .gap)
    }

    @Test func moreGapsThanAreKeptAskForAll() {
        let running = heard((0...40).map { $0 * 2 })
        #expect(running.finding(at: time(60)) == .reset)
    }

    @Test(arguments: [-1, 32_001, .max, .min]) func whatIsNoRunningNumberIsPassedOver(number: Int) {
        #expect(heard([1, 2, number, 3]).due == nil)
    }

    @Test func aRestartBeginsAnew() {
        var running = heard([500, 501])
        running.forget()
        #expect(heard([1, 2], from: running, at: 10).finding(at: time(60)) == nil)
    }

    // MARK: What shares the counter

    private struct Sent {
        var number: Int
        var kind: RunningNumbers.Class
    }

    /// Alarms, events and keep-alives as a device sends them that counts them together or not.
    private func traffic(
        _ count: Int, sharing: Set<RunningNumbers.Class>, generator: inout SeededGenerator
    ) -> [Sent] {
        var (shared, own) = (0, [RunningNumbers.Class.event: 0, .keepAlive: 0])
        return (0..<count).map { _ in
            let kind = RunningNumbers.Class.allCases.randomElement(using: &generator) ?? .alarm
            if kind == .alarm || sharing.contains(kind) {
                shared += 1
                return Sent(number: shared, kind: kind)
            }
            own[kind, default: 0] += 1
            return Sent(number: own[kind] ?? 0, kind: kind)
        }
    }

    private static let sharings: [Set<RunningNumbers.Class>] = [[], [.event], [.keepAlive], [.event, .keepAlive]]

    /// Whatever shares the counter, without losses nobody is asked, from the first notification on.
    @Test(arguments: sharings, 1...20)
    func withoutLossesNothingIsMissing(sharing: Set<RunningNumbers.Class>, seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var running = RunningNumbers()
        var clock = 0.0
        for sent in traffic(300, sharing: sharing, generator: &generator) {
            clock += 10
            #expect(running.finding(at: time(clock)) == nil, "seed \(seed)")
            running.note(sent.number, of: sent.kind, at: time(clock))
            // What seemed to be missing is asked for once, and costs no more than that.
            if running.finding(at: time(clock + 6)) != nil { running.settle() }
        }
    }

    /// Once it is learned what shares the counter, a lost alarm is found, and a lost notification of another counter is
    /// none.
    @Test(arguments: sharings, 1...20)
    func aLostAlarmIsFoundOnceItIsLearnedWhatIsShared(sharing: Set<RunningNumbers.Class>, seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let sent = traffic(400, sharing: sharing, generator: &generator)
        var running = RunningNumbers()
        for (index, one) in sent.prefix(200).enumerated() {
            running.note(one.number, of: one.kind, at: time(Double(index)))
        }
        running.settle()
        var lost: RunningNumbers.Class?
        for (index, one) in sent.dropFirst(200).enumerated() {
            if lost == nil, index > 20, one.kind == .alarm {
                lost = one.kind
                continue
            }
            running.note(one.number, of: one.kind, at: time(200 + Double(index) / 1_000))
        }
        #expect(running.finding(at: time(300)) == .gap, "seed \(seed)")

        var other = RunningNumbers()
        for (index, one) in sent.prefix(200).enumerated() {
            other.note(one.number, of: one.kind, at: time(Double(index)))
        }
        other.settle()
        for (index, one) in sent.dropFirst(200).enumerated()
        where index % 5 != 0 || one.kind == .alarm || sharing.contains(one.kind) {
            other.note(one.number, of: one.kind, at: time(200 + Double(index) / 1_000))
        }
        #expect(other.finding(at: time(300)) == nil, "seed \(seed)")
    }

    // MARK: Keeping

    @Test func whatIsKeptGoesOn() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            var numbers = RunningNumbers()
            for _ in 0..<Int.random(in: 0..<80, using: &generator) {
                numbers.note(
                    Int.random(in: 0...300, using: &generator),
                    of: RunningNumbers.Class.allCases.randomElement(using: &generator) ?? .alarm,
                    at: Timestamp(seconds: Int64.random(in: 1...1_000, using: &generator)))
            }
            #expect(RunningNumbers(packed: numbers.packed) == numbers, "\(numbers)")
        }
        #expect(RunningNumbers(packed: []) == nil)
        #expect(RunningNumbers(packed: [0, 0, 0, 0, 0, 0, 0, 0, 5]) == nil)
    }

    @Test func heardNotificationsAreKeptAsOctets() throws {
        var sync = DeviceSync()
        for number in 0..<5 {
            var identity = NotificationIdentity(
                trapOID: .enterprises.appending(7), variables: VariableBindings([]), .audiocodes)
            identity.source = "Board#\(number)"
            identity.time = number == 3 ? nil : [7, 230, 1, 2, UInt8(number)]
            sync.recent.append(HeardNotification(identity, heard: Int64(number) - 2, isLate: number == 2))
        }
        sync.unheard = Array(sync.recent.dropFirst(3))
        let kept = try PropertyListEncoder().encode(sync)
        #expect(try PropertyListDecoder().decode(DeviceSync.self, from: kept) == sync)
    }
}
