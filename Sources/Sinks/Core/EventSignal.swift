internal import Synchronization

/// Tells the followers of the event log that it has grown. It holds the last number and not the news of each, so that
/// nobody can miss one between looking and waiting.
public final class EventSignal: Sendable {
    private struct State {
        var lastEventID: Int64
        var nextWaiter: UInt64 = 0
        var waiters: [UInt64: (beyond: Int64, continuation: CheckedContinuation<Void, Never>)] = [:]
    }

    private let state: Mutex<State>

    public init(lastEventID: Int64 = 0) {
        state = Mutex(State(lastEventID: lastEventID))
    }

    /// The last number that was announced.
    public var lastEventID: Int64 { state.withLock { $0.lastEventID } }

    /// The log now reaches up to `id`. Called after the commit that wrote it; a lower number than before says nothing.
    public func announce(_ id: Int64) {
        let woken = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard id > state.lastEventID else { return [] }
            state.lastEventID = id
            let ready = state.waiters.filter { $0.value.beyond < id }
            for key in ready.keys { state.waiters[key] = nil }
            return ready.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Returns once a number above `id` was announced, or when the task is cancelled.
    public func wait(beyond id: Int64) async {
        let key = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    // Cancelled before it waits: the handler below has run and found nothing to wake.
                    if state.lastEventID > id || Task.isCancelled { return true }
                    state.waiters[key] = (id, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: key) }?.continuation.resume()
        }
    }
}
