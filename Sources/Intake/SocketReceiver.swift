internal import Basics
internal import Journal
internal import Logging
internal import Manager
internal import SNMPSecurity
internal import SNMPWire
internal import Synchronization

/// One socket and the thread that empties it into the journal, a batch at a time.
///
/// Whoever holds it keeps the socket open: the answers to informs that the journal still has hold it too.
final class SocketReceiver: Sendable {
    /// Datagrams a system call: past some dozens the call's own cost is spread thin enough.
    private static let batchSize = 128

    /// The largest UDP datagram: 65,535 octets less its header of 8, which over IPv6 all can be payload.
    private static let largestDatagram = 65_527

    let socket: DatagramSocket
    let ledger: ListenerLedger
    private let journal: any DatagramJournal
    private let access: AccessSnapshot
    let recalled: RecalledInforms
    let gate: SecurityGate
    let awaited: AwaitedResponses
    private let waker: Waker
    private let slab: DatagramSlab
    let informs: Mutex<InformMemory<ReceivedBatch.Answer>>
    private let patience: Int64
    private let lastDrops = Mutex<UInt32>(0)
    /// The monotonic time past which the drain ends; set once the intake stops.
    private let drainDeadline = Atomic<Int64>(.max)

    init(
        socket: DatagramSocket, ledger: ListenerLedger, journal: any DatagramJournal, access: AccessSnapshot,
        recalled: RecalledInforms, gate: SecurityGate, awaited: AwaitedResponses, limits: IntakeLimits
    ) throws(SystemError) {
        guard let slab = DatagramSlab(capacity: Self.batchSize, slotSize: limits.slotSize ?? Self.largestDatagram)
        else { throw .noMemory }
        self.socket = socket
        self.ledger = ledger
        self.journal = journal
        self.access = access
        self.recalled = recalled
        self.gate = gate
        self.awaited = awaited
        self.waker = try Waker()
        self.slab = slab
        self.informs = Mutex(InformMemory(capacity: limits.informs))
        self.patience = limits.patience
    }

    /// The thread's work: receives until asked to stop, then takes what the socket still holds.
    func run() {
        // This thread's own, and used again and again: a datagram costs no memory, and a budget no lock.
        var batch = ReceivedBatch(
            datagrams: JournalBatch(interface: ledger.name), steps: InformSteps(patience: patience))
        var budgets = SenderBudgets()
        while !isStopping {
            // A journal that is behind makes `append` wait; what comes in then waits in the kernel's buffer, and what
            // finds no room there is counted as the kernel's drops.
            if receiveBatch(&batch, &budgets) < slab.capacity { socket.wait(waker: waker) }
        }
        socket.refuseNew()
        while monotonicNanoseconds() < drainDeadline.load(ordering: .relaxed), receiveBatch(&batch, &budgets) > 0 {}
    }

    /// Ends `run` once the socket is empty, at the latest at the deadline.
    func stop(deadline: Int64) {
        drainDeadline.store(deadline, ordering: .relaxed)
        waker.wake()
    }

    private var isStopping: Bool { drainDeadline.load(ordering: .relaxed) != .max }

    /// Adds what the kernel has dropped since the last look to the books.
    func readKernelDrops() {
        lastDrops.withLock { last in
            guard let drops = socket.kernelDrops() else { return }
            let new = Int(drops &- last)
            last = drops
            ledger.book { $0.kernelDrops += new }
        }
    }

    // MARK: A batch

    private func receiveBatch(_ batch: inout ReceivedBatch, _ budgets: inout SenderBudgets) -> Int {
        let policy = access.current
        budgets.use(policy.budget)
        let now = monotonicNanoseconds()
        let count: Int
        do throws(SystemError) {
            count = try socket.receive(into: slab) { header, payload in
                take(header, payload, policy, now, &budgets, &batch)
            }
        } catch {
            ledger.complain("receive") { "Receiving on \(socket.endpoint) failed: \(error)" }
            // So that an error which stays does not take a whole processor.
            waker.wait(milliseconds: 10)
            return 0
        }
        if count > 0 { finish(&batch) }
        return count
    }

