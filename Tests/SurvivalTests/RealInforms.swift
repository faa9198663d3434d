import Foundation
import Synchronization
import TestPeers

/// Runs the real `snmpinform` over and over, as its manual has it: 5 repeats, 1 s apart.
final class RealInforms: Sendable {
    private struct State {
        var last: Int32
        var acknowledged: Set<Int32> = []
        var isEnding = false
        var hasEnded = false
        var failure: String?
    }

    private let state: Mutex<State>

    /// - Parameter first: The first inform's number, less 1.
    init(port: UInt16, after first: Int32) {
        state = Mutex(State(last: first))
        let thread = Thread { [self] in
            while !state.withLock({ $0.isEnding }) { send(port) }
            state.withLock { $0.hasEnded = true }
        }
        thread.name = "snmpinform"
        thread.start()
    }

    /// Waits for the end of the one under way; the numbers of those that `snmpinform` says were acknowledged.
    func stop() throws -> Set<Int32> {
        state.withLock { $0.isEnding = true }
        _ = Poll.until { state.withLock { $0.hasEnded } }
        return try state.withLock { state in
            if let failure = state.failure { throw Command.Failure(description: failure) }
            return state.acknowledged
        }
    }

    private func send(_ port: UInt16) {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        do {
            // Without modules: it knows numbers, and starts at once.
            let sent = try Command.run(
                "snmpinform",
                [
                    "-m", "", "-v", "2c", "-c", "public", "-r", "5", "-t", "1", "127.0.0.1:\(port)", "",
                    NumberedNotification.oid, NumberedNotification.variable, "i", "\(number)",
                ])
            if sent.status == 0 { state.withLock { _ = $0.acknowledged.insert(number) } }
        } catch {
            state.withLock { state in
                state.failure = "\(error)"
                state.isEnding = true
            }
        }
    }
}
