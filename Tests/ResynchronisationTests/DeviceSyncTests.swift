import Basics
import Manager
import Testing

@testable import Resynchronisation

@Suite struct DeviceSyncTests {
    private let settings = SyncSettings(profile: .rfc3877, poll: nil)
    private let start = Timestamp(seconds: 1_000)

    /// Whoever typed it looks for the answer to it.
    @Test func anOperatorsWishIsTheReasonWhateverElseThereIs() {
        var sync = DeviceSync()
        _ = sync.restarted(at: start, bootEnds: false)
        sync.wish(.operatorsWord, at: start)
        sync.wish(.blind, at: start)
        #expect(sync.due == start)
        #expect(!sync.advance(to: start, settings).isEmpty)
        #expect(sync.job?.reason == .operatorsWord)
        // A restart puts it off, and asks for more.
        #expect(sync.restarted(at: start, bootEnds: false) == [.withdraw])
        #expect(sync.want?.reason == .operatorsWord)
        let later = start.adding(5 * DeviceSync.calm)
        #expect(!sync.advance(to: later, settings).isEmpty)
        #expect(sync.job?.reason == .operatorsWord)
        #expect(sync.job?.isActive == true)
    }

    @Test func whatFailedIsTriedAnewAtOnceAndWithShortPauses() {
        var sync = DeviceSync()
        var now = start
        sync.wish(.operatorsWord, at: now)
        for _ in 1...6 {
            now = max(now, sync.due ?? now)
            _ = sync.advance(to: now, settings)
            #expect(sync.unanswered("no answer", at: now, settings) == [.failed(.operatorsWord, "no answer")])
        }
        #expect(sync.due == now.adding(DeviceSync.firstPause << 5))
        sync.tryAnew(at: now)
        #expect(sync.due == now)
        _ = sync.advance(to: now, settings)
        _ = sync.unanswered("no answer", at: now, settings)
        #expect(sync.due == now.adding(DeviceSync.firstPause))
    }
}
