import Basics
import Foundation
import Synchronization
import Testing

@Suite struct ThreadPriorityTests {
    @Test func loweringIsTheThreadsOwn() {
        let seen = Mutex<(before: Int32, after: Int32, again: Int32)?>(nil)
        let done = DispatchSemaphore(value: 0)
        let own = ThreadPriority.ofThread
        let thread = Thread {
            let before = ThreadPriority.ofThread
            ThreadPriority.lower()
            let after = ThreadPriority.ofThread
            ThreadPriority.lower()
            seen.withLock { $0 = (before, after, ThreadPriority.ofThread) }
            done.signal()
        }
        thread.start()
        done.wait()
        let found = seen.withLock { $0 }
        #expect(found?.before == own)
        #expect(found?.after == max(own, ThreadPriority.lowered))
        #expect(found?.again == found?.after, "a second time changes nothing")
        #expect(ThreadPriority.ofThread == own, "other threads stay as they are")
    }
}
