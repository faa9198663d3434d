import Basics
import TestPeers
import Testing

@testable import SNMPSecurity

@Suite struct InformReplaysTests {
    /// However little it remembers, nothing is taken twice.
    @Test(arguments: [UInt64.random(in: .min ... .max), 1, 2])
    func nothingIsTakenTwice(seed: UInt64) {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        var replays = InformReplays(limit: 64)
        var taken: [ReplayNote] = []
        for step in 0..<5_000 {
            let now = Int32(step / 5)
            let note = ReplayNote(time: max(0, now + Int32.random(in: -20...20, using: &generator)), hash: step)
            if !replays.isReplay(note, now: now) { taken.append(note) }
            // As long as our clock lets it in at all.
            if let old = taken.randomElement(using: &generator), old.time >= now - 150 {
                let isReplay = replays.isReplay(old, now: now)
                #expect(isReplay)
            }
            #expect(replays.count <= 64)
        }
        #expect(taken.count > 2_000)
    }

    /// A sender whose clock is ahead of ours fills what is remembered, and shuts nobody else out.
    @Test func aClockThatIsAheadIsItsOwnSendersAffair() {
        var replays = InformReplays(limit: 1_000)
        for step in 0..<900 {
            let now = Int32(1_000 + step / 100)
            let replayed = [
                replays.isReplay(ReplayNote(time: now + 150, hash: 2 * step), now: now),
                replays.isReplay(ReplayNote(time: now, hash: 2 * step + 1), now: now),
            ]
            #expect(replayed == [false, false])
        }
        // More than it remembers, and nothing of it is taken twice.
        #expect(replays.count <= 1_000)
        let again = (0..<1_800).count {
            !replays.isReplay(
                ReplayNote(time: Int32(1_000 + $0 / 200 + ($0.isMultiple(of: 2) ? 150 : 0)), hash: $0), now: 1_009)
        }
        #expect(again == 0)
    }

    @Test func whatLeavesTheWindowTakesNoRoom() {
        var replays = InformReplays()
        for now in 0..<2_000 as Range<Int32> {
            let isReplay = replays.isReplay(ReplayNote(time: now, hash: 1), now: now)
            #expect(!isReplay)
        }
        #expect(replays.count <= 152)
        // Its time is judged before; should that be a moment ago, it is refused here.
        let atTheEdge = [1_848, 1_849].map { replays.isReplay(ReplayNote(time: $0, hash: 7), now: 1_999) }
        #expect(atTheEdge == [true, false])
    }
}
