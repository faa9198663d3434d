internal import Basics
internal import SNMPSecurity
internal import Synchronization

/// The engines whose boots or time went back, for all sockets: each is told of when it begins, now and then while it goes
/// on, and once when it has ended, however many messages come.
///
/// It has ended when a message of the engine was let in and none was refused for a while: of a cloned engine, or where
/// somebody repeats old messages, both kinds come in turns, and that is one trouble and not many.
final class EngineTroubles: Sendable {
    /// In nanoseconds of a clock that only goes forward.
    private struct Trouble {
        /// When a message was refused for it last.
        var refused: Int64
        /// When it was told last.
        var told: Int64
    }

    private struct State {
        var standing: [EngineID: Trouble] = [:]
        var news: [IntakeNews] = []
    }

    /// More engines than lose their boots at once in good faith; what is beyond is refused, counted and logged alike.
    static let capacity = 4_096
    /// Nanoseconds without a refused message before the trouble is over.
    static let quiet: Int64 = 60 * 1_000_000_000
    /// Nanoseconds after which one that goes on is told again: an operator may have cleared its alarm by hand, and the
    /// device is refused all the same. Seldom beside the log's lines, soon beside the hours that nobody looks.
    static let reminder: Int64 = 600 * 1_000_000_000

    private let state: Mutex<State>
    /// Read for each message, so that a server without troubles pays nothing.
    private let count: Atomic<Int>

    /// - Parameter standing: what was told before the last stop, and its end was not.
    init(standing: [EngineID] = [], now: Int64 = monotonicNanoseconds()) {
        let standing = Dictionary(
            standing.prefix(Self.capacity).map { ($0, Trouble(refused: now, told: now)) }, uniquingKeysWith: { $1 })
        state = Mutex(State(standing: standing))
        count = Atomic(standing.count)
    }

    /// A message was refused since it tells fewer boots, or much less time.
    func note(_ engine: EngineID, now: Int64, _ news: () -> IntakeNews) {
        state.withLock { state in
            guard state.standing[engine] != nil || state.standing.count < Self.capacity else { return }
            let told = state.standing[engine]?.told
            let isDue = told.map { now - $0 >= Self.reminder } ?? true
            state.standing[engine] = Trouble(refused: now, told: isDue ? now : told ?? now)
            guard isDue else { return }
            state.news.append(news())
            count.store(state.standing.count, ordering: .releasing)
        }
    }

    /// Whether it is worth while to look for an engine.
    var isAnyStanding: Bool { count.load(ordering: .acquiring) > 0 }

    /// A timely message of the engine was let in.
    func settle(_ engine: EngineID, from sender: IPAddress, now: Int64) {
        state.withLock { state in
            guard let trouble = state.standing[engine], now - trouble.refused >= Self.quiet else { return }
            state.standing[engine] = nil
            state.news.append(.engineClockAgrees(engine: engine, sender: sender))
            count.store(state.standing.count, ordering: .releasing)
        }
    }

    /// An operator has settled it, and told it.
    func forget(_ engine: EngineID) {
        state.withLock { state in
            state.standing[engine] = nil
            count.store(state.standing.count, ordering: .releasing)
        }
    }

    func takeNews() -> [IntakeNews] {
        state.withLock { state in
            defer { state.news = [] }
            return state.news
        }
    }
}
