import Journal
import Sinks
import Store

/// Who still needs which of the journal's segments.
struct JournalHolds: Sendable {
    let store: EventStore
    let cursors: CursorBoard
    /// The sinks that look at datagrams.
    let sinks: @Sendable () -> [String]

    func current() throws -> RetentionPolicy.Holds {
        // The pipeline's first: an event that comes after this look has its datagram behind it.
        var holds = RetentionPolicy.Holds(pipeline: store.checkpointedPosition?.segment ?? 0)
        let saved = try store.cursors()
        for sink in sinks() {
            // Where it would go on after a crash; one that is new has no saved cursor yet.
            guard let cursor = saved[sink]?.event ?? cursors.cursor(of: sink) else { continue }
            guard let position = try store.position(ofEventAfter: cursor) else { continue }
            holds.sinks[sink] = position.segment
        }
        return holds
    }
}
