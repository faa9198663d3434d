import Basics
import NIOCore
import Testing

@testable import Sinks

/// All that sinks run on gives way to intake and journal.
@Suite struct SinkThreadsTests {
    @Test func tasksAndWhatTheyWaitForRunOnLoweredThreads() async {
        let task = Task(executorPreference: SinkThreads.shared) {
            let before = ThreadPriority.ofThread
            try? await Task.sleep(for: .milliseconds(1))
            async let child = ThreadPriority.ofThread
            return [before, ThreadPriority.ofThread, await child]
        }
        #expect(await task.value == [ThreadPriority.lowered, ThreadPriority.lowered, ThreadPriority.lowered])
    }

    @Test func whatBlocksHasALoweredThreadAndKeepsItsOrder() async {
        let queue = BlockingQueue("test")
        #expect(await queue.run { ThreadPriority.ofThread } == ThreadPriority.lowered)
        var numbers: [Int] = []
        for number in 1...100 { numbers.append(await queue.run { number }) }
        #expect(numbers == Array(1...100))
    }

    @Test func aListThatIsNeverEmptyDoesNotGrow() {
        let list = WorkList<Int>()
        list.add(0)
        for number in 1...10_000 {
            list.add(number)
            #expect(list.next() == number - 1)
        }
        #expect(list.places < 5_000)
        #expect(list.next() == 10_000)
        #expect(list.places == 0)
    }

    @Test func eventLoopsAreLowered() async throws {
        for loop in SinkEventLoops.shared.makeIterator() {
            #expect(try await loop.submit { ThreadPriority.ofThread }.get() == ThreadPriority.lowered)
        }
    }

    @Test func manyTasksOnFewThreadsAllEnd() async {
        let threads = SinkThreads(count: 2)
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 1...1_000 {
                group.addTask(executorPreference: threads) {
                    await Task.yield()
                    return number
                }
            }
            return await group.reduce(0, +)
        }
        #expect(sum == 500_500)
    }
}
