internal import Synchronization

/// What a running server reads its journal with: the users in force, and the keys of those that were. One for all
/// threads; intake adds what it receives with, and whoever reads takes an opener.
public final class DecryptionKeys: Sendable {
    private struct State {
        var users: UserTable
        var opener: NotificationOpener?
    }

    /// Asked for a key where the users in force have none, which is seldom: an opener that held them by value would have
    /// all of them copied for each that is added.
    private final class Kept: Sendable {
        let keys: Mutex<KeptKeys>

        init(_ keys: KeptKeys) {
            self.keys = Mutex(keys)
        }
    }

    /// Shared with intake, so that nothing is localised twice.
    public let ring: KeyRing
    private let keptKeys: Kept
    private let state: Mutex<State>

    public init(users: UserTable = UserTable(), kept: KeptKeys = KeptKeys(), ring: KeyRing = KeyRing()) {
        self.ring = ring
        keptKeys = Kept(kept)
        state = Mutex(State(users: users, opener: nil))
    }

    /// Of the users in force now; keys that are kept later are known to it too. Cheap: to be asked for each batch.
    public func opener() -> NotificationOpener {
        state.withLock { state in
            if let opener = state.opener { return opener }
            let kept = keptKeys
            let opener = NotificationOpener(users: state.users, ring: ring) { user, engine in
                kept.keys.withLock { $0.keys(of: user, at: engine) }
            }
            state.opener = opener
            return opener
        }
    }

    /// Those in force.
    public var users: UserTable { state.withLock { $0.users } }

    /// Of a new generation of the configuration. What the old one received is still opened with the keys that were kept.
    public func replaceUsers(_ users: UserTable) {
        state.withLock { state in
            state.users = users
            state.opener = nil
        }
    }

    public func keep(_ entries: [KeptKeys.Entry]) {
        guard !entries.isEmpty else { return }
        keptKeys.keys.withLock { keys in
            for entry in entries { keys.keep(entry) }
        }
    }

    /// Nothing that they were kept for is there any more.
    func forget(_ entries: [KeptKeys.Entry]) {
        guard !entries.isEmpty else { return }
        keptKeys.keys.withLock { keys in
            for entry in entries { keys.remove(entry) }
        }
    }

    /// All that are kept.
    public var kept: KeptKeys { keptKeys.keys.withLock { $0 } }
}
