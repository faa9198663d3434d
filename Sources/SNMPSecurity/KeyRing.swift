internal import Synchronization
internal import SNMPWire

/// The keys that were seen to fit, by user and engine: localising takes longer than all else that is done for a message.
/// Bounded; one for all threads.
public final class KeyRing: Sendable {
    struct Place: Hashable {
        var identity: Int
        var engine: EngineID
    }

    /// Keys that were kept the first time, for whoever saves them.
    public struct News: Sendable, Hashable {
        public var kept: [KeptKeys.Entry]
        /// Keys that were not noted since nobody had asked for so long.
        public var missed: Int
    }

    private struct State {
        // Two generations: what is found in the older one moves to the newer; when the newer is full the older one is
        // given up. So what is in use stays, and no clock or list has to be kept.
        var newer: [Place: LocalisedKeys] = [:]
        var older: [Place: LocalisedKeys] = [:]
        var news: [KeptKeys.Entry] = []
        var missed = 0
    }

    /// 100,000 devices with a user each, and some to spare: some 80 MB at the most.
    public static let defaultLimit = 131_072

    private let limit: Int
    private let state = Mutex(State())
    private let madeCount = Atomic(0)

    /// - Parameter limit: of (user, engine) pairs that are certain to stay while they are in use; there are at most twice
    ///   as many.
    public init(limit: Int = KeyRing.defaultLimit) {
        self.limit = max(1, limit)
    }

    /// How often a key was localised since the start: once for each new pair, and once for each message that claims to be
    /// of a known user at an unknown engine.
    public var localisations: Int { madeCount.load(ordering: .relaxed) }

    public var count: Int { state.withLock { $0.newer.count + $0.older.count } }

    /// What is to be saved since the last call.
    public func takeNews() -> News {
        state.withLock { state in
            defer {
                state.news = []
                state.missed = 0
            }
            return News(kept: state.news, missed: state.missed)
        }
    }

    func keys(_ identity: Int, at engine: EngineID) -> LocalisedKeys? {
        let place = Place(identity: identity, engine: engine)
        return state.withLock { state in
            if let keys = state.newer[place] { return keys }
            guard let keys = state.older.removeValue(forKey: place) else { return nil }
            insert(keys, at: place, &state)
            return keys
        }
    }

    /// Only for keys that a message was authenticated with, so that nobody can fill the ring with engines that are none.
    func keep(_ keys: LocalisedKeys, _ identity: Int, user: ShortOctets, at engine: EngineID) {
        state.withLock { state in
            insert(keys, at: Place(identity: identity, engine: engine), &state)
            if state.news.count < limit {
                state.news.append(KeptKeys.Entry(user: user, engine: engine, keys: keys))
            } else {
                state.missed += 1
            }
        }
    }

    func countLocalisation() {
        madeCount.add(1, ordering: .relaxed)
    }

    private func insert(_ keys: LocalisedKeys, at place: Place, _ state: inout State) {
        if state.newer.count >= limit {
            state.older = state.newer
            state.newer = [:]
        }
        state.newer[place] = keys
    }
}
