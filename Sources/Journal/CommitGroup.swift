internal import Basics

/// Records gathered for one commit, as blocks that only lack their place in a file, and who waits for them.
struct CommitGroup {
    struct Record {
        var time: Int64
        /// Index into `chunks`, and the block's place there.
        var chunk: Int
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

    /// Octets that a chunk has room for: two full batches of the vendor's alarms.
    private static let chunkSize = 128 * 1_024
    /// Chunks kept for the next group: 4 MiB, some 8,000 of the vendor's alarms, which is far more than one commit
    /// interval brings. What a stalled disk made gather beyond that is given back.
    private static let mostSpares = 32
    /// Larger ones, which a batch of huge datagrams left, are not kept.
    private static let largestSpare = 256 * 1_024

    /// Blocks in the order of their coming, in as many pieces as it takes.
    private var chunks: [[UInt8]] = []
    private var spares: [[UInt8]] = []
    /// Octets in all chunks.
    private(set) var byteCount = 0
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
        makeRoom(for: JournalBlock.shortest + entry.payload.count)
        let chunk = chunks.count - 1
        let offset = chunks[chunk].count
        let length = JournalBlock.append(entry, interface: UInt32(interface), to: &chunks[chunk])
        records.append(
            Record(
                time: entry.time.nanoseconds, chunk: chunk, offset: offset, length: length, batch: batches.count - 1))
        byteCount += length
        interfaceCount = max(interfaceCount, interface + 1)
    }

    /// Takes the blocks of a whole batch, and leaves it empty. A buffer that is at least half full is taken as it is and
    /// an empty one left in its place; what is less is copied, so that many small batches do not hold many large
    /// buffers: the chunks never take more than about twice the memory of what they hold.
    mutating func take(
        _ batch: inout JournalBatch, interface: Int, isOwn: Bool,
        whenDurable: (@Sendable (Result<Void, JournalError>) -> Void)?
    ) {
        begin(batch.count, isOwn: isOwn, whenDurable: whenDurable)
        guard !batch.isEmpty else { return }
        batch.stamp(UInt32(interface))
        var base = 0
        if batch.bytes.count >= batch.bytes.capacity / 2 {
            var buffer = spares.popLast() ?? []
            swap(&buffer, &batch.bytes)
            byteCount += buffer.count
            chunks.append(buffer)
        } else {
            makeRoom(for: batch.bytes.count)
            base = chunks[chunks.count - 1].count
            byteCount += batch.bytes.count
            chunks[chunks.count - 1].append(contentsOf: batch.bytes)
        }
        let (chunk, number) = (chunks.count - 1, batches.count - 1)
        for record in batch.records {
            records.append(
                Record(
                    time: record.time, chunk: chunk, offset: base + record.offset, length: record.length,
                    batch: number))
        }
        interfaceCount = max(interfaceCount, interface + 1)
        batch.removeAll()
    }

    /// Sees to it that the last chunk has room for so many octets, or is empty.
    private mutating func makeRoom(for count: Int) {
        if let last = chunks.last, last.isEmpty || last.count + count <= last.capacity { return }
        var chunk = spares.popLast() ?? []
        chunk.reserveCapacity(max(Self.chunkSize, count))
        chunks.append(chunk)
    }

    /// Orders the records by receive time: several sockets append in turns, but a group reads as one stream. Records of
    /// the same time keep their order.
    mutating func order() {
        let isOrdered = zip(records, records.dropFirst()).allSatisfy { $0.time <= $1.time }
        guard !isOrdered else { return }
        // A record's place tells the order of arrival.
        records.sort { ($0.time, $0.chunk, $0.offset) < ($1.time, $1.chunk, $1.offset) }
    }

    /// Where a commit that begins with the record `first` may end, and its octets: behind as many records as `room`
    /// octets hold, or behind the fewest where those are more. It cuts no batch in two: one whose first records became
    /// durable without its last could only be told to have failed, and its senders would repeat what is on disk.
    func cut(from first: Int, within room: UInt64) -> (end: Int, octets: UInt64) {
        // Of all records; where some are done already it is rather too much, and the long way tells.
        if UInt64(byteCount) <= room { return (records.count, UInt64(byteCount)) }
        var missing = [Int](repeating: 0, count: batches.count)
        for record in records[first...] { missing[record.batch] += 1 }
        var isOpen = [Bool](repeating: false, count: batches.count)
        var open = 0
        var octets: UInt64 = 0
        var cut = (end: first, octets: octets)
        for index in first..<records.count {
            let batch = records[index].batch
            octets += UInt64(records[index].length)
            if !isOpen[batch] {
                isOpen[batch] = true
                open += 1
            }
            missing[batch] -= 1
            if missing[batch] == 0 { open -= 1 }
            let isCut = open == 0
            if octets > room, isCut || cut.end > first { return cut.end > first ? cut : (index + 1, octets) }
            if isCut { cut = (index + 1, octets) }
        }
        return cut
    }

    /// Appends a record's sealed block to `output`.
    func seal(_ record: Record, at position: JournalPosition, into output: inout [UInt8]) {
        let base = output.count
        output.append(contentsOf: chunks[record.chunk][record.offset..<record.offset + record.length])
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
        while var chunk = chunks.popLast() {
            guard spares.count < Self.mostSpares, chunk.capacity <= Self.largestSpare else { continue }
            chunk.removeAll(keepingCapacity: true)
            spares.append(chunk)
        }
        byteCount = 0
        records.removeAll(keepingCapacity: true)
        batches.removeAll(keepingCapacity: true)
        interfaceCount = 0
    }
}
