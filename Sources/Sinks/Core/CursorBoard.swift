public import Basics
public import Store
internal import Synchronization

/// How far each sink has delivered. The runners post here; the pipeline's next transaction carries what is unsaved.
public final class CursorBoard: Sendable {
    /// What is unsaved at a moment.
    public struct Pending: Sendable {
        public var progress: SinkProgress
        /// The running number of the last of its dead letters.
        fileprivate var lastLetter: Int

        public var isEmpty: Bool { progress.isEmpty }
    }

    private struct State {
        var cursors: [String: SinkCursor]
        /// As the store holds them.
        var saved: [String: SinkCursor]
        /// Those that the store does not hold so.
        var unsaved: Set<String> = []
        var freed: Set<String> = []
        var renamed: [String: String] = [:]
        /// By sink, the name that it had before, where it was told one.
        var former: [String: String] = [:]
        var letters: [DeadLetter] = []
        /// How many letters there have been.
        var letterCount = 0
        var settled: [String: Set<Int64>] = [:]
        /// How often operators asked for letters to be sent again.
        var askings = 1

        mutating func set(_ cursor: SinkCursor, of sink: String) {
            cursors[sink] = cursor
            freed.remove(sink)
            unsaved.insert(sink)
        }

        mutating func free(_ sink: String) -> SinkCursor? {
            guard let cursor = cursors.removeValue(forKey: sink) else { return nil }
            unsaved.remove(sink)
            freed.insert(sink)
            return cursor
        }
    }

    private let state: Mutex<State>

    /// - Parameter cursors: as the store holds them.
    public init(_ cursors: [String: SinkCursor] = [:]) {
        state = Mutex(State(cursors: cursors, saved: cursors))
    }

    // MARK: - Sinks that come and go

    /// Where `sink` goes on; it has a cursor from then on. One that the board does not know takes over that of the sink
    /// it was, if that is not among the `configured`, or begins where its options say: at `now`, the number of the last
    /// event, or behind `beforeOldest`, the one before the oldest that is still there.
    public func begin(
        _ sink: String, options: SinkOptions = SinkOptions(), now: Int64, beforeOldest: Int64 = 0,
        configured: Set<String> = []
    ) -> SinkCursor {
        state.withLock { state in
            state.former[sink] = options.was
            // No cursor is ahead of the log; where one is, the store was exchanged.
            if var known = state.cursors[sink], known.event <= now {
                if known.removed != nil {
                    known.removed = nil
                    state.set(known, of: sink)
                }
                return known
            }
            if let was = options.was, !configured.contains(was), let old = state.cursors[was], old.event <= now {
                _ = state.free(was)
                state.renamed[was] = sink
                for index in state.letters.indices where state.letters[index].sink == was {
                    state.letters[index].sink = sink
                }
                state.set(SinkCursor(old.event, born: old.born), of: sink)
            } else if options.start == .beginning, beforeOldest < now {
                state.set(SinkCursor(beforeOldest, born: now), of: sink)
            } else {
                state.set(SinkCursor(now), of: sink)
            }
            return state.cursors[sink] ?? SinkCursor(now)
        }
    }

    /// The sinks that are there now; gives those that have gone since it was last told. Their cursors stay, so that a
    /// sink that comes back, or takes over, misses nothing.
    public func keep(_ configured: Set<String>, at time: Timestamp) -> [String] {
        state.withLock { state in
            let gone = state.cursors.filter { !configured.contains($0.key) && $0.value.removed == nil }
            for (sink, cursor) in gone {
                state.set(SinkCursor(cursor.event, born: cursor.born, removed: time), of: sink)
            }
            return gone.keys.sorted()
        }
    }

    /// Frees the cursors of sinks that went before `time`; gives their names.
    public func free(removedBefore time: Timestamp) -> [String] {
        state.withLock { state in
            let old = state.cursors.filter { $0.value.removed.map { $0 < time } ?? false }
            for sink in old.keys { _ = state.free(sink) }
            return old.keys.sorted()
        }
    }

