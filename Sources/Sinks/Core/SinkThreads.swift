internal import Basics
internal import Dispatch
internal import Foundation
internal import Synchronization

/// The few threads that all sinks' tasks run on: own ones, since they give way to intake, journal and pipeline, which
/// the threads that all asynchronous work shares must not (a nice value belongs to a thread).
public final class SinkThreads: TaskExecutor {
    /// For the process's life. Two: a sink that formats a large batch does not hold up another one, and two are what
    /// the smallest machine has.
    public static let shared = SinkThreads(count: 2)

    private let jobs: WorkList<UnownedJob>
    private let count: Int

    init(count: Int) {
        let jobs = WorkList<UnownedJob>()
        self.jobs = jobs
        self.count = max(1, count)
        for number in 1...self.count {
            Thread.startLowered(named: "sinks \(number)") { [weak self] in
                while let job = jobs.next() {
                    guard let self else { return }
                    unsafe job.runSynchronously(on: self.asUnownedTaskExecutor())
                }
            }
        }
    }

    deinit { for _ in 1...count { jobs.close() } }

    public func enqueue(_ job: consuming ExecutorJob) {
        jobs.add(UnownedJob(job))
    }
}

/// What waits for a thread, first come, first served.
final class WorkList<Item: Sendable>: Sendable {
    private struct State {
        var items: [Item] = []
        /// How many of `items` are taken already.
        var taken = 0

        mutating func take() -> Item? {
            guard taken < items.count else { return nil }
            let item = items[taken]
            taken += 1
            if taken == items.count {
                items.removeAll(keepingCapacity: true)
                taken = 0
            } else if taken >= WorkList.mostTaken, taken * 2 >= items.count {
                // A list that is never empty must not grow for ever.
                items.removeFirst(taken)
                taken = 0
            }
            return item
        }
    }

    /// Places of taken items that are kept, at least, before the others move up: the cost of moving is spread over them.
    private static var mostTaken: Int { 1_024 }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)

    func add(_ item: Item) {
        state.withLock { $0.items.append(item) }
        available.signal()
    }

    /// Waits for an item; `nil` where the list was closed.
    func next() -> Item? {
        available.wait()
        return state.withLock { $0.take() }
    }

    /// How many places the list holds, those of taken items among them.
    var places: Int { state.withLock { $0.items.count } }

    /// Lets one who waits go without an item, once all items are taken.
    func close() {
        available.signal()
    }
}

extension Thread {
    /// Starts a thread that gives way to intake and journal.
    static func startLowered(named name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread {
            ThreadPriority.lower()
            body()
        }
        thread.name = name
        thread.start()
    }
}
