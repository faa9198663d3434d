internal import Synchronization

/// Sees to it that the keys which messages are received with lie on disk before those messages do.
public final class KeyKeeper: Sendable {
    private struct State {
        /// Hashes of what lies on disk without a mark.
        var saved: Set<Int> = []
        /// What could not be saved yet.
        var pending: [KeptKeys.Entry] = []
        var missed = 0
    }

    /// Four times as many as a ring holds: devices come and go, and users are changed. Somebody who has a user's password
    /// can make engines up; beyond this their keys are not kept, and 100 MiB of file are enough.
    public static let defaultLimit = 4 * KeyRing.defaultLimit

    public let keys: DecryptionKeys
    private let path: String?
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter path: of the file; `nil` for one that keeps them in memory alone.
    public init(_ keys: DecryptionKeys, path: String?, limit: Int = KeyKeeper.defaultLimit) {
        self.keys = keys
        self.path = path
        self.limit = limit
    }

    /// How many keys were kept since the start.
    public var count: Int { state.withLock { $0.saved.count } }
    /// Keys that were not kept, since there are too many: what was received with them can be read only as long as their
    /// user is configured as it is.
    public var missed: Int { state.withLock { $0.missed } }

    /// To be called after messages were admitted and before they are written: when it returns, the keys of all that this
    /// thread has admitted are on disk, whichever thread has saved them. Nothing new costs two locks.
    /// - Throws: where the file cannot be written. The keys are known to `keys` all the same, and are tried again with
    ///   the next call.
    public func save() throws(FileFailure) {
        let result: Result<Void, FileFailure> = state.withLock { state in
            let news = keys.ring.takeNews()
            guard !news.kept.isEmpty || !state.pending.isEmpty || news.missed > 0 else { return .success(()) }
            state.missed += news.missed
            take(news.kept, &state)
            guard !state.pending.isEmpty else { return .success(()) }
            do throws(FileFailure) {
                if let path { try KeptKeysFile.append(state.pending, to: path) }
                state.pending = []
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private func take(_ entries: [KeptKeys.Entry], _ state: inout State) {
        var new: [KeptKeys.Entry] = []
        for entry in entries where !state.saved.contains(entry.hashValue) {
            guard state.saved.count < limit else {
                state.missed += 1
                continue
            }
            state.saved.insert(entry.hashValue)
            new.append(entry)
        }
        keys.keep(new)
        state.pending += new
    }
}
