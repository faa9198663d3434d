import Basics
import Dispatch
import Logging
import Manager
import Resynchronisation
import SNMPSecurity
import Store
import Synchronization
import TraplineMetrics

/// Takes the requests that the pipeline leaves in the store, and has them sent. What comes of them is for the journal: an
/// answer takes the way of every datagram, and what went unanswered is a fact.
final class DeviceManager: Sendable {
    /// Requests taken at one look.
    private static let page = 256

    private struct State {
        var networks: ManagedNetworks
        /// The number of the request taken last.
        var taken: Int64 = 0
        var isStarted = false
        var lastFailure: String?
    }

    private let store: EventStore
    private let facts: FactRecorder
    private let dispatcher: RequestDispatcher
    private let logger: Logger
    private let answered: Counter
    private let unanswered: Counter
    private let refused: Counter
    private let unsent: Counter
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "trapline.requests")

    init(
        store: EventStore, sender: any DatagramSender, facts: FactRecorder, networks: ManagedNetworks,
        keys: DecryptionKeys = DecryptionKeys(), metrics: MetricsRegistry, logger: Logger
    ) {
        self.store = store
        self.facts = facts
        self.dispatcher = RequestDispatcher(sender: sender, users: { keys.users }, ring: keys.ring)
        self.logger = logger
        func counter(_ outcome: String) -> Counter {
            metrics.counter(
                "trapline_requests_total", help: "Requests to devices, by what came of them.",
                labels: [("outcome", outcome)])
        }
        (answered, unanswered) = (counter("answered"), counter("unanswered"))
        (refused, unsent) = (counter("refused"), counter("unsent"))
        self.state = Mutex(State(networks: networks))
    }

    /// Another configuration is in force; its users too, from whom the keys given at the start are by now.
    func replace(_ networks: ManagedNetworks) {
        state.withLock { $0.networks = networks }
        dispatcher.forgetSessions()
    }

    /// From now on requests are sent; those that a server before this one left unanswered first.
    func start() {
        state.withLock { $0.isStarted = true }
        look()
    }

    /// There may be new requests in the store. Returns at once.
    func look() {
        queue.async { [self] in
            guard state.withLock({ $0.isStarted }) else { return }
            while takePage() {}
        }
    }

    /// Nothing is sent afterwards; what is unanswered is asked again after the next start.
    func stop() {
        state.withLock { $0.isStarted = false }
        dispatcher.stop()
        queue.sync {}
    }

    private func takePage() -> Bool {
        let taken = state.withLock { $0.taken }
        let requests: [SyncTable.Request]
        do {
            requests = try store.requests(after: taken, limit: Self.page)
            state.withLock { $0.lastFailure = nil }
        } catch {
            let isNews = state.withLock { state in
                defer { state.lastFailure = "\(error)" }
                return state.lastFailure != "\(error)"
            }
            if isNews { logger.error("requests to devices cannot be read: \(error)") }
            return false
        }
        for request in requests {
            state.withLock { $0.taken = request.number }
            submit(request)
        }
        return requests.count == Self.page
    }

    private func submit(_ request: SyncTable.Request) {
        guard let rule = state.withLock({ $0.networks.rule(for: request.path.peer.address) }) else {
            unsent.add()
            return facts.record(unanswered: request.number, "no network under devices: has a credential for it")
        }
        let number = request.number
        let order = RequestDispatcher.Order(
            device: request.device, request: request.request, credential: rule.credential(for: request.version),
            path: request.path,
            // In the journal before its answer can be.
            willSend: { [facts] in facts.record(sent: number, requestID: $0) })
        dispatcher.submit(order) { [facts, answered, unanswered, refused, unsent] outcome in
            switch outcome {
            case .answered, .mismatched:
                // The pipeline finds it in the journal, and judges for itself.
                answered.add()
            case .timedOut:
                unanswered.add()
                facts.record(unanswered: number, "no answer")
            case .refused(let why):
                refused.add()
                facts.record(unanswered: number, why)
            case .notSent(let why):
                unsent.add()
                facts.record(unanswered: number, why)
            case .stopped:
                break
            }
        }
    }
}
