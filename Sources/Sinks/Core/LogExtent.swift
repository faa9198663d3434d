internal import Alarms
public import Store

/// Where the event log begins and ends at a moment.
public struct LogExtent: Sendable, Hashable {
    /// The number before that of the oldest event that is still there.
    public var beforeOldest: Int64
    /// The number of the last event.
    public var end: Int64

    public init(of store: EventStore) throws(StoreError) {
        end = try store.lastEventID()
        do {
            beforeOldest = try store.events(after: 0, limit: 1).first.map { $0.event.id - 1 } ?? end
        } catch {
            // A row that cannot be read is there all the same.
            guard let oldest = error.eventID else { throw error }
            beforeOldest = oldest - 1
        }
    }
}
