import Basics
import Synchronization

/// The time by which age is judged where something is removed for it. It goes with the wall clock, but believes a step
/// forward only after a day: a clock that is set years ahead by mistake, and back again, would else have the whole
/// journal and event log removed in between.
///
/// What passed while the server did not run counts as such a step. So what should go by its age goes a day late at most;
/// sizes and limits know no clock.
final class AgeClock: Sendable {
    /// How long a step has to stand. A day is time enough to notice: everything else tells the wrong time too.
    static let patience = Duration.seconds(86_400)
    /// What is no step, in nanoseconds: a clock that is slewed, a look that came late.
    private static let tolerance: Int64 = 60 * 1_000_000_000

    private struct State {
        /// What was given last, and when.
        var time: Timestamp
        var looked: ContinuousClock.Instant
        /// Since when the wall clock is ahead.
        var aheadSince: ContinuousClock.Instant?
    }

    private let state: Mutex<State>

    /// - Parameter lastWritten: when the server before this one was still at work; `nil` where there was none.
    init(lastWritten: Timestamp?, wall: Timestamp = .now, at instant: ContinuousClock.Instant = .now) {
        state = Mutex(State(time: min(lastWritten ?? wall, wall), looked: instant))
    }

    var now: Timestamp { now(wall: .now, at: .now) }

    func now(wall: Timestamp, at instant: ContinuousClock.Instant) -> Timestamp {
        state.withLock { state in
            let passed = Int64(state.looked.duration(to: instant) / .nanoseconds(1))
            let expected = Timestamp(nanoseconds: state.time.nanoseconds + max(0, passed))
            state.looked = instant
            if wall.nanoseconds - expected.nanoseconds > Self.tolerance {
                let since = state.aheadSince ?? instant
                state.aheadSince = since
                if since.duration(to: instant) < Self.patience {
                    state.time = expected
                    return expected
                }
            }
            state.aheadSince = nil
            state.time = wall
            return wall
        }
    }
}
