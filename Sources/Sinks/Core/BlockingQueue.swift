internal import Foundation
internal import Synchronization

/// Runs what blocks (a disk, a terminal) one after the other on a thread of its own, so that a slow disk does not hold
/// up the few threads on which all asynchronous work shares. The thread begins with the first work and gives way to
/// intake and journal.
final class BlockingQueue: Sendable {
    private let label: String
    private let works = WorkList<@Sendable () -> Void>()
    private let isRunning = Mutex(false)

    init(_ label: String) {
        self.label = label
    }

    deinit { works.close() }

    func run<Value: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        start()
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            works.add {
                do throws(Failure) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    private func start() {
        let isFirst = isRunning.withLock { isRunning in
            defer { isRunning = true }
            return !isRunning
        }
        guard isFirst else { return }
        // It holds the list and not the queue, so that dropping the queue ends it.
        Thread.startLowered(named: label) { [works] in
            while let work = works.next() { work() }
        }
    }
}
