public import Journal

/// Where accepted datagrams go: the journal, as intake sees it.
public protocol DatagramJournal: Sendable {
    /// Takes the entries in, if need be after waiting for room. Calls back once they are on disk or cannot be.
    func append(
        _ entries: [JournalEntry], whenDurable: (@Sendable (Result<Void, JournalError>) -> Void)?)
}

extension JournalWriter: DatagramJournal {}
