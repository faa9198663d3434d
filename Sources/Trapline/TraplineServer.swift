import Alarms
public import Basics
import Devices
import Foundation
import Intake
import Journal
public import Logging
import MIBCatalog
public import TraplineMetrics
import Pipeline
public import Portal
import SNMPSecurity
public import ServiceLifecycle
import Sinks
import Store
import Synchronization
import SNMPWire
import TraplineConfiguration

/// The whole server in one process: intake, journal, pipeline, store, sinks and portal, started and stopped in order.
///
/// `run()` returns after a graceful shutdown in which everything that was received is journaled, everything journaled
/// is processed, and the deliveries in hand are finished.
public final class TraplineServer: Service {
    public let metrics: MetricsRegistry
    private let logger: Logger
    private let configuration: ServerConfiguration
    private let journal: JournalWriter
    private let reserve: SpaceReserve
    private let manager: DeviceManager
    private let names: NameResolver
    private let keeper: StorageKeeper
    private let security: ServerSecurity
    /// Alarms of the server's own storage that stood at the last stop.
    private let storageAlarms: StorageAlarms
    private let intake: DatagramIntake
    private let facts: FactRecorder
    private let pipeline: PipelineRunner
    private let sinks: SinkGroup
    private let sinkFailures: SinkFailures
    private let control: ControlServer
    private let routing: RoutingSnapshot
    private let naming: NamingSnapshot
    private let rulesAndNames: String
    private let start: Mutex<(EventPipeline, JournalReader)?>
    private let reloads: Gauge
    private let portalEndpoint = Mutex<Endpoint?>(nil)
    private let isRunning = Mutex(false)
    /// Opened once `run` has started every part, or has failed to.
    private let hasBegun = Latch()
    /// The reload that was asked for last; the next one waits for it.
    private let lastReload = Mutex(Task<Void, Never> {})
    /// How long an operator's command waits for the pipeline, in seconds; the action is in the journal by then.
    private static let operatorPatience = 3.0
    /// How many configurations were in force since the start, the first among them.
    private let generation = Mutex<UInt32>(1)

    /// Opens the data folder and prepares every part; binds nothing yet.
    /// - Throws: the error of the part that could not be prepared; its description names the place and the reason.
    public convenience init(
        _ loaded: LoadedConfiguration, logger: Logger, metrics: MetricsRegistry = MetricsRegistry()
    ) throws {
        try self.init(loaded, logger: logger, metrics: metrics, lookUpName: { HostName.lookUp($0) })
    }

    private static func lock(_ folder: DataFolder) throws -> JournalLock {
        do throws(JournalError) {
            return try JournalLock(folder: folder.journal)
        } catch {
            guard error.reason == .locked else { throw error }
            throw ServerError("\(folder.path): another trapline server (or command) uses this data folder")
        }
    }