    /// Frees the cursor of a sink that is no longer there; `false` where it is, or has none.
    @discardableResult
    public func free(_ sink: String) -> Bool {
        state.withLock { state in
            guard state.cursors[sink]?.removed != nil else { return false }
            return state.free(sink) != nil
        }
    }

    /// Where the cursors stand, as a restart would find them: the log is needed from the events behind them on.
    public var holds: EventHolds {
        state.withLock { state in
            EventHolds(
                state.cursors.map { sink, cursor in
                    EventHolds.Hold(
                        sink: sink, former: state.former[sink],
                        event: min(cursor.event, state.saved[sink]?.event ?? cursor.event), born: cursor.born ?? 0,
                        isConfigured: cursor.removed == nil)
                })
        }
    }

    // MARK: - Progress

    /// `sink` is done with everything of its own up to `id`: has delivered it, but for the `refused`. `settled` are the
    /// events of dead letters that it was asked to send again, and did.
    public func post(_ id: Int64, for sink: String, refused: [DeadLetter] = [], settled: [Int64] = []) {
        state.withLock { state in
            // It was forgotten or taken over while a delivery was in hand. A cursor that came back so would hold the log
            // for ever, since nobody is there to move it.
            guard let known = state.cursors[sink] else { return }
            state.letterCount += refused.count
            // The store keeps no more of them either.
            if !refused.isEmpty { state.letters = (state.letters + refused).suffix(EventStore.deadLetterLimit) }
            if !settled.isEmpty { state.settled[sink, default: []].formUnion(settled) }
            guard known.event < id else { return }
            // What was to be decided as it is read lies behind it then.
            let born = known.born.flatMap { $0 > id ? $0 : nil }
            state.set(SinkCursor(id, born: born, removed: known.removed), of: sink)
        }
    }

    public func cursor(of sink: String) -> Int64? { state.withLock { $0.cursors[sink]?.event } }

    /// All that is known of it.
    public func place(of sink: String) -> SinkCursor? { state.withLock { $0.cursors[sink] } }

    /// What the next transaction is to carry. It stays unsaved until `saved` is called, so that a transaction that
    /// fails loses nothing.
    public func pending() -> Pending {
        state.withLock { state in
            let unsaved = state.cursors.filter { state.unsaved.contains($0.key) }
            let progress = SinkProgress(
                cursors: unsaved, freed: state.freed, renamed: state.renamed, deadLetters: state.letters,
                settled: state.settled)
            return Pending(progress: progress, lastLetter: state.letterCount)
        }
    }

    /// A transaction with all of `pending` was committed.
    public func saved(_ pending: Pending) {
        let progress = pending.progress
        state.withLock { state in
            for (sink, cursor) in progress.cursors {
                state.saved[sink] = cursor
                if state.cursors[sink] == cursor { state.unsaved.remove(sink) }
            }
            for sink in progress.freed {
                state.saved[sink] = nil
                state.freed.remove(sink)
            }
            for sink in progress.renamed.keys { state.renamed[sink] = nil }
            state.letters = state.letters.suffix(state.letterCount - pending.lastLetter)
            for (sink, events) in progress.settled {
                state.settled[sink]?.subtract(events)
                if state.settled[sink]?.isEmpty == true { state.settled[sink] = nil }
            }
        }
    }

    // MARK: - Dead letters that are asked for

    /// A transaction in which an operator's request stood was committed.
    public func saved(_ requests: [OperatorRequest]) {
        for request in requests {
            switch request {
            case .resendLetters: state.withLock { $0.askings += 1 }
            case .forgetSink(let sink): free(sink)
            case .forgetLetters: break
            }
        }
    }

    /// Grows with each request for letters to be sent again.
    var askings: Int { state.withLock { $0.askings } }

    /// Events whose letters were sent again, which the store does not know yet.
    func settled(of sink: String) -> Set<Int64> { state.withLock { $0.settled[sink] ?? [] } }
}
