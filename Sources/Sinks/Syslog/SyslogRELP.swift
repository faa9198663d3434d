internal import Basics

/// What a syslog sink sends over RELP: one session, opened when it is first needed, kept, and opened anew after its end.
///
/// RELP's server answers each message once it has it. A message is kept here until then: after a broken connection it is
/// sent again, before anything newer. librelp reads answers only while it sends or ends the session, so the last ones are
/// asked for by an end in good order.
actor SyslogRELP {
    /// A syslog message and the number of its event.
    struct Message: Sendable {
        var event: Int64
        var octets: [UInt8]
    }

    private let host: String
    private let port: UInt16
    /// librelp blocks.
    private let thread: BlockingQueue
    private var session: RELPSession?
    /// Handed over and not answered, oldest first; never more than the window.
    private var unanswered: [Message] = []
    /// How many answers of the present session were taken into account.
    private var answers = 0
    /// The events of a delivery that failed further on, up to there: it is brought again whole.
    private var interrupted: [Int64] = []

    init(name: String, settings: SyslogSettings) {
        host = settings.host
        port = settings.port
        thread = BlockingQueue("trapline.relp.\(name)")
    }

    /// Returns once the kernel has all of `messages`. On a throw all of them are to be brought again; those that went are
    /// known then, and do not go twice.
    func send(_ messages: [Message]) async throws(DeliveryFailure) {
        var done = messages.lazy.map(\.event).starts(with: interrupted) ? interrupted.count : 0
        interrupted = []
        do throws(DeliveryFailure) {
            let wasStanding = session != nil
            do throws(DeliveryFailure) {
                try await send(messages, from: &done)
            } catch {
                // A server that was restarted since the last delivery is not in trouble.
                guard wasStanding, error.reason == .unreachable else { throw error }
                try await send(messages, from: &done)
            }
        } catch {
            interrupted = messages.prefix(done).map(\.event)
            throw error
        }
    }

    /// Returns once the server has answered everything that was sent; sends again first what went by a session that ended
    /// before that.
    func confirm() async throws(DeliveryFailure) {
        guard !unanswered.isEmpty else { return }
        let session = try await standingSession()
        let failure = await run(session) { $0.close(politely: true) }
        takeAnswers(of: session)
        self.session = nil
        guard !unanswered.isEmpty else { return }
        throw placed(failure ?? DeliveryFailure(.timeout, "not answered: \(counted(unanswered.count, "message"))"))
    }

    /// Opens a session and ends it again.
    func probe() async throws(DeliveryFailure) {
        let session = try await open()
        _ = await run(session) { $0.close(politely: true) }
    }

    func close() async {
        guard let session else { return }
        self.session = nil
        _ = await run(session) { $0.close(politely: true) }
        takeAnswers(of: session)
    }

    /// Counts in `done` what went.
    private func send(_ messages: [Message], from done: inout Int) async throws(DeliveryFailure) {
        let session = try await standingSession()
        let rest = messages[done...]
        let octets = rest.map(\.octets)
        let (sent, failure) = await run(session) { $0.send(octets) }
        unanswered += rest.prefix(sent)
        done += sent
        takeAnswers(of: session)
        if let failure {
            await abandon(session)
            throw placed(failure)
        }
    }

    /// The session that is open, or a new one on which everything unanswered has been sent again.
    private func standingSession() async throws(DeliveryFailure) -> RELPSession {
        if let session { return session }
        let session = try await open()
        self.session = session
        answers = 0
        let octets = unanswered.map(\.octets)
        let (_, failure) = await run(session) { $0.send(octets) }
        if let failure {
            takeAnswers(of: session)
            await abandon(session)
            throw placed(failure)
        }
        takeAnswers(of: session)
        return session
    }

    private func open() async throws(DeliveryFailure) -> RELPSession {
        do throws(DeliveryFailure) {
            return try await thread.run { [host, port] () throws(DeliveryFailure) in
                try RELPSession(host: host, port: port)
            }
        } catch {
            throw placed(error)
        }
    }

    private func abandon(_ session: RELPSession) async {
        self.session = nil
        await run(session) { _ = $0.close(politely: false) }
    }

    /// A task that is cancelled waits for no server.
    private func run<Value: Sendable>(
        _ session: RELPSession, _ work: @escaping @Sendable (RELPSession) -> Value
    ) async -> Value {
        await withTaskCancellationHandler {
            await thread.run { work(session) }
        } onCancel: {
            session.abort()
        }
    }

    private func takeAnswers(of session: RELPSession) {
        let all = session.answered
        unanswered.removeFirst(min(all - answers, unanswered.count))
        answers = all
    }

    private func placed(_ failure: DeliveryFailure) -> DeliveryFailure {
        let host = host.contains(":") ? "[\(host)]" : host
        return DeliveryFailure(failure.reason, "relp://\(host):\(port): \(failure.detail)")
    }
}