    /// - Parameter lookUpName: whom to ask what devices are called; it may block.
    init(
        _ loaded: LoadedConfiguration, logger: Logger, metrics: MetricsRegistry,
        lookUpName: @escaping @Sendable (IPAddress) -> HostName.Answer
    ) throws {
        guard let configuration = loaded.configuration else { throw ServerError("the configuration has errors") }
        self.logger = logger
        self.metrics = metrics
        self.configuration = configuration
        let folder = try DataFolder(configuration.dataFolder)
        if folder.isOpenToOthers {
            logger.warning("other users of this machine may look into \(folder.path); chmod 700 mends it")
        }
        // First of all: whoever holds the journal may bring the store's tables up to date, and nobody else.
        let lock = try TraplineServer.lock(folder)
        let reserve = SpaceReserve(folders: [folder.path, folder.journal])
        self.reserve = reserve
        let store = try Self.openStore(folder, reserve)
        var troubled: Set<EngineID> = []
        let saved = try store.load { alarm in
            if let engine = OwnFacts.engineWhoseBootsWentBack(of: alarm.key) { troubled.insert(engine) }
        }
        // The saved position: a journal folder that was emptied meanwhile does not give positions out twice.
        let journal = try JournalWriter(
            folder: folder.journal, settings: configuration.journal,
            interfaces: configuration.listeners.map(\.name) + [FactRecorder.interface], after: saved.position,
            lock: lock, ownInterface: FactRecorder.interface, reserve: reserve)
        self.journal = journal
        for damage in journal.recovered { logger.warning("the journal is damaged and read past it: \(damage)") }
        // The last of its segments was begun just now; the one before is the last run's.
        let lastWritten = journal.segments.dropLast().last?.lastWritten
        let ages = AgeClock(lastWritten: lastWritten)
        let security = try ServerSecurity(
            folder, journal, reserve, users: configuration.access.users,
            clocks: saved.engineClocks.map { $0.clock.restored(journalEnd: lastWritten ?? .now) }, logger)
        self.security = security
        let signal = EventSignal(lastEventID: saved.lastEventID)
        let cursors = CursorBoard(saved.cursors)
        let naming = NamingSnapshot(loaded.naming(security.keys))
        self.naming = naming
        self.rulesAndNames = "rules: \(configuration.rules.count), MIB modules: \(loaded.catalog.modules.count)"
        let words = EngineWords(clocks: saved.engineClocks)
        let recall = Self.recallInforms(folder, journal, security, words, unprocessed: saved.position, logger)
        self.intake = DatagramIntake(
            listeners: configuration.listeners, access: configuration.access, journal: journal, recall: recall,
            security: security.incoming, keeper: security.keeper,
            troubled: words.troubled(told: troubled), metrics: metrics, logger: logger)
        let facts = FactRecorder(journal: journal)
        self.facts = facts
        let snapshot = PipelineSnapshot(loaded, configuration, opener: security.keys.opener)
        let routing = RoutingSnapshot(snapshot)
        self.routing = routing
        let eventPipeline = try EventPipeline(store: store, snapshot: snapshot, metrics: metrics)
        // What was told before the last stop is not told again, and its end is.
        let standing = eventPipeline.ownAlarms.map(\.key)
        let failing = standing.compactMap { OwnFacts.failedSink(of: $0) }
        let failures = SinkFailures(standing: Set(failing)) { facts.record($0) }
        self.sinkFailures = failures
        // A server that was killed could not tell the end of these. What goes on is told again within seconds.
        facts.record(
            standing.compactMap { OwnFacts.overBudget(of: $0) }
                .map { .withinBudget(listener: $0.listener, sender: $0.sender, refused: 0) })
        let lagging = standing.compactMap { OwnFacts.laggingSink(of: $0) }
        let lags = SinkLags(standing: Set(lagging), logger: logger) { facts.record($0) }
        let reader = try JournalReader(folder: folder.journal, from: eventPipeline.position)
        self.start = Mutex((eventPipeline, reader))
        let manager = DeviceManager(
            store: store, sender: intake, facts: facts, networks: configuration.managed, keys: security.keys,
            metrics: metrics, logger: logger)
        self.manager = manager
        let names = NameResolver(metrics: metrics, lookUp: lookUpName) { facts.record(name: $0, of: $1) }
        names.replace(configuration.devices.names)
        self.names = names
        let pipeline = PipelineRunner(
            journal: journal, folder: folder.journal, reserve: reserve, store: store, cursors: cursors, signal: signal,
            ages: ages, metrics: metrics, logger: logger,
            tellRequests: { [manager] in manager.look() }, names: names,
            tellHeld: { facts.recordEventLog(isHeld: $0, holder: $1, whenDone: $2) })
        self.pipeline = pipeline
        // Sinks look datagrams up by position with a reader of their own, so that they never move the pipeline's.
        let lookUp = try JournalReader(folder: folder.journal, from: nil)
        let sinks = SinkGroup(
            environment: SinkEnvironment(
                store: store, signal: signal, cursors: cursors, metrics: SinkMetrics(metrics, signal: signal),
                logger: logger, failures: failures,
                routes: { stored in
                    let record = stored.position.flatMap { try? lookUp.record(at: $0) }
                    return routing.current.sinks(for: stored.event, entry: record?.entry)
                },
                record: { position in try? lookUp.record(at: position) }, naming: { naming.current },
                executor: SinkThreads.shared),
            lags: lags, cursorRetention: configuration.retention.cursors, ages: ages)
        self.control = ControlServer(folder: folder.path, logger: logger) { [intake] request, name in
            OperatorActions(
                store: store, configuredSinks: sinks.names, record: { try facts.record($0) },
                settle: { pipeline.waitUntilProcessed(atMost: Self.operatorPatience) },
                forgetClock: { intake.trustClock(of: $0) }
            ).perform(request, by: name)
        }
        self.sinks = sinks
        self.storageAlarms = StorageAlarms(standing: standing)
        let holds = JournalHolds(store: store, cursors: cursors, sinks: { sinks.needingDatagrams })
        self.keeper = StorageKeeper(
            journal: journal, segmentSize: configuration.journal.segmentSize,
            retention: configuration.retention.journal, reserve: reserve, facts: facts,
            surroundings: StorageKeeper.Surroundings(
                holds: { try holds.current() }, storeFailure: { pipeline.storeFailure },
                failed: { [intake] in intake.accounts.mapValues(\.failed) },
                giveUp: { try pipeline.giveUp(before: $0) }, now: { ages.now },
                release: { oldest in
                    lookUp.release(segmentsBelow: oldest)
                    ServerSecurity.trim(security.keeper, oldest: oldest, logger)
                }),
            metrics: metrics, logger: logger)
        self.reloads = metrics.gauge(
            "trapline_config_last_reload_successful", help: "1 if the last reload took effect, 0 if it was refused.",
            labels: [])
        reloads.set(1)
    }

