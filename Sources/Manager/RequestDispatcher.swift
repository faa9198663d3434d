internal import Dispatch
public import SNMPSecurity
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
        /// The device's security refuses it, and asking again would change nothing: why, and what to do.
        case refused(String)
        /// It could not be sent at all, or the line was full.
        case notSent(String)
        /// The dispatcher was stopped first.
        case stopped
    }

    private struct Pending {
        var order: Order
        /// The PDU's, the same in each sending: that of its first key; `nil` before.
        var requestID: Int32?
        /// Under which its responses are let in.
        var keys: [ExpectedResponse.Key] = []
        /// Of v1 and v2c, the same in each sending.
        var payload: [UInt8] = []
        /// What v3 brought, in the open.
        var reply: SNMPReply?
        /// Message IDs of the questions who the engine is.
        var questions: Set<Int32> = []
        /// How often another engine was found than the one before.
        var discoveries = 0
        var lastFailure: String?
        var completion: @Sendable (Outcome) -> Void
    }

    private struct State {
        var table: RequestTable
        var sessions = SessionTable()
        var pending: [Int64: Pending] = [:]
        var inUse: Set<ExpectedResponse.Key> = []
        var lastNumber: Int64 = 0
        var hasStopped = false
        /// The earliest moment for which a look is planned.
        var planned: Int64 = .max
    }

    /// Engines that a device may name in the course of one request: at a switch-over there is a second. More, and it is
    /// not to be asked.
    private static let mostDiscoveries = 2

    /// How often an answer is judged anew since another thread has learned something of the same engine meanwhile. Each
    /// time that one has come further; beyond it the request is sent again.
    private static let mostJudgements = 4

    private let sender: any DatagramSender
    private let users: @Sendable () -> UserTable
    private let ring: KeyRing?
    // For engines that are not ours anything will do.
    private let salts = Salts(boots: .random(in: 0 ... .max))
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "trapline.manager")

    /// - Parameters:
    ///   - users: those in force, in whose names devices are asked by v3.
    ///   - ring: takes the keys of the engines that answered, for whoever opens their answers again.
    public init(
        sender: any DatagramSender, users: @escaping @Sendable () -> UserTable = { UserTable() }, ring: KeyRing? = nil,
        limits: RequestLimits = RequestLimits()
    ) {
        self.sender = sender
        self.users = users
        self.ring = ring
        self.state = Mutex(State(table: RequestTable(limits)))
    }

    /// Other users are in force: what was agreed with engines in the names of those before is agreed anew.
    public func forgetSessions() {
        state.withLock { $0.sessions.forgetAll() }
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
            for key in pending.keys { sender.forget(key) }
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

    /// Something to be sent, and what is to be done before.
    private struct Sending {
        enum Payload {
            case ready([UInt8])
            /// By v3, to be made with what is known of the engine.
            case sealed(RequestSession, PDU, messageID: Int32)
        }

        var payload: Payload
        var path: RequestPath
        /// `nil` where it is waited for by the sending before.
        var expected: ExpectedResponse?
        /// Before the first sending.
        var willSend: (() -> Void)?
    }

    private struct Unsendable: Error {
        var why: String
    }

    private func send(_ number: Int64, isFirst: Bool) {
        let sending: Sending?
        let payload: [UInt8]
        do throws(Unsendable) {
            sending = try state.withLock { state throws(Unsendable) in try make(number, isFirst: isFirst, &state) }
            guard let sending else { return }
            // Not under the lock, for which the threads wait that receive.
            payload = try Self.octets(of: sending.payload)
        } catch {
            return finish(number, .notSent(error.why))
        }
        guard let sending else { return }
        sending.willSend?()
        if let expected = sending.expected {
            sender.expect(expected)
            // It may have ended meanwhile, by an answer to the sending before or by a stop: nobody else would forget this.
            guard state.withLock({ $0.pending[number]?.keys.contains(expected.key) ?? false }) else {
                return sender.forget(expected.key)
            }
        }
        do throws(SendFailure) {
            try sender.send(payload, along: sending.path)
            state.withLock { $0.pending[number]?.lastFailure = nil }
        } catch {
            // The next try may have more luck: a route or an interface can come back.
            state.withLock { $0.pending[number]?.lastFailure = error.description }
        }
    }

    /// - Returns: `nil` where the request is not here any more.
    private func make(_ number: Int64, isFirst: Bool, _ state: inout State) throws(Unsendable) -> Sending? {
        guard var pending = state.pending[number] else { return nil }
        defer { state.pending[number] = pending }
        let order = pending.order
        if case .community = order.credential, !pending.payload.isEmpty {
            return Sending(payload: .ready(pending.payload), path: order.path)
        }
        let key = newKey(&pending, &state)
        let requestID = pending.requestID ?? key.requestID
        pending.requestID = requestID
        var sending: Sending
        switch order.credential {
        case .community(let credential):
            pending.payload = order.request.encode(requestID: requestID, credential)
            sending = Sending(payload: .ready(pending.payload), path: order.path)
            sending.expected = ExpectedResponse(
                key: key, version: credential.version, community: credential.octets
            ) { [weak self] in self?.settle(number, $0) }
        case .user(let user):
            // A sending is told from the one before by its message ID (RFC 3412 §6.2).
            let session = try session(order, user, &state)
            if !session.isDiscovered { pending.questions.insert(key.requestID) }
            let pdu = PDU.standard(order.request.pdu(requestID: requestID, .v3))
            sending = Sending(payload: .sealed(session, pdu, messageID: key.requestID), path: order.path)
            sending.expected = ExpectedResponse(
                key: key, proof: .user { [weak self] in self?.judge(number, $0, at: $1) ?? .foreign }
            ) { [weak self] in self?.settle(number, $0) }
        }
        if isFirst, let willSend = order.willSend { sending.willSend = { willSend(requestID) } }
        return sending
    }

    /// With an ID that nobody can guess: whoever answers with it has seen the request.
    private func newKey(_ pending: inout Pending, _ state: inout State) -> ExpectedResponse.Key {
        var key: ExpectedResponse.Key
        repeat {
            key = ExpectedResponse.Key(peer: pending.order.path.peer, requestID: .random(in: 1 ... .max))
        } while !state.inUse.insert(key).inserted
        pending.keys.append(key)
        return key
    }

    private func settle(_ number: Int64, _ payload: [UInt8]) {
        guard let pending = state.withLock({ $0.pending[number] }) else { return }
        let reply = pending.reply ?? (try? SNMPMessage.decode(payload)).flatMap { SNMPReply($0) }
        guard let reply, reply.answers(pending.order.request) else { return finish(number, .mismatched) }
        finish(number, .answered(reply))
    }

    private func giveUp(_ number: Int64) {
        let failure = state.withLock { $0.pending[number]?.lastFailure }
        finish(number, failure.map { .notSent($0) } ?? .timedOut)
    }

    /// Once: whoever comes later finds nothing.
    private func finish(_ number: Int64, _ outcome: Outcome) {
        let pending = state.withLock { state in
            state.table.remove(number)
            let pending = state.pending.removeValue(forKey: number)
            for key in pending?.keys ?? [] { state.inUse.remove(key) }
            return pending
        }
        guard let pending else { return }
        for key in pending.keys { sender.forget(key) }
        queue.async { [weak self] in self?.advance() }
        pending.completion(outcome)
    }

    // MARK: By v3

    private static func place(_ order: Order, _ user: UserCredential) -> SessionTable.Place {
        SessionTable.Place(peer: order.path.peer, user: user)
    }

    /// What is known of the engine, or a beginning.
    private func session(
        _ order: Order, _ user: UserCredential, _ state: inout State
    ) throws(Unsendable) -> RequestSession {
        let place = Self.place(order, user)
        if let known = state.sessions.entry(at: place) { return known.session }
        let new = RequestSession(
            users(), user: user.name, level: user.level, contextName: user.context, salts: salts, ring: ring)
        guard let new else { throw Unsendable(why: "there is no user `\(user.name)`, or not at this level") }
        state.sessions.put(new, at: place)
        return new
    }

    private static func octets(of payload: Sending.Payload) throws(Unsendable) -> [UInt8] {
        switch payload {
        case .ready(let octets): octets
        case .sealed(let session, let pdu, let messageID): try seal(pdu, session, messageID)
        }
    }

    private static func seal(
        _ pdu: PDU, _ session: RequestSession, _ messageID: Int32
    ) throws(Unsendable) -> [UInt8] {
        do throws(OutgoingMessage.Failure) {
            return try session.datagram(pdu, messageID: messageID, at: .now)
        } catch {
            let name = String(decoding: session.userName, as: UTF8.self)
            switch error {
            case .noKeys: throw Unsendable(why: "user `\(name)` has no keys for this level")
            case .tooLong: throw Unsendable(why: "the request is longer than a datagram")
            case .library: throw Unsendable(why: "its protocols are switched off on this machine")
            }
        }
    }

    /// What came back to a request by v3. Called by whoever received it, on any thread; it calculates with a copy of what
    /// is known of the engine, so that no thread waits for another's calculation.
    private func judge(_ number: Int64, _ datagram: [UInt8], at moment: Moment) -> ExpectedResponse.Verdict {
        for _ in 0..<Self.mostJudgements {
            guard let known = state.withLock({ Self.known(number, &$0) }) else { return .foreign }
            var entry = known.entry
            let answer: RequestSession.Answer
            do throws(RequestSession.Failure) {
                answer = try entry.session.take(datagram, at: moment)
            } catch {
                return .foreign
            }
            let meaning: Meaning? = state.withLock { state in
                guard state.sessions.update(entry, at: known.place) else { return nil }
                return take(number, answer, entry.session, known.place, &state)
            }
            guard let meaning else { continue }
            switch meaning {
            case .nothing: return .foreign
            case .reply: return .response
            case .known: break
            case .news: queue.async { [weak self] in self?.sendAgain(number) }
            case .refusal(let why): queue.async { [weak self] in self?.finish(number, .refused(why)) }
            }
            return .report
        }
        return .foreign
    }

    /// What is known of the engine that a request asks.
    private static func known(
        _ number: Int64, _ state: inout State
    ) -> (place: SessionTable.Place, entry: SessionTable.Entry)? {
        guard let order = state.pending[number]?.order, case .user(let user) = order.credential else { return nil }
        let place = place(order, user)
        return state.sessions.entry(at: place).map { (place, $0) }
    }

    /// What an answer is to its request.
    private enum Meaning {
        /// It is none to this request.
        case nothing
        case reply
        /// A Report of what is known by now: the same question was asked again, and is answered.
        case known
        /// A Report that tells of the engine what the request is to be sent again with.
        case news
        /// The device does not do it, and why.
        case refusal(String)
    }

    private func take(
        _ number: Int64, _ answer: RequestSession.Answer, _ session: RequestSession, _ place: SessionTable.Place,
        _ state: inout State
    ) -> Meaning {
        guard let pending = state.pending[number] else { return .nothing }
        switch answer {
        case .sendAgain:
            return .news
        case .response(_, let scoped):
            guard let reply = SNMPReply(scoped.pdu), reply.requestID == pending.requestID else { return .nothing }
            state.pending[number]?.reply = reply
            return .reply
        case .refused(let messageID, .unknownEngineIDs) where pending.questions.contains(messageID):
            return .known
        case .refused(_, .unknownEngineIDs) where pending.discoveries < Self.mostDiscoveries:
            // Another engine answers there now: a unit was replaced, or its peer has taken over.
            state.sessions.forget(place)
            state.pending[number]?.discoveries += 1
            return .news
        case .refused:
            // Whatever it was, the next request begins from the beginning.
            state.sessions.forget(place)
        case .unavailable:
            break
        }
        return session.refusal(in: answer).map { .refusal("the device refuses it: \($0)") } ?? .nothing
    }

    private func sendAgain(_ number: Int64) {
        let now = Int64(clamping: DispatchTime.now().uptimeNanoseconds)
        guard state.withLock({ $0.table.restart(number, at: now) }) else { return }
        send(number, isFirst: false)
        plan()
    }
}
