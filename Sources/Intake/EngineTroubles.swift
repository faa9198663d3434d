internal import Basics
internal import SNMPSecurity
internal import Synchronization

/// The engines whose boots went back, for all sockets: each is told of once when it begins and once when it has ended,
/// however many messages come.
///
/// It has ended when a message of the engine was let in and none was refused for a while: of a cloned engine, or where
/// somebody repeats old messages, both kinds come in turns, and that is one trouble and not many.
final class EngineTroubles: Sendable {
    private struct State {
        /// When a message was refused for it last, in nanoseconds of a clock that only goes forward.
        var standing: [EngineID: Int64] = [:]
        var news: [IntakeNews] = []
    }

    /// More engines than lose their boots at once in good faith; what is beyond is refused, counted and logged alike.
    static let capacity = 4_096
    /// Nanoseconds without a refused message before the trouble is over.
    static let quiet: Int64 = 60 * 1_000_000_000

    private let state: Mutex<State>
    /// Read for each message, so that a server without troubles pays nothing.
    private let count: Atomic<Int>

    /// - Parameter standing: what was told before the last stop, and its end was not.
    init(standing: [EngineID] = [], now: Int64 = monotonicNanoseconds()) {
        let standing = Dictionary(standing.prefix(Self.capacity).map { ($0, now) }, uniquingKeysWith: { $1 })
        state = Mutex(State(standing: standing))
        count = Atomic(standing.count)
    }

    /// A message was refused since it tells fewer boots.
    func note(_ engine: EngineID, now: Int64, _ news: () -> IntakeNews) {
        state.withLock { state in
            guard state.standing[engine] != nil || state.standing.count < Self.capacity else { return }
            if state.standing.updateValue(now, forKey: engine) == nil {
                state.news.append(news())
                count.store(state.standing.count, ordering: .releasing)
            }
        }
    }

    /// Whether it is worth while to look for an engine.
    var isAnyStanding: Bool { count.load(ordering: .acquiring) > 0 }

    /// A timely message of the engine was let in.
    func settle(_ engine: EngineID, from sender: IPAddress, now: Int64) {
        state.withLock { state in
            guard let last = state.standing[engine], now - last >= Self.quiet else { return }
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
