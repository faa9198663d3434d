internal import Dispatch
internal import SNMPWire
internal import Synchronization

/// Sends requests to devices, again where no answer comes, a bounded number at once, and tells what became of each.
public final class RequestDispatcher: Sendable {
    /// One request to one device.
    public struct Order: Sendable {
        /// Requests of one device wait for each other.
        public var device: String
        public var request: SNMPRequest
        public var credential: Credential
        public var path: RequestPath
        /// Called with the request ID before the first sending.
        public var willSend: (@Sendable (Int32) -> Void)?

        public init(
            device: String, request: SNMPRequest, credential: Credential, path: RequestPath,
            willSend: (@Sendable (Int32) -> Void)? = nil
        ) {
            self.device = device
            self.request = request
            self.credential = credential
            self.path = path
            self.willSend = willSend
        }
    }

    public enum Outcome: Sendable {
        case answered(SNMPReply)
        /// No answer to any try.
        case timedOut
        /// Its reply fits the request's number, and not the request.
        case mismatched
        /// It could not be sent at all, or the line was full.
        case notSent(String)
        /// The dispatcher was stopped first.
        case stopped
    }

    private struct Pending {
        var order: Order
        var key: ExpectedResponse.Key?
        var payload: [UInt8] = []
        var lastFailure: String?
        var completion: @Sendable (Outcome) -> Void
    }

    private struct State {
        var table: RequestTable
        var pending: [Int64: Pending] = [:]
        var inUse: Set<ExpectedResponse.Key> = []
        var lastNumber: Int64 = 0
        var hasStopped = false
        /// The earliest moment for which a look is planned.
        var planned: Int64 = .max
    }

    private let sender: any DatagramSender
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "trapline.manager")

    public init(sender: any DatagramSender, limits: RequestLimits = RequestLimits()) {
        self.sender = sender
        self.state = Mutex(State(table: RequestTable(limits)))
    }

    /// Takes the order and returns at once; `completion` is called once, from any thread.
    public func submit(_ order: Order, completion: @escaping @Sendable (Outcome) -> Void) {
        let refusal: Outcome? = state.withLock { state in
            guard !state.hasStopped else { return .stopped }
            state.lastNumber += 1
            guard state.table.submit(state.lastNumber, device: order.device) else {
                return .notSent("too many requests wait")
            }
            state.pending[state.lastNumber] = Pending(order: order, completion: completion)
            return nil
        }
        if let refusal { return completion(refusal) }
        queue.async { [self] in advance() }
    }

    /// Takes the order and waits for what becomes of it.
    public func perform(_ order: Order) async -> Outcome {
        await withCheckedContinuation { continuation in
            submit(order) { continuation.resume(returning: $0) }
        }
    }

    /// Requests that were sent and wait for an answer.
    public var inFlight: Int { state.withLock { $0.table.inFlight } }

    /// Ends what is under way; nothing is sent afterwards.
    public func stop() {
        let pending = state.withLock { state in
            state.hasStopped = true
            defer { state.pending = [:] }
            return state.pending
        }
        for pending in pending.values {
            if let key = pending.key { sender.forget(key) }
            pending.completion(.stopped)
        }
    }

    // MARK: On the queue

    private func advance() {
        let now = Int64(clamping: DispatchTime.now().uptimeNanoseconds)
        let actions = state.withLock { state in
            state.planned = .max
            return state.hasStopped ? [] : state.table.advance(to: now)
        }
        for action in actions {
            switch action {
            case .send(let number, let attempt): send(number, isFirst: attempt == 1)
            case .giveUp(let number): giveUp(number)
            }
        }
        plan()
    }

    private func plan() {
        let deadline: Int64? = state.withLock { state in
            guard let deadline = state.table.nextDeadline, deadline < state.planned else { return nil }
            state.planned = deadline
            return deadline
        }
        guard let deadline else { return }
        queue.asyncAfter(deadline: DispatchTime(uptimeNanoseconds: UInt64(deadline))) { [weak self] in self?.advance() }
    }

    private func send(_ number: Int64, isFirst: Bool) {
        if isFirst { prepare(number) }
        guard let (payload, path) = state.withLock({ $0.pending[number].map { ($0.payload, $0.order.path) } })
        else { return }
        do throws(SendFailure) {
            try sender.send(payload, along: path)
            state.withLock { $0.pending[number]?.lastFailure = nil }
        } catch {
            // The next try may have more luck: a route or an interface can come back.
            state.withLock { $0.pending[number]?.lastFailure = error.description }
        }
    }

    /// Gives the request an ID that nobody can guess: whoever answers with it has seen the request.
    private func prepare(_ number: Int64) {
        let made: (ExpectedResponse, (@Sendable (Int32) -> Void)?)? = state.withLock { state in
            guard let order = state.pending[number]?.order else { return nil }
            var key: ExpectedResponse.Key
            repeat {
                key = ExpectedResponse.Key(peer: order.path.peer, requestID: .random(in: 1 ... .max))
            } while !state.inUse.insert(key).inserted
            state.pending[number]?.key = key
            state.pending[number]?.payload = order.request.encode(requestID: key.requestID, order.credential)
            let expected = ExpectedResponse(
                key: key, version: order.credential.version, community: order.credential.octets
            ) { [weak self] in self?.settle(number, $0) }
            return (expected, order.willSend)
        }
        guard let (expected, willSend) = made else { return }
        willSend?(expected.key.requestID)
        sender.expect(expected)
    }

    private func settle(_ number: Int64, _ payload: [UInt8]) {
        guard let pending = finish(number) else { return }
        guard let message = try? SNMPMessage.decode(payload), let reply = SNMPReply(message),
            reply.answers(pending.order.request)
        else { return pending.completion(.mismatched) }
        pending.completion(.answered(reply))
    }

    private func giveUp(_ number: Int64) {
        guard let pending = finish(number) else { return }
        if let key = pending.key { sender.forget(key) }
        pending.completion(pending.lastFailure.map { .notSent($0) } ?? .timedOut)
    }

    private func finish(_ number: Int64) -> Pending? {
        let pending = state.withLock { state in
            state.table.remove(number)
            let pending = state.pending.removeValue(forKey: number)
            if let key = pending?.key { state.inUse.remove(key) }
            return pending
        }
        queue.async { [weak self] in self?.advance() }
        return pending
    }
}
