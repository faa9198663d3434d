public import Store
internal import Synchronization

/// What is to be saved of the sinks' progress, together or not at all.
public struct SinkProgress: Sendable {
    public var cursors: [String: Int64]
    public var deadLetters: [DeadLetter]
    /// The running number of the last of `deadLetters`.
    fileprivate var lastLetter: Int

    public var isEmpty: Bool { cursors.isEmpty && deadLetters.isEmpty }
}

/// How far each sink has delivered. The runners post here; the pipeline's next transaction carries what is unsaved.
public final class CursorBoard: Sendable {
    private struct State {
        var cursors: [String: Int64]
        var unsaved: [String: Int64] = [:]
        var letters: [DeadLetter] = []
        /// How many letters there have been.
        var letterCount = 0
    }

    private let state: Mutex<State>

    /// - Parameter cursors: as the store holds them.
    public init(_ cursors: [String: Int64] = [:]) {
        state = Mutex(State(cursors: cursors))
    }

    /// Where `sink` goes on. One that the board does not know begins at `now`, the number of the last event, and has
    /// a cursor from then on.
    public func begin(_ sink: String, now: Int64) -> Int64 {
        state.withLock { state in
            // No cursor is ahead of the log; where one is, the store was exchanged.
            if let known = state.cursors[sink], known <= now { return known }
            state.cursors[sink] = now
            state.unsaved[sink] = now
            return now
        }
    }

    /// `sink` is done with everything of its own up to `id`: has delivered it, but for the `refused`.
    public func post(_ id: Int64, for sink: String, refused: [DeadLetter] = []) {
        state.withLock { state in
            state.letterCount += refused.count
            // The store keeps no more of them either.
            state.letters = (state.letters + refused).suffix(EventStore.deadLetterLimit)
            guard state.cursors[sink].map({ $0 < id }) ?? true else { return }
            state.cursors[sink] = id
            state.unsaved[sink] = id
        }
    }

    public func cursor(of sink: String) -> Int64? { state.withLock { $0.cursors[sink] } }

    /// What the next transaction is to carry. It stays unsaved until `saved` is called, so that a transaction that
    /// fails loses nothing.
    public func unsaved() -> [String: Int64] { state.withLock { $0.unsaved } }

    /// The same with the dead letters that these cursors pass.
    public func pending() -> SinkProgress {
        state.withLock { state in
            SinkProgress(cursors: state.unsaved, deadLetters: state.letters, lastLetter: state.letterCount)
        }
    }

    /// A transaction with all of `progress` was committed.
    public func saved(_ progress: SinkProgress) {
        saved(progress.cursors)
        state.withLock { state in state.letters = state.letters.suffix(state.letterCount - progress.lastLetter) }
    }

    /// A transaction with these was committed.
    public func saved(_ cursors: [String: Int64]) {
        state.withLock { state in
            for (sink, id) in cursors where state.unsaved[sink] == id { state.unsaved[sink] = nil }
        }
    }
}
