import Sinks
import Testing

@Suite struct EventSignalTests {
    @Test func whatWasAnnouncedIsNotWaitedFor() async {
        let signal = EventSignal(lastEventID: 7)
        await signal.wait(beyond: 6)
        signal.announce(3)
        #expect(signal.lastEventID == 7)
    }

    @Test func everyWaiterIsWoken() async {
        let signal = EventSignal()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await signal.wait(beyond: 4) } }
            group.addTask { for id in 1...5 { signal.announce(Int64(id)) } }
            await group.waitForAll()
        }
        #expect(signal.lastEventID == 5)
    }

    @Test func aCancelledWaiterReturns() async {
        let signal = EventSignal()
        let waiter = Task { await signal.wait(beyond: 0) }
        waiter.cancel()
        await waiter.value
        let early = Task {
            withUnsafeCurrentTask { unsafe $0?.cancel() }
            await signal.wait(beyond: 0)
        }
        await early.value
        #expect(signal.lastEventID == 0)
    }

    @Test func waitingAndAnnouncingRaceWithoutLoss() async {
        let signal = EventSignal()
        let follower = Task {
            var seen: Int64 = 0
            while seen < 2_000 {
                await signal.wait(beyond: seen)
                seen = signal.lastEventID
            }
            return seen
        }
        for id in 1...2_000 {
            signal.announce(Int64(id))
            if id % 7 == 0 { await Task.yield() }
        }
        #expect(await follower.value == 2_000)
    }
}
