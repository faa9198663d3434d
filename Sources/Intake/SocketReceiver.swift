internal import Basics
internal import Journal
internal import Logging
internal import SNMPWire
internal import Synchronization

/// One socket and the thread that empties it into the journal, a batch at a time.
///
/// Whoever holds it keeps the socket open: the answers to informs that the journal still has hold it too.
final class SocketReceiver: Sendable {
    private struct Answer: Sendable {
        let payload: [UInt8]
        let path: AnswerPath
    }

    /// An inform on its way to the disk.
    private struct PendingInform: Sendable {
        let key: InformMemory<Answer>.Key
        let ticket: InformMemory<Answer>.Ticket
        let answer: Answer
    }

    /// What one look at the socket brought.
    private struct Batch {
        var accounts = DatagramAccounts()
        var entries: [JournalEntry] = []
        var informs: [PendingInform] = []
        /// To repeats of informs that are on disk.
        var answers: [Answer] = []
    }

    /// Datagrams a system call: past some dozens the call's own cost is spread thin enough.
    private static let batchSize = 128

    /// The largest UDP datagram: 65,535 octets less its header of 8, which over IPv6 all can be payload.
    private static let largestDatagram = 65_527

    let socket: DatagramSocket
    private let ledger: ListenerLedger
    private let journal: any DatagramJournal
    private let access: AccessSnapshot
    private let waker: Waker
    private let slab: DatagramSlab
    private let informs = Mutex(InformMemory<Answer>())
    private let lastDrops = Mutex<UInt32>(0)
    /// The monotonic time past which the drain ends; set once the intake stops.
    private let drainDeadline = Atomic<Int64>(.max)

    init(
        socket: DatagramSocket, ledger: ListenerLedger, journal: any DatagramJournal, access: AccessSnapshot,
        limits: IntakeLimits
    ) throws(SystemError) {
        guard let slab = DatagramSlab(capacity: Self.batchSize, slotSize: limits.slotSize ?? Self.largestDatagram)
        else { throw .noMemory }
        self.socket = socket
        self.ledger = ledger
        self.journal = journal
        self.access = access
        self.waker = try Waker()
        self.slab = slab
    }

    /// The thread's work: receives until asked to stop, then takes what the socket still holds.
    func run() {
        while !isStopping {
            // A journal that is behind makes `append` wait; what comes in then waits in the kernel's buffer, and what
            // finds no room there is counted as the kernel's drops.
            if receiveBatch() < slab.capacity { socket.wait(waker: waker) }
        }
        socket.refuseNew()
        while monotonicNanoseconds() < drainDeadline.load(ordering: .relaxed), receiveBatch() > 0 {}
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

    private func receiveBatch() -> Int {
        let policy = access.current
        let now = monotonicNanoseconds()
        var batch = Batch()
        let count: Int
        do throws(SystemError) {
            count = try socket.receive(into: slab) { header, payload in
                take(header, payload, policy, now, &batch)
            }
        } catch {
            ledger.complain("receive") { "Receiving on \(socket.endpoint) failed: \(error)" }
            // So that an error which stays does not take a whole processor.
            waker.wait(milliseconds: 10)
            return 0
        }
        if count > 0 { finish(batch) }
        return count
    }

    private func take(
        _ header: DatagramHeader, _ payload: RawSpan, _ policy: AccessPolicy, _ now: Int64, _ batch: inout Batch
    ) {
        batch.accounts.received += 1
        switch Admission.judge(header, payload, policy) {
        case .refused(let reason, let error):
            batch.accounts.refused[reason, default: 0] += 1
            ledger.complain(reason.label, now: now) {
                "Refused a datagram from \(header.sender) to \(socket.endpoint): \(reason.advice(error))"
            }
        case .accepted(let summary):
            if summary.kind == .informRequest {
                takeInform(header, payload, summary, now, &batch)
            } else {
                append(header, payload, to: &batch)
            }
        }
    }

    private func takeInform(
        _ header: DatagramHeader, _ payload: RawSpan, _ summary: NotificationSummary, _ now: Int64,
        _ batch: inout Batch
    ) {
        guard let response = InformResponse.encode(to: payload) else {
            return append(header, payload, to: &batch)
        }
        let answer = Answer(payload: response, path: header.answerPath)
        let key = InformMemory<Answer>.Key(
            sender: header.sender, requestID: summary.requestID, content: payload.extracting(summary.pdu).contentHash)
        switch informs.withLock({ $0.judge(key, now: now, answer: answer) }) {
        case .new(let ticket):
            append(header, payload, to: &batch)
            batch.informs.append(PendingInform(key: key, ticket: ticket, answer: answer))
        case .inFlight:
            batch.accounts.inFlight += 1
        case .durable:
            batch.accounts.duplicate += 1
            batch.answers.append(answer)
        }
    }

    private func append(_ header: DatagramHeader, _ payload: RawSpan, to batch: inout Batch) {
        batch.accounts.inFlight += 1
        batch.entries.append(
            JournalEntry(
                time: header.time, interface: ledger.name, sender: header.sender,
                receiver: Endpoint(header.receiver.address, port: socket.endpoint.port), payload: payload.array))
    }

    /// Books the batch, then hands it on: the books must know of an entry before its fate can be told.
    private func finish(_ batch: Batch) {
        let forgotten = informs.withLock { $0.takeForgotten() }
        ledger.book { books in
            books.accounts.add(batch.accounts)
            books.forgotten += forgotten
        }
        send(batch.answers)
        guard !batch.entries.isEmpty else { return }
        let (count, informs) = (batch.entries.count, batch.informs)
        journal.append(batch.entries) { result in
            self.settle(count: count, informs: informs, result)
        }
    }

    /// The fate of a batch is known: only now may its informs be answered.
    private func settle(count: Int, informs: [PendingInform], _ result: Result<Void, JournalError>) {
        var failure: JournalError?
        if case .failure(let error) = result { failure = error }
        var answers: [Answer] = []
        var repeats = 0
        if !informs.isEmpty {
            self.informs.withLock { memory in
                for inform in informs {
                    let again = memory.settle(inform.key, inform.ticket, isDurable: failure == nil)
                    repeats += again.count
                    answers.append(inform.answer)
                    answers += again.answers
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
        if let failure {
            ledger.complain(failure.reason.rawValue, level: .error) {
                let total = ledger.read().accounts.failedTotal
                return "The journal could not keep \(count) datagrams, \(total) since the start; informs among them go "
                    + "unanswered: \(failure)"
            }
        } else {
            send(answers)
        }
    }

    private func send(_ answers: [Answer]) {
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

extension RawSpan {
    fileprivate var array: [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }

    fileprivate var contentHash: Int {
        var hasher = Hasher()
        unsafe withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
