public import Basics
public import Logging
public import SNMPSecurity
public import TraplineMetrics
internal import Synchronization

/// Takes datagrams off the sockets, checks that each is a permitted SNMP notification, and appends it to the journal;
/// acknowledges informs once they are on disk. It knows nothing of what they mean.
///
/// One plain thread a socket. `start` and `stop` are called once each, in this order.
public final class DatagramIntake: Sendable {
    private struct Running {
        let ledger: ListenerLedger
        let receiver: SocketReceiver
        let thread: PlainThread
    }

    private let listeners: [ListenerSettings]
    private let access: AccessSnapshot
    private let journal: any DatagramJournal
    private let logger: Logger
    private let recalled: RecalledInforms
    private let gate: SecurityGate
    let awaited = AwaitedResponses()
    private let limits: IntakeLimits
    private let ledgers: [ListenerLedger]
    private let receivers = Mutex<[Running]>([])
    private let hasStopped = Atomic(false)
    private let lastLook = Mutex(Timestamp.now)

    /// - Parameters:
    ///   - recall: the informs that were journaled before this intake, which are known when the first datagram is taken.
    ///   - security: who judges messages of v3, with the users of `access`; `nil` for an engine of these users that is
    ///     gone with the process.
    ///   - keeper: where the keys that messages are let in with are kept; `nil` for nowhere.
    ///   - troubled: the engines of which it was told that their boots went back, and whose end was not.
    public convenience init(
        listeners: [ListenerSettings], access: AccessSettings, journal: any DatagramJournal,
        recall: InformRecall = InformRecall(), security: IncomingSecurity? = nil, keeper: KeyKeeper? = nil,
        troubled: [EngineID] = [], metrics: MetricsRegistry, logger: Logger
    ) {
        self.init(
            listeners: listeners, access: access, journal: journal, recall: recall, security: security, keeper: keeper,
            troubled: troubled, metrics: metrics, logger: logger, limits: IntakeLimits())
    }

    init(
        listeners: [ListenerSettings], access: AccessSettings, journal: any DatagramJournal,
        recall: InformRecall = InformRecall(), security: IncomingSecurity? = nil, keeper: KeyKeeper? = nil,
        troubled: [EngineID] = [], metrics: MetricsRegistry, logger: Logger, limits: IntakeLimits
    ) {
        let incoming = security ?? IncomingSecurity(inMemory: UserTable(access.users))
        let gate = SecurityGate(
            incoming: incoming,
            keeper: keeper ?? KeyKeeper(DecryptionKeys(users: incoming.users, ring: incoming.ring), path: nil),
            troubles: EngineTroubles(standing: troubled))
        gate.saveKeys(with: journal, logger)
        self.gate = gate
        self.listeners = listeners
        self.access = AccessSnapshot(AccessPolicy(access))
        self.journal = journal
        self.logger = logger
        self.recalled = RecalledInforms(recall)
        self.limits = limits
        self.ledgers = listeners.map { ListenerLedger(name: $0.name, logger: logger) }
        metrics.collect(IntakeMetrics.families) { [weak self] in
            self.map { IntakeMetrics.samples($0.read()) } ?? []
        }
        metrics.collect(SecurityMetrics.families) { SecurityMetrics.samples(gate) }
    }

    /// Binds every address of every listener, or none, and begins to receive.
    public func start() throws(IntakeError) {
        let opened = try openAll()
        if access.current.isOpen {
            logger.notice("Any community from any sender is let in; access: in the configuration narrows it.")
        }
        var running: [Running] = []
        do throws(IntakeError) {
            for (ledger, socket) in opened {
                running.append(try begin(ledger, socket))
            }
        } catch {
            end(running)
            throw error
        }
        receivers.withLock { $0 = running }
    }

    /// Swaps who may send; the sockets' threads see it with their next batch. New passwords take some milliseconds each.
    public func replaceAccess(_ settings: AccessSettings) {
        let users = UserTable(settings.users, reusing: gate.incoming.users)
        // Who reads learns of the users before a message of theirs can be there to be read.
        gate.keeper.keys.replaceUsers(users)
        access.replace(AccessPolicy(settings))
        gate.incoming.replaceUsers(users)
    }

    /// Takes an engine's next message as its first: an operator trusts its clock anew, and has told it.
    public func trustClock(of engine: EngineID) {
        gate.incoming.withTimeliness { $0.forget(engine) }
        gate.troubles.forget(engine)
    }

    /// The endpoints really bound: where port 0 was asked for, the port that the kernel chose.
    public var localEndpoints: [(listener: String, endpoint: Endpoint)] {
        var endpoints: [(listener: String, endpoint: Endpoint)] = []
        for running in receivers.withLock({ $0 }) {
            let (name, endpoint) = (running.ledger.name, running.receiver.socket.endpoint)
            // The sockets of one endpoint stand next to each other.
            if endpoints.last.map({ $0 == (name, endpoint) }) != true {
                endpoints.append((name, endpoint))
            }
        }
        return endpoints
    }