    /// A store on a full disk opens in the room of the ballast.
    private static func openStore(_ folder: DataFolder, _ reserve: SpaceReserve) throws(StoreError) -> EventStore {
        do throws(StoreError) {
            return try EventStore(folder: folder.path)
        } catch {
            guard error.code == .full || reserve.isDiskFull, !reserve.isGivenUp else { throw error }
            reserve.giveUp("the store found it: \(error)")
            return try EventStore(folder: folder.path)
        }
    }

    /// The endpoints really bound, by listener; empty before `run`.
    public var endpoints: [(listener: String, endpoint: Endpoint)] {
        isRunning.withLock { $0 } ? intake.localEndpoints : []
    }

    /// Where `/metrics` is really served; `nil` before it is.
    public var metricsEndpoint: Endpoint? { portalEndpoint.withLock { $0 } }

    /// What `/health` answers.
    public var health: Health {
        var failures: [String] = []
        if reserve.isGivenUp {
            failures.append("journal: the disk is full, and no datagrams are kept: \(reserve.cause)")
        } else if let failure = journal.standingFailure {
            failures.append("journal: \(failure)")
        }
        if let failure = pipeline.failure { failures.append("pipeline: \(failure)") }
        var troubles: [String] = []
        if reloads.value == 0 {
            troubles.append("configuration: the last reload was refused; the one before is in force")
        }
        troubles += sinkFailures.sinks.map { "sink \($0): it cannot deliver; the log says why" }
        return Health(failures: failures, troubles: troubles)
    }

