public import Basics

/// Datagrams of one interface on their way into the journal, laid out as the blocks that a segment will hold.
///
/// A socket's thread fills one again and again: a datagram's octets are copied out of the receive buffer once, into
/// their block, and ``JournalWriter/append(_:whenDurable:)`` takes the blocks as they lie, so that a datagram costs no
/// memory of its own.
public struct JournalBatch: Sendable {
    struct Record: Sendable {
        var time: Int64
        /// Of its block in `bytes`.
        var offset: Int
        var length: Int
    }

    /// 128 of the vendor's alarms, each with its block around it: a buffer that most batches of a busy socket fill.
    private static let usualSize = 64 * 1_024

    /// The pcapng interface: a listener's name.
    public let interface: String
    /// Whole blocks that lack only their hashes.
    var bytes: [UInt8] = []
    private(set) var records: [Record] = []
    /// The interface's number that the blocks bear: the one that the writer gave it last.
    private(set) var number: UInt32 = 0

    public init(interface: String) {
        self.interface = interface
    }

    public var count: Int { records.count }
    public var isEmpty: Bool { records.isEmpty }

    /// Adds a datagram. False, and nothing is added, for a payload that no UDP datagram between these addresses carries.
    public mutating func append(time: Timestamp, sender: Endpoint, receiver: Endpoint, payload: RawSpan) -> Bool {
        guard payload.byteCount <= JournalBlock.largestPayload(from: sender.address, to: receiver.address) else {
            return false
        }
        if bytes.capacity == 0 { bytes.reserveCapacity(Self.usualSize) }
        let offset = bytes.count
        let length = JournalBlock.append(
            time: time, from: sender, to: receiver, payload: payload, interface: number, to: &bytes)
        records.append(Record(time: time.nanoseconds, offset: offset, length: length))
        return true
    }

    /// Empties the batch but keeps its memory for the next one.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
    }

    /// The datagrams one by one, for a journal that keeps them in another form.
    public var entries: [JournalEntry] {
        records.compactMap { record in
            let block = unsafe bytes.span.bytes.extracting(record.offset..<record.offset + record.length)
            var entry = JournalBlock.entry(block, interfaces: [])
            entry?.interface = interface
            return entry
        }
    }

    /// Has all blocks bear the number that the interface has with the writer.
    mutating func stamp(_ new: UInt32) {
        guard number != new else { return }
        number = new
        for record in records { JournalBlock.stamp(&bytes, at: record.offset, interface: new) }
    }
}
