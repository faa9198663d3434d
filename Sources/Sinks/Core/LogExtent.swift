public import Store

/// Where the event log begins and ends at a moment.
public struct LogExtent: Sendable, Hashable {
    /// The number before that of the oldest event that is still there.
    public var beforeOldest: Int64
    /// The number of the last event.
    public var end: Int64

    public init(of store: EventStore) throws(StoreError) {
        end = try store.lastEventID()
        beforeOldest = try store.firstEventID().map { $0 - 1 } ?? end
    }
}