    /// What was asked for comes in whatever else its sender does: a storm of traps is when its answers are needed most.
    /// Of the rest, the sender comes first: a network that may not send has no claim on a place in the table of
    /// budgets, and a storm has none on a look at what it sends.
    private func take(
        _ header: DatagramHeader, _ payload: RawSpan, _ policy: AccessPolicy, _ now: Int64,
        _ budgets: inout SenderBudgets, _ batch: inout ReceivedBatch
    ) {
        if !header.isTruncated, let claim = awaited.claim(payload, from: header.sender, at: header.time) {
            switch claim {
            case .response(let response): return takeResponse(header, payload, response, &batch)
            case .report:
                batch.accounts.received += 1
                batch.accounts.reports += 1
                return
            }
        }
        guard policy.admits(header.sender.address) else { return refuse(header, .source, nil, now, &batch) }
        switch budgets.judge(payer(header, payload, policy), at: header.time.nanoseconds) {
        case .within: break
        case .unmeasured: batch.unmeasured += 1
        case .over: return batch.refuseOverBudget(header.sender.address)
        }
        switch Admission.judge(header, payload, policy) {
        case .refused(let reason, let error):
            refuse(header, reason, error, now, &batch)
        case .secured(let summary):
            takeSecured(header, payload, summary, now, &batch)
        case .accepted(let summary):
            batch.accounts.received += 1
            if summary.kind == .informRequest {
                takeInform(header, payload, summary, now, &batch)
            } else {
                append(header, payload, to: &batch)
            }
        }
    }

    /// Whose budget the datagram takes from. Only what a relay sends is looked into for that.
    private func payer(
        _ header: DatagramHeader, _ payload: RawSpan, _ policy: AccessPolicy
    ) -> SenderBudgets.Key {
        let sender = header.sender.address
        guard let budget = policy.budget, budget.isRelay(sender) else { return SenderBudgets.Key(sender) }
        let copy = unsafe payload.withUnsafeBytes { unsafe [UInt8]($0) }
        let notification = try? SNMPNotification.decode(copy)
        return SenderBudgets.Key(sender, device: notification?.relayedAddress ?? 0)
    }

    func refuse(
        _ header: DatagramHeader, _ reason: RefusalReason, _ error: WireError?, _ now: Int64,
        _ batch: inout ReceivedBatch
    ) {
        batch.accounts.received += 1
        batch.accounts.refused[reason, default: 0] += 1
        ledger.complain(reason.label, of: header.sender.address, now: now) {
            "Refused a datagram from \(header.sender) to \(socket.endpoint): \(reason.advice(error, access.current))"
        }
    }

    private func takeInform(
        _ header: DatagramHeader, _ payload: RawSpan, _ summary: NotificationSummary, _ now: Int64,
        _ batch: inout ReceivedBatch
    ) {
        guard let response = InformResponse.encode(to: payload) else {
            append(header, payload, to: &batch)
            return
        }
        let answer = ReceivedBatch.Answer(payload: response, path: header.answerPath)
        let key = InformKey(sender: header.sender, payload, summary)
        guard let ticket = recognise(key, answer, now, &batch) else { return }
        append(header, payload, to: &batch)
        batch.informs.append(ReceivedBatch.PendingInform(key: key, ticket: ticket, answer: answer))
    }

    /// The ticket of an inform that was not seen before; of one that was, its answer goes with the batch's or its first's.
    func recognise(
        _ key: InformKey, _ answer: ReceivedBatch.Answer, _ now: Int64, _ batch: inout ReceivedBatch
    ) -> ReceivedBatch.Ticket? {
        if recalled.contains(key, now: now) {
            batch.accounts.duplicate += 1
            batch.answers.append(answer)
            return nil
        }
        switch informs.withLock({ $0.judge(key, now: now, answer: answer) }) {
        case .new(let ticket):
            return ticket
        case .inFlight:
            batch.accounts.inFlight += 1
        case .durable:
            batch.accounts.duplicate += 1
            batch.answers.append(answer)
        }
        return nil
    }

