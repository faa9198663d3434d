internal import Basics
internal import Journal
internal import Manager
internal import SNMPSecurity
internal import SNMPWire

/// What one look at a socket brought. Its thread's own, and used again and again.
struct ReceivedBatch {
    struct Answer: Sendable {
        let payload: [UInt8]
        let path: AnswerPath
        /// What the message of v3 that it answers was noted as, so that it is not taken twice.
        var note: ReplayNote?
    }

    typealias Ticket = InformMemory<Answer>.Ticket

    /// An inform on its way to the disk.
    struct PendingInform: Sendable {
        let key: InformKey
        let ticket: Ticket
        let answer: Answer
    }

    /// A response that the manager asked for, on its way to the disk.
    struct PendingResponse: Sendable {
        let response: ExpectedResponse
        let payload: [UInt8]
    }

    var accounts = DatagramAccounts()
    var unmeasured = 0
    /// Senders over their budget, each with its datagrams refused.
    var overBudget: [(sender: IPAddress, refused: Int)] = []
    var datagrams: JournalBatch
    var informs: [PendingInform] = []
    var responses: [PendingResponse] = []
    /// To repeats of informs that are on disk.
    var answers: [Answer] = []
    /// To messages of v3 that were not let in.
    var reports: [Answer] = []
    /// Reports that would have been more than may be sent.
    var reportsWithheld = 0
    /// How many Reports may be sent: over all of the socket's batches.
    var reportLimiter = ReportLimiter()
    /// Who asks in vain: over all of the socket's batches too.
    var steps: InformSteps

    init(datagrams: consuming JournalBatch, steps: InformSteps = InformSteps()) {
        self.datagrams = datagrams
        self.steps = steps
    }

    mutating func refuseOverBudget(_ sender: IPAddress) {
        accounts.received += 1
        // As a rule there is one, or it is the one before.
        if let index = overBudget.lastIndex(where: { $0.sender == sender }) {
            overBudget[index].refused += 1
        } else {
            overBudget.append((sender, 1))
        }
    }
}
