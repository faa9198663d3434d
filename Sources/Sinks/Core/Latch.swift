internal import Synchronization

/// Opens once, and lets through whoever waits.
public final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var isGivenUp = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Whether what was waited for has come, and not its deadline.
    var isOpenedInTime: Bool { state.withLock { $0.isOpen && !$0.isGivenUp } }

    public init() {}

    public func open() { release { $0.isOpen = true } }

    /// The deadline has passed: nobody waits longer.
    func giveUp() {
        release { state in
            if !state.isOpen { state.isGivenUp = true }
            state.isOpen = true
        }
    }

    public func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    private func release(_ change: (inout sending State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