    /// What became of each listener's datagrams so far, each at one moment.
    public var accounts: [String: DatagramAccounts] {
        Dictionary(ledgers.map { ($0.name, $0.read().accounts) }, uniquingKeysWith: { first, _ in first })
    }

    /// Datagrams that the kernel dropped for want of room, by listener.
    public var kernelDrops: [String: Int] {
        Dictionary(read().map { ($0.listener, $0.books.kernelDrops) }, uniquingKeysWith: { first, _ in first })
    }

    /// What is to be told since the last call: to be called each second, and once more after `stop`. It reads the
    /// kernel's drops, so that one which no scrape saw is told too.
    public func takeNews() -> [IntakeNews] {
        let isLast = hasStopped.load(ordering: .acquiring)
        let since = lastLook.withLock { last in
            defer { last = .now }
            return last
        }
        for running in receivers.withLock({ $0 }) { running.receiver.readKernelDrops() }
        recalled.forgetExpired(now: monotonicNanoseconds())
        return ledgers.flatMap { $0.takeNews(since: since, isLast: isLast) } + gate.troubles.takeNews()
    }

    /// Takes what the sockets hold, waits until the journal has told its fate, answers what is to be answered, and
    /// closes the sockets; each within a deadline, unless a full journal on a disk that hangs holds a thread up.
    /// Nothing new is let in from the first moment on.
    public func stop() {
        let running = receivers.withLock { $0 }
        end(running)
        let deadline = monotonicNanoseconds() + limits.drain.inNanoseconds
        while ledgers.contains(where: { $0.read().accounts.inFlight > 0 }), monotonicNanoseconds() < deadline {
            pause(milliseconds: 1)
        }
        for running in running { running.receiver.readKernelDrops() }
        receivers.withLock { $0 = [] }
        hasStopped.store(true, ordering: .releasing)
        for ledger in ledgers {
            let books = ledger.read()
            // Nobody can ask the metrics any more.
            logger.info(
                "Closing books: \(books.accounts); dropped by the kernel \(books.kernelDrops).",
                metadata: ["listener": "\(ledger.name)"])
            if books.accounts.inFlight > 0 {
                logger.warning(
                    "\(books.accounts.inFlight) datagrams are with the journal, which has not said what became of them.",
                    metadata: ["listener": "\(ledger.name)"])
            }
        }
    }

    // MARK: Starting and ending

    private func openAll() throws(IntakeError) -> [(ListenerLedger, DatagramSocket)] {
        var opened: [(ledger: ListenerLedger, socket: DatagramSocket)] = []
        for (listener, ledger) in zip(listeners, ledgers) {
            for endpoint in listener.endpoints {
                do throws(DatagramSocket.Failure) {
                    let sockets = try DatagramSocket.open(
                        endpoint, count: max(1, listener.threads), receiveBuffer: listener.receiveBuffer)
                    opened += sockets.map { (ledger, $0) }
                    report(listener, sockets)
                } catch {
                    let bound = opened.map { (listener: $0.ledger.name, endpoint: $0.socket.endpoint) }
                    throw IntakeError(listener: listener.name, endpoint: endpoint, error: error.error, bound: bound)
                }
            }
        }
        return opened
    }

    private func report(_ listener: ListenerSettings, _ sockets: [DatagramSocket]) {
        guard let first = sockets.first else { return }
        let count = counted(sockets.count, "socket")
        logger.info(
            "Listener \(listener.name) receives on \(first.endpoint): \(count), receive buffer \(first.receiveBuffer) octets."
        )
        if first.receiveBuffer < listener.receiveBuffer {
            logger.warning(
                """
                The system gave \(first.endpoint) a receive buffer of \(first.receiveBuffer) octets and not \
                \(listener.receiveBuffer): bursts may be dropped. Raise it with sysctl \
                net.core.rmem_max=\(listener.receiveBuffer), or grant CAP_NET_ADMIN.
                """)
        }
    }

    private func begin(_ ledger: ListenerLedger, _ socket: DatagramSocket) throws(IntakeError) -> Running {
        do throws(SystemError) {
            let receiver = try SocketReceiver(
                socket: socket, ledger: ledger, journal: journal, access: access, recalled: recalled,
                gate: gate, awaited: awaited, limits: limits)
            let thread = try PlainThread(name: "udp-\(socket.endpoint.port)") { receiver.run() }
            return Running(ledger: ledger, receiver: receiver, thread: thread)
        } catch {
            throw IntakeError(listener: ledger.name, endpoint: socket.endpoint, reason: .system(error.description))
        }
    }

    private func end(_ running: [Running]) {
        let deadline = monotonicNanoseconds() + limits.drain.inNanoseconds
        for running in running { running.receiver.stop(deadline: deadline) }
        for running in running { running.thread.join() }
    }

    // MARK: Reading

    /// All that are bound, in the order of the listeners.
    var sockets: [DatagramSocket] { receivers.withLock { $0.map(\.receiver.socket) } }

    private func read() -> [(listener: String, books: ListenerLedger.Books)] {
        for running in receivers.withLock({ $0 }) { running.receiver.readKernelDrops() }
        return ledgers.map { ($0.name, $0.read()) }
    }
}
