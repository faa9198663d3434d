import Foundation
import Synchronization

/// Looks at a process again and again on a thread of its own, for threads that end and memory that is given back.
final class ProcessWatch: Sendable {
    /// Between two looks, in seconds.
    private static let pause: TimeInterval = 0.1

    private let process: Int32
    private let first: ProcessFigures
    private let latest: Mutex<ProcessFigures>
    private let isStopping = Atomic(false)

    init(_ process: Int32) {
        self.process = process
        first = ProcessFigures(of: process) ?? ProcessFigures()
        latest = Mutex(first)
        let thread = Thread { [self] in
            while !isStopping.load(ordering: .relaxed) {
                look()
                Thread.sleep(forTimeInterval: Self.pause)
            }
        }
        thread.name = "watch"
        thread.start()
    }

    /// What was seen until now, and what it was at the beginning.
    func read() -> (first: ProcessFigures, latest: ProcessFigures) {
        look()
        return (first, latest.withLock { $0 })
    }

    func stop() {
        isStopping.store(true, ordering: .relaxed)
    }

    private func look() {
        guard let figures = ProcessFigures(of: process) else { return }
        latest.withLock { $0.update(figures) }
    }
}
