import Basics
import SNMPWire
import Testing

@testable import SNMPSecurity

/// What a clock of the store is worth after a restart, when the messages since it was saved are forgotten.
@Suite struct RestoredClockTests {
    private static let saved = Samples.moment(0).wall
    private let clock = EngineClock(
        engine: Samples.device, latest: EngineReading(boots: 3, time: 1_000), updated: saved)

    /// Why a message that tells this time is refused by a server that starts when the journal ends after so many seconds.
    private func refusal(_ time: Int32, boots: Int32 = 3, journalEnd: Int64, now: Int64) -> SecurityRefusal? {
        var timeliness = Timeliness([clock.restored(journalEnd: Samples.moment(journalEnd).wall)])
        do throws(SecurityRefusal) {
            try timeliness.judge(
                Samples.device, EngineReading(boots: boots, time: time), hash: 1, at: Samples.moment(now).wall,
                policy: .strict)
            return nil
        } catch {
            return error
        }
    }

    @Test func whatMayHaveBeenReceivedBeforeIsNotTakenAgain() {
        // The engine sent at each second until the journal's end, 2,000 s after the row was written.
        for second in stride(from: 0, through: 1_840, by: 40) as StrideThrough<Int32> {
            #expect(refusal(1_000 + second, journalEnd: 2_000, now: 2_001)?.label == "v3-not-in-time-window")
        }
        // What is younger the journal tells.
        #expect(refusal(3_000, journalEnd: 2_000, now: 2_001) == nil)
        #expect(refusal(2_860, journalEnd: 2_000, now: 2_001) == nil)
        #expect(refusal(0, boots: 4, journalEnd: 2_000, now: 2_001) == nil)
        #expect(refusal(5_000, boots: 2, journalEnd: 2_000, now: 2_001)?.label == "v3-boots-went-back")
    }

    /// A virtual machine that was suspended for a day goes on where it was.
    @Test func anEngineThatWasSilentMayHaveStoodStill() {
        let day: Int64 = 86_400
        #expect(refusal(1_000 + 3_700, journalEnd: day, now: day + 10) == nil)
        // The row would be another one, had it been heard later than an hour after.
        #expect(refusal(1_000 + 3_600, journalEnd: day, now: day + 10)?.label == "v3-not-in-time-window")
    }

    @Test func aRowThatWasJustWrittenForbidsNothing() {
        #expect(refusal(1_001, journalEnd: 1, now: 2) == nil)
        #expect(refusal(999, journalEnd: 1, now: 2) == nil)
    }
}
