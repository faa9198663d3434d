import Foundation
import Testing

@testable import Journal

@Suite struct MonitorTests {
    @Test func aWaitEndsWhenItsAttemptSucceeds() {
        let monitor = Monitor(0, conditions: 2)
        Thread {
            for _ in 0..<10 {
                monitor.withLock { $0 += 1 }
                monitor.signal(1)
            }
        }.start()
        let reached = monitor.wait(on: 1, until: MonotonicTime.after(.seconds(60))) { $0 == 10 ? $0 : nil }
        #expect(reached == 10)
    }

    @Test func aWaitPastItsDeadlineTriesOnceAndGivesUp() {
        let monitor = Monitor(0, conditions: 1)
        let tries = monitor.wait(on: 0, until: 0) { state -> Int? in
            state += 1
            return nil
        }
        #expect(tries == nil)
        #expect(monitor.withLock { $0 } == 1)
    }

    @Test func everybodyIsWoken() {
        let monitor = Monitor(false, conditions: 1)
        let woken = DispatchSemaphore(value: 0)
        for _ in 0..<5 {
            Thread {
                _ = monitor.wait(on: 0) { $0 ? true : nil }
                woken.signal()
            }.start()
        }
        monitor.withLock { $0 = true }
        monitor.signal(0, all: true)
        for _ in 0..<5 { #expect(woken.wait(timeout: .now() + 60) == .success) }
    }

    @Test func momentsAreHeldWithinWhatCanBeTold() {
        #expect(MonotonicTime.after(.seconds(1), 5) == 1_000_000_005)
        #expect(MonotonicTime.after(.milliseconds(5), 0) == 5_000_000)
        #expect(MonotonicTime.after(.zero, 7) == 7)
        #expect(MonotonicTime.after(.seconds(-1), 7) == 7)
        #expect(MonotonicTime.after(.seconds(Int64.max), 7) == .max)
    }
}
