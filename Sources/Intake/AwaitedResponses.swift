internal import Basics
internal import Manager
internal import SNMPWire
internal import Synchronization

/// The responses that the manager waits for: what tells one that is let in from a request or response that somebody
/// made up. Shared by all sockets, since a device's answer may reach another one than its request left from.
final class AwaitedResponses: Sendable {
    private struct State {
        var expected: [ExpectedResponse.Key: ExpectedResponse] = [:]
        /// How many are awaited of each peer.
        var peers: [Endpoint: Int] = [:]
        /// Taken, and on their way to the disk.
        var claimed: Set<ExpectedResponse.Key> = []
    }

    private let state = Mutex(State())
    /// Read for each datagram, so that a server that asks nobody pays nothing.
    private let count = Atomic(0)

    func expect(_ response: ExpectedResponse) {
        state.withLock { state in
            let known = state.expected.updateValue(response, forKey: response.key)
            if known == nil { add(1, to: &state, of: response.key.peer) }
        }
    }

    func forget(_ key: ExpectedResponse.Key) {
        state.withLock { state in
            state.claimed.remove(key)
            if state.expected.removeValue(forKey: key) != nil { add(-1, to: &state, of: key.peer) }
        }
    }

    /// The awaited response that this datagram is; it is awaited no longer. `nil` for any other datagram.
    func claim(_ payload: RawSpan, from sender: Endpoint) -> ExpectedResponse? {
        guard count.load(ordering: .acquiring) > 0,
            state.withLock({ $0.peers[sender] != nil }),
            let summary = try? ResponseView.check(payload)
        else { return nil }
        let key = ExpectedResponse.Key(peer: sender, requestID: summary.requestID)
        return state.withLock { state in
            guard let response = state.expected[key], response.version == summary.version,
                payload.extracting(summary.community).isEqual(to: response.community)
            else { return nil }
            state.expected[key] = nil
            state.claimed.insert(key)
            add(-1, to: &state, of: sender)
            return response
        }
    }

    /// It is in the journal; or it could not be kept, and is awaited again unless it was given up meanwhile.
    func settle(_ response: ExpectedResponse, _ payload: [UInt8], isDurable: Bool) {
        let isWanted = state.withLock { state in
            guard state.claimed.remove(response.key) != nil else { return false }
            if !isDurable, state.expected.updateValue(response, forKey: response.key) == nil {
                add(1, to: &state, of: response.key.peer)
            }
            return isDurable
        }
        if isWanted { response.whenSettled(payload) }
    }

    private func add(_ number: Int, to state: inout State, of peer: Endpoint) {
        let left = (state.peers[peer] ?? 0) + number
        state.peers[peer] = left > 0 ? left : nil
        count.add(number, ordering: .releasing)
    }
}
