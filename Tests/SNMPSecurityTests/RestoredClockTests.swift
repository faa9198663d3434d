import Basics
import SNMPWire
import Testing

@testable import SNMPSecurity

/// What a clock of the store is worth after a restart, when the messages since it was saved are forgotten.
@Suite struct RestoredClockTests {
    private static let saved = Samples.moment(0).wall
    private let clock = EngineClock(
        engine: Samples.device, latest: EngineReading(boots: 3, time: 1_000), updated: saved)

    /// What of the journal is read at the start.
    private enum Recall {
        /// All that came since then, in seconds, and without a message of this engine.
        case since(Int64, isUpToDate: Bool = true)
        case nothing
    }

    /// Why a message that tells this time is refused by a server that starts when the journal ends after so many seconds.
    private func refusal(
        _ time: Int32, boots: Int32 = 3, journalEnd: Int64, now: Int64, _ recall: Recall = .nothing
    ) -> SecurityRefusal? {
        let security = IncomingSecurity(
            engine: Samples.ownEngine, users: UserTable([]),
            timeliness: Timeliness([clock.restored(journalEnd: Samples.moment(journalEnd).wall)]))
        if case .since(let time, let isUpToDate) = recall {
            security.recall([], since: Samples.moment(time).wall, isUpToDate: isUpToDate)
        }
        return security.withTimeliness { timeliness in
            do throws(SecurityRefusal) {
                try timeliness.judge(
                    Samples.device, EngineReading(boots: boots, time: time), hash: 1, at: Samples.moment(now).wall,
                    policy: .strict)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test func whatMayHaveBeenReceivedBeforeIsNotTakenAgain() {
        // The engine sent at each second until the journal's end, 2,000 s after the row was written.
        for second in stride(from: 0, through: 2_005, by: 35) as StrideThrough<Int32> {
            #expect(refusal(1_000 + second, journalEnd: 2_000, now: 2_020) != nil)
        }
        #expect(refusal(3_020, journalEnd: 2_000, now: 2_020) == nil)
        #expect(refusal(0, boots: 4, journalEnd: 2_000, now: 2_001) == nil)
        #expect(refusal(5_000, boots: 2, journalEnd: 2_000, now: 2_001)?.label == "v3-boots-went-back")
    }

    /// However long the stop was: what the journal's last minutes do not tell of is older than the stop.
    @Test(arguments: [0, 1, 145, 200, 301, 600, 86_400] as [Int64])
    func whatCameJustBeforeAStopIsNotTakenAgain(pause: Int64) {
        let now = 2_000 + pause
        for told in [2_600, 2_690, 2_700, 2_850, 2_860, 2_990, 3_000, 3_005] as [Int32] {
            // What came since is recalled, and this is none of it.
            let isSince = Int64(told) - 1_000 > now - 300 + EngineClock.margin
            #expect((refusal(told, journalEnd: 2_000, now: now, .since(now - 300)) == nil) == isSince)
            #expect(refusal(told, journalEnd: 2_000, now: now) != nil)
        }
        #expect(refusal(Int32(now + 1_000), journalEnd: 2_000, now: now, .since(now - 300)) == nil)
        #expect(refusal(Int32(now + 1_020), journalEnd: 2_000, now: now + 20) == nil)
    }

    /// A virtual machine that was suspended for a day goes on where it was.
    @Test func anEngineThatWasSilentMayHaveStoodStill() {
        let day: Int64 = 86_400
        #expect(refusal(1_000 + 3_700, journalEnd: day, now: day + 10, .since(day - 290)) == nil)
        // The row would be another one, had it been heard later than an hour after.
        #expect(refusal(1_000 + 3_600, journalEnd: day, now: day + 10, .since(day - 290)) != nil)
        // Unless that is where nobody has read.
        #expect(refusal(1_000 + 3_700, journalEnd: day, now: day + 10, .since(day - 290, isUpToDate: false)) != nil)
        #expect(refusal(1_000 + 3_700, journalEnd: day, now: day + 10) != nil)
    }

    @Test func aRowThatWasJustWrittenForbidsWhatItTells() {
        #expect(refusal(1_000, journalEnd: 1, now: 2, .since(-299)) != nil)
        #expect(refusal(1_001, journalEnd: 1, now: 2, .since(-299)) == nil)
    }
}
