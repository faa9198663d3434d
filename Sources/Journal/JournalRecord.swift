public import Basics

/// A datagram to be journaled.
public struct JournalEntry: Sendable {
    public var time: Timestamp
    /// The pcapng interface: a listener's name, or `trapline` for the server's own facts.
    public var interface: String
    public var sender: Endpoint
    public var receiver: Endpoint
    public var payload: [UInt8]

    public init(time: Timestamp, interface: String, sender: Endpoint, receiver: Endpoint, payload: [UInt8]) {
        self.time = time
        self.interface = interface
        self.sender = sender
        self.receiver = receiver
        self.payload = payload
    }
}

/// A datagram read back from the journal.
public struct JournalRecord: Sendable {
    public var entry: JournalEntry
    /// Where the record begins.
    public var position: JournalPosition
    /// Where the next one begins: what the pipeline saves once this one's effects are in the store.
    public var next: JournalPosition

    public init(entry: JournalEntry, position: JournalPosition, next: JournalPosition) {
        self.entry = entry
        self.position = position
        self.next = next
    }
}
