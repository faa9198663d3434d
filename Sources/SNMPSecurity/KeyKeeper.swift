internal import Synchronization

/// Sees to it that the keys which messages are received with lie on disk before those messages do.
public final class KeyKeeper: Sendable {
    private struct State {
        /// Hashes of what lies on disk without a mark, or is about to.
        var saved: Set<Int> = []
        /// What is not on disk yet.
        var pending: [KeptKeys.Entry] = []
        var missed = 0
    }

    /// What the file's writer knows; it is held while the file is written, and `State` is not.
    private struct File {
        var lowestMark: UInt64?
        var failure: FileFailure?
        /// In nanoseconds of a clock that never goes back.
        var triedAgain: Int64 = 0
    }

    /// Four times as many as are certain to stay in a ring: devices come and go, and users are changed. Somebody who has a
    /// user's password can make engines up; beyond this their keys are not kept, and some 100 MiB of file are enough.
    public static let defaultLimit = 4 * KeyRing.defaultLimit

    /// Nanoseconds between two tries to write to a disk that fails: what is received meanwhile must not wait for it.
    static let pause: Int64 = 1_000_000_000

    /// Keys given up under one lock, which whoever saves keys waits for: some hundred microseconds.
    private static let forgottenAtOnce = 1_024

    public let keys: DecryptionKeys
    private let path: String?
    private let limit: Int
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())
    private let trimming = Mutex(())
    private let file: Mutex<File>

    /// - Parameters:
    ///   - path: of the file; `nil` for one that keeps them in memory alone.
    ///   - lowestMark: of the file's `KeptKeysFile.Contents`.
    public convenience init(
        _ keys: DecryptionKeys, path: String?, lowestMark: UInt64? = nil, limit: Int = KeyKeeper.defaultLimit
    ) {
        self.init(keys, path: path, lowestMark: lowestMark, limit: limit) { Moment.now.monotonic }
    }

    init(
        _ keys: DecryptionKeys, path: String?, lowestMark: UInt64? = nil, limit: Int,
        now: @escaping @Sendable () -> Int64
    ) {
        self.keys = keys
        self.path = path
        self.limit = limit
        self.now = now
        file = Mutex(File(lowestMark: lowestMark))
    }

    /// How many keys were kept since the start.
    public var count: Int { state.withLock { $0.saved.count } }
    /// Keys that were not kept, since there are too many: what was received with them can be read only as long as their
    /// user is configured as it is.
    public var missed: Int { state.withLock { $0.missed } }

    /// To be called after messages were admitted and before they are written: when it returns, the keys of all that was
    /// admitted before the call are on disk, whichever thread has saved them. Nothing new costs two locks.
    /// - Throws: where the file cannot be written, or could not a moment ago. The keys are known to `keys` all the same, and
    ///   are tried again with a later call.
    public func save() throws(FileFailure) {
        let hasPending = state.withLock { state in
            let news = keys.ring.takeNews()
            state.missed += news.missed
            take(news.kept, &state)
            return !state.pending.isEmpty
        }
        guard hasPending else { return }
        let result: Result<Void, FileFailure> = file.withLock { file in
            do throws(FileFailure) {
                return .success(try write(&file))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private func write(_ file: inout File) throws(FileFailure) {
        if let failure = file.failure, now() < file.triedAgain { throw failure }
        // Another thread may have written them meanwhile.
        let pending = state.withLock { $0.pending }
        do throws(FileFailure) {
            if let path { try KeptKeysFile.append(pending, to: path) }
            file.failure = nil
        } catch {
            file.failure = error
            file.triedAgain = now() + Self.pause
            throw error
        }
        state.withLock { $0.pending.removeFirst(pending.count) }
    }

    /// The journal begins with this segment from now on: keys that were used only before are given up. Nobody who saves
    /// keys waits while the file is read and written anew, but only for its end.
    public func trim(oldest: UInt64) throws(FileFailure) {
        guard let path else { return }
        // There is one draft.
        try trimming.withLock { _ throws(FileFailure) in
            let length = try file.withLock { file throws(FileFailure) -> Int? in
                guard let lowest = file.lowestMark, lowest <= oldest else { return nil }
                return try PrivateFile.length(of: path)
            }
            guard let length else { return }
            let trimmed = try KeptKeysFile.trim(path, oldest: oldest, length: length)
            try file.withLock { file throws(FileFailure) in
                try KeptKeysFile.finish(trimmed, path)
                file.lowestMark = trimmed.lowestMark
            }
            forget(trimmed.gone)
        }
    }

    private func forget(_ gone: [KeptKeys.Entry]) {
        var rest = gone[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.forgottenAtOnce)
            rest = rest.dropFirst(some.count)
            // One that is used again is about to be written again.
            state.withLock { state in
                keys.forget(some.filter { !state.saved.contains($0.hashValue) })
            }
        }
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
