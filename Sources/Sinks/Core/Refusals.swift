internal import Synchronization

/// When the log tells of a sink's dead letters: of the first at once, and then of all that came since, at most once a
/// minute. A server that refuses everything refuses each mail of a storm.
final class Refusals: Sendable {
    static let interval = Duration.seconds(60)

    private struct State {
        var untold = 0
        var sinceTold: Stopwatch?
    }

    private let clock: any Clock<Duration>
    private let state = Mutex(State())

    init(clock: any Clock<Duration>) {
        self.clock = clock
    }

    /// So many more: gives how many are to be told now.
    func note(_ count: Int) -> Int? {
        state.withLock { state in
            state.untold += count
            guard state.sinceTold.map({ $0.elapsed >= Self.interval }) ?? true else { return nil }
            state.sinceTold = Stopwatch(clock)
            defer { state.untold = 0 }
            return state.untold
        }
    }

    /// Those that were not told; `nil` where there are none.
    func takeRest() -> Int? {
        state.withLock { state in
            defer { state.untold = 0 }
            return state.untold > 0 ? state.untold : nil
        }
    }
}