    /// Serves until cancelled or shut down gracefully; throws where an address cannot be bound.
    public func run() async throws {
        guard
            let (eventPipeline, reader) = start.withLock({ start in
                defer { start = nil }
                return start
            })
        else { throw ServerError("a server runs once") }
        defer { hasBegun.open() }
        do {
            // Sinks before the pipeline: one that is new begins at the log's end, and a backlog is news to it.
            try await sinks.apply(configuration.sinks)
        } catch {
            journal.close()
            throw error
        }
        // Who came and who went, before an operator's request of the time before is read: nobody else writes yet.
        pipeline.saveCursors()
        pipeline.start(eventPipeline, reader)
        keeper.start(storageAlarms)
        defer { pipeline.saveCursors() }
        do {
            try intake.start()
        } catch {
            // What the journal holds from before is processed all the same.
            await stopIntake()
            await sinks.stop()
            throw error
        }
        isRunning.withLock { $0 = true }
        control.start()
        manager.start()
        hasBegun.open()
        facts.record(OwnFacts.started, version: TraplineVersion.current)
        if configuration.metricsEndpoint == nil { sayReady() }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                },
                logger: quiet))
        try await group.run()
        logger.notice("stopped: all that was received is processed")
    }

    /// Takes over a configuration while running: rules, routes, names, access and sinks, each whole. On any error the
    /// old one stays. What is bound at start (listeners, data folder, metrics) needs a restart, and that is said.
    ///
    /// It waits for the end of the start, and for reloads that were asked for before.
    public func reload(_ loaded: LoadedConfiguration) async {
        let reload = lastReload.withLock { last in
            let before = last
            let reload = Task {
                await before.value
                await hasBegun.wait()
                await takeOver(loaded)
            }
            last = reload
            return reload
        }
        await reload.value
    }

    private func takeOver(_ loaded: LoadedConfiguration) async {
        // The start failed: there is nothing that could go by it.
        guard isRunning.withLock({ $0 }) else { return }
        for problem in loaded.problems {
            logger.log(level: loaded.configuration == nil ? .error : .warning, "\(problem)")
        }
        await sinks.reopen()
        guard let new = loaded.configuration else {
            reloads.set(0)
            logger.error("the configuration has errors; the old one stays in force")
            return
        }
        let snapshot = PipelineSnapshot(loaded, new, opener: security.keys.opener)
        // A new sink that begins with the past asks at once what of it is its own.
        let routingBefore = routing.current
        routing.replace(snapshot)
        do {
            try await sinks.apply(new.sinks)
            pipeline.replace(snapshot)
            names.replace(new.devices.names)
            sinks.keepCursors(for: new.retention.cursors)
            naming.replace(loaded.naming(security.keys))
            intake.replaceAccess(new.access)
            // In whose names devices are asked is known by now.
            manager.replace(new.managed)
            keeper.replace(new.retention.journal)
            facts.recordConfiguration(
                generation: generation.withLock {
                    $0 += 1; return $0
                })
            reloads.set(1)
            logger.notice("the configuration was loaded anew")
        } catch {
            routing.replace(routingBefore)
            reloads.set(0)
            logger.error("the configuration was not taken over: \(error)")
        }
        let old = configuration
        let needsRestart = [
            ("listen", old.listeners != new.listeners), ("data", old.dataFolder != new.dataFolder),
            ("metrics", old.metricsEndpoint != new.metricsEndpoint), ("journal", old.journal != new.journal),
        ].filter(\.1).map(\.0)
        if !needsRestart.isEmpty {
            logger.warning("a change of \(needsRestart.joined(separator: ", ")) takes effect at the next start")
        }
    }

    /// The informs of the last minutes. A journal that cannot be read to its end is no reason not to start.
    private static func recallInforms(
        _ folder: DataFolder, _ journal: JournalWriter, _ security: ServerSecurity, _ words: EngineWords,
        unprocessed: JournalPosition?, _ logger: Logger
    ) -> InformRecall {
        // What is acknowledged when it comes again must be on disk.
        if let failure = journal.pastFailure {
            logger.warning(
                """
                informs from before this start are not remembered, and what SNMPv3 engines have told until now is \
                refused: \(failure)
                """)
            return InformRecall()
        }
        do {
            let secured = SecurityRecall(
                security.incoming, opener: security.keys.opener(), unprocessed: unprocessed,
                trusted: { words.note($0) })
            let recall = try InformRecall(
                journal: folder.journal, before: journal.committed, securityRecall: secured)
            if let limit = recall.limit {
                logger.notice(
                    """
                    the journal was read back for \(recall.reach / 1_000_000_000) s only, to the limit of \
                    \(limit.rawValue): an inform from before, repeated now, is a second event; a trap of SNMPv3 that \
                    was held up since before is refused, since it cannot be told from one that was received
                    """)
            }
            if recall.hasGap {
                logger.notice(
                    """
                    the journal's end is damaged: what SNMPv3 engines have told before this start, as far as it may \
                    lie there, is refused, since it cannot be told from what was received
                    """)
            }
            if secured.unremembered > 0 {
                logger.notice(
                    """
                    \(counted(secured.unremembered, "message")) of SNMPv3 in the journal's last minutes are too many to \
                    be remembered: what their engines sent before and was held up is refused
                    """)
            }
            logger.info("remembered from the journal: \(counted(recall.count, "inform"))")
            return recall
        } catch {
            logger.warning("informs from before this start are not remembered: \(error)")
            return InformRecall()
        }
    }

    // MARK: - Parts

    private func sayReady() {
        logger.notice(
            "ready (sinks: \(configuration.sinks.count), routes: \(configuration.routes.count), \(rulesAndNames))")
    }

    /// In the order of their start; they stop in the opposite one: intake first, the portal last.
    private var services: [any Service] {
        var services: [any Service] = []
        if let endpoint = configuration.metricsEndpoint {
            services.append(
                PortalServer(
                    endpoint: endpoint, metrics: metrics, health: { [self] in health }, logger: logger,
                    onStart: { [self] bound in
                        portalEndpoint.withLock { $0 = bound }
                        logger.notice("metrics at http://\(bound)/metrics")
                        sayReady()
                    }))
        }
        services.append(sinks)
        services.append(IntakeService(server: self))
        return services
    }

    /// Ticks while intake works; then stops intake, closes the journal and lets the pipeline process all of it.
    private struct IntakeService: Service {
        let server: TraplineServer

        func run() async throws {
            await cancelWhenGracefulShutdown {
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(1))
                    server.facts.record(server.intake.takeNews())
                    server.facts.tick()
                }
            }
            await server.stopIntake()
        }
    }

    /// Takes in what the sockets hold, and has all that is journaled processed.
    private func stopIntake() async {
        // It blocks for the drain's deadline and the backlog; no thread of the cooperative pool is held meanwhile.
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                // Requests that are answered are journaled.
                control.stop()
                // What is asked now would be answered to nobody.
                manager.stop()
                names.stop()
                intake.stop()
                // The last drops, and the end of every sender's being over its budget.
                facts.record(intake.takeNews(), waits: true)
                keeper.stop()
                if isRunning.withLock({ $0 }) { facts.record(OwnFacts.stopped, version: TraplineVersion.current) }
                journal.close()
                pipeline.finish()
                continuation.resume()
            }
        }
    }

    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .error)
        return quiet
    }
}