    private func takeResponse(
        _ header: DatagramHeader, _ payload: RawSpan, _ response: ExpectedResponse, _ batch: inout ReceivedBatch
    ) {
        batch.accounts.received += 1
        let copy = unsafe payload.withUnsafeBytes { unsafe [UInt8]($0) }
        if append(header, payload, to: &batch) {
            batch.responses.append(ReceivedBatch.PendingResponse(response: response, payload: copy))
        } else {
            awaited.settle(response, copy, isDurable: false)
        }
    }

    @discardableResult
    func append(_ header: DatagramHeader, _ payload: RawSpan, to batch: inout ReceivedBatch) -> Bool {
        let isTaken = batch.datagrams.append(
            time: header.time, sender: header.sender,
            receiver: Endpoint(header.receiver.address, port: socket.endpoint.port), payload: payload)
        if isTaken {
            batch.accounts.inFlight += 1
        } else {
            // No kernel gives one that is longer than its own headers can say.
            batch.accounts.refused[.oversized, default: 0] += 1
        }
        return isTaken
    }

    /// Books the batch, then hands it on: the books must know of an entry before its fate can be told.
    private func finish(_ batch: inout ReceivedBatch) {
        let forgotten = batch.informs.isEmpty ? 0 : informs.withLock { $0.takeForgotten() }
        let overBudget = batch.overBudget.reduce(0) { $0 + $1.refused }
        if overBudget > 0 { batch.accounts.refused[.overBudget] = overBudget }
        ledger.book { books in
            books.accounts.add(batch.accounts)
            books.forgotten += forgotten
            books.unmeasured += batch.unmeasured
            for (sender, refused) in batch.overBudget { books.overBudget.note(sender, refused: refused) }
        }
        batch.accounts = DatagramAccounts()
        batch.unmeasured = 0
        batch.overBudget.removeAll(keepingCapacity: true)
        sendReports(&batch)
        if !batch.answers.isEmpty {
            send(batch.answers)
            batch.answers.removeAll(keepingCapacity: true)
        }
        guard !batch.datagrams.isEmpty else { return }
        let (count, informs, responses) = (batch.datagrams.count, batch.informs, batch.responses)
        batch.informs = []
        batch.responses = []
        journal.append(&batch.datagrams) { result in
            self.settle(count: count, informs: informs, responses: responses, result)
        }
    }

    /// The fate of a batch is known: only now may its informs be answered.
    private func settle(
        count: Int, informs: [ReceivedBatch.PendingInform], responses: [ReceivedBatch.PendingResponse],
        _ result: Result<Void, JournalError>
    ) {
        var failure: JournalError?
        if case .failure(let error) = result { failure = error }
        var answers: [ReceivedBatch.Answer] = []
        var repeats = 0
        if !informs.isEmpty {
            self.informs.withLock { memory in
                for inform in informs {
                    let again = memory.settle(inform.key, inform.ticket, isDurable: failure == nil)
                    repeats += again.count
                    let due = [inform.answer] + again.answers
                    // The same octets may come again, those of a repeat too.
                    if failure != nil { for answer in due { answer.note.map(gate.incoming.forget) } }
                    answers += due
                }
            }
        }
        ledger.book { books in
            books.accounts.inFlight -= count + repeats
            if let failure {
                books.accounts.failed[failure.reason.rawValue, default: 0] += count + repeats
            } else {
                books.accounts.journaled += count
                books.accounts.duplicate += repeats
            }
        }
        for pending in responses { awaited.settle(pending.response, pending.payload, isDurable: failure == nil) }
        if let failure {
            ledger.complain(failure.reason.rawValue, level: .error) {
                let total = ledger.read().accounts.failedTotal
                let datagrams = counted(count, "datagram")
                return "The journal could not keep \(datagrams), \(total) since the start; informs among them go "
                    + "unanswered: \(failure)"
            }
        } else {
            send(answers)
        }
    }

    private func send(_ answers: [ReceivedBatch.Answer]) {
        var sent = 0
        for answer in answers {
            if let error = socket.send(answer.payload, along: answer.path) {
                ledger.complain("answer") {
                    "An inform from \(Endpoint(answer.path.sender)) is kept, but its answer could not be sent: \(error)"
                }
            } else {
                sent += 1
            }
        }
        if sent > 0 { ledger.book { $0.acknowledged += sent } }
    }
}
