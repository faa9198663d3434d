internal import Basics

/// Records gathered for one commit, as blocks that only lack their place in a file, and who waits for them.
struct CommitGroup {
    struct Record {
        var time: Int64
        var offset: Int
        var length: Int
        /// Index into `batches`.
        var batch: Int
    }

    struct Batch {
        /// Records that are not durable yet.
        var remaining: Int
        /// The server's own facts, which are written when nothing else may be.
        var isOwn: Bool
        /// Why the remaining ones were left out.
        var failure: JournalError?
        var whenDurable: (@Sendable (Result<Void, JournalError>) -> Void)?
    }

    private(set) var bytes: [UInt8] = []
    private(set) var records: [Record] = []
    private(set) var batches: [Batch] = []
    /// How many interfaces a segment must describe to hold these records.
    private(set) var interfaceCount = 0

    var isEmpty: Bool { records.isEmpty && batches.isEmpty }

    mutating func begin(
        _ recordCount: Int, isOwn: Bool, whenDurable: (@Sendable (Result<Void, JournalError>) -> Void)?
    ) {
        batches.append(Batch(remaining: recordCount, isOwn: isOwn, failure: nil, whenDurable: whenDurable))
    }

    /// Appends a record of the batch begun last.
    mutating func append(_ entry: JournalEntry, interface: Int) {
        let offset = bytes.count
        let length = JournalBlock.append(entry, interface: UInt32(interface), to: &bytes)
        records.append(
            Record(time: entry.time.nanoseconds, offset: offset, length: length, batch: batches.count - 1))
        interfaceCount = max(interfaceCount, interface + 1)
    }

    /// Orders the records by receive time: several sockets append in turns, but a group reads as one stream. Records of
    /// the same time keep their order.
    mutating func order() {
        let isOrdered = zip(records, records.dropFirst()).allSatisfy { $0.time <= $1.time }
        guard !isOrdered else { return }
        // A record's offset tells the order of arrival.
        records.sort { ($0.time, $0.offset) < ($1.time, $1.offset) }
    }

    /// Appends a record's sealed block to `output`.
    func seal(_ record: Record, at position: JournalPosition, into output: inout [UInt8]) {
        let base = output.count
        output.append(contentsOf: bytes[record.offset..<record.offset + record.length])
        JournalBlock.seal(&output, at: base, length: record.length, position: position)
    }

    mutating func becameDurable(_ range: Range<Int>) {
        for record in records[range] { batches[record.batch].remaining -= 1 }
    }

    /// Gives up the records from `first` on that are not the server's own: they fail with `failure`.
    mutating func leaveOutAllButOwn(from first: Int, _ failure: JournalError) {
        for record in records[first...] where !batches[record.batch].isOwn { batches[record.batch].failure = failure }
        let own = records[first...].filter { batches[$0.batch].isOwn }
        records.replaceSubrange(first..., with: own)
    }

    /// Empties the group but keeps its memory for the next one.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        batches.removeAll(keepingCapacity: true)
        interfaceCount = 0
    }
}
