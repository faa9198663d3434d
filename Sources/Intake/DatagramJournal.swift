public import Journal

/// Where accepted datagrams go: the journal, as intake sees it.
public protocol DatagramJournal: Sendable {
    /// Takes the batch in, if need be after waiting for room, and leaves it empty. Calls back once it is on disk or
    /// cannot be.
    func append(_ batch: inout JournalBatch, whenDurable: (@Sendable (Result<Void, JournalError>) -> Void)?)
    /// Has `body` called before anything that was appended is written, once for all that is written together.
    func beforeCommit(_ body: @escaping @Sendable () -> Void)
}

extension JournalWriter: DatagramJournal {}
