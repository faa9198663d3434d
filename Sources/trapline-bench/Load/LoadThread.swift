import Foundation
import Synchronization

/// Runs a load on a thread of its own.
final class LoadThread: Sendable {
    private let result = Mutex<Result<LoadResult, any Error>?>(nil)
    private let end = DispatchSemaphore(value: 0)

    init(_ generator: LoadGenerator) {
        let thread = Thread { [self] in
            let outcome = Result { try generator.run() }
            result.withLock { $0 = outcome }
            end.signal()
        }
        thread.name = "load"
        thread.start()
    }

    /// Waits for its end; called once.
    func wait() -> Result<LoadResult, any Error> {
        end.wait()
        return result.withLock { $0 } ?? .failure(BenchmarkError("a load ended without a result"))
    }
}
