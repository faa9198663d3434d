internal import Basics
internal import Manager
internal import SNMPSecurity
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
        /// Who was asked by v3: from them come responses that are late.
        var asked: Set<Endpoint> = []
    }

    /// As many devices as there are engines. Beyond it all are forgotten; a late response of theirs is then an event that
    /// says that it is no notification.
    private static let mostAsked = Timeliness.defaultEngineLimit

    private let state = Mutex(State())
    /// Read for each datagram, so that a server that asks nobody pays nothing.
    private let count = Atomic(0)
    private let asksByUser = Atomic(false)

    func expect(_ response: ExpectedResponse) {
        state.withLock { state in
            let known = state.expected.updateValue(response, forKey: response.key)
            if known == nil { add(1, to: &state, of: response.key.peer) }
            guard case .user = response.proof, !state.asked.contains(response.key.peer) else { return }
            if state.asked.count >= Self.mostAsked { state.asked = [] }
            state.asked.insert(response.key.peer)
            asksByUser.store(true, ordering: .releasing)
        }
    }

    func forget(_ key: ExpectedResponse.Key) {
        state.withLock { state in
            state.claimed.remove(key)
            if state.expected.removeValue(forKey: key) != nil { add(-1, to: &state, of: key.peer) }
        }
    }

    /// Whether this peer was ever asked by v3, so that what it sends may be a response that nobody waits for any longer,
    /// which cannot be seen while it is encrypted.
    func isAsked(_ peer: Endpoint) -> Bool {
        asksByUser.load(ordering: .acquiring) && state.withLock { $0.asked.contains(peer) }
    }

    /// What a datagram is to those who wait.
    enum Claim {
        /// The awaited response; it is awaited no longer.
        case response(ExpectedResponse)
        /// A Report to whoever asked, who has it by now.
        case report
    }

    /// `nil` for a datagram that nobody waits for.
    func claim(_ payload: RawSpan, from sender: Endpoint, at time: Timestamp) -> Claim? {
        guard count.load(ordering: .acquiring) > 0, state.withLock({ $0.peers[sender] != nil }) else { return nil }
        if let summary = (try? ResponseView.check(payload)) ?? nil {
            let key = ExpectedResponse.Key(peer: sender, requestID: summary.requestID)
            return state.withLock { state in
                guard let response = state.expected[key],
                    case .community(let community, let version) = response.proof, version == summary.version,
                    payload.extracting(summary.community).isEqual(to: community)
                else { return nil }
                return take(response, &state) ? .response(response) : nil
            }
        }
        guard let summary = (try? V3View.check(payload)) ?? nil,
            let response = state.withLock({
                $0.expected[ExpectedResponse.Key(peer: sender, requestID: summary.messageID)]
            }), case .user(let judge) = response.proof
        else { return nil }
        // Outside the lock: it takes its time, and may want something of us.
        let copy = unsafe payload.withUnsafeBytes { unsafe [UInt8]($0) }
        let verdict = judge(copy, .received(time))
        guard verdict != .foreign else { return nil }
        let isFirst = state.withLock { take(response, isForJournal: verdict == .response, &$0) }
        // A Report has done its work once it was judged, and whoever asked may have ended what it waited for already.
        if verdict == .report { return .report }
        // Another socket may have had the same datagram meanwhile.
        return isFirst ? .response(response) : nil
    }

    private func take(_ response: ExpectedResponse, isForJournal: Bool = true, _ state: inout State) -> Bool {
        guard state.expected.removeValue(forKey: response.key) != nil else { return false }
        if isForJournal { state.claimed.insert(response.key) }
        add(-1, to: &state, of: response.key.peer)
        return true
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
