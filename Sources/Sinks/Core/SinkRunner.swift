internal import Alarms
internal import Basics
internal import Journal
internal import Logging
internal import TraplineMetrics
public import Store
internal import Synchronization

/// Brings the events of the log to one sink, in order, each at least once: it reads behind the sink's cursor, gathers,
/// delivers, tries again for as long as it takes, and moves the cursor only when the sink has taken them.
public final class SinkRunner: Sendable {
    private struct State {
        var isStopping = false
        /// What the runner waits on between deliveries; cancelled by `stop`.
        var waiting: Task<Void, Never>?
        var deadline: Task<Void, Never>?
    }

    public let name: String

    private let sink: any Sink
    private let environment: SinkEnvironment
    private let logger: Logger
    private let counters: SinkMetrics.Counters
    private let follower: EventFollower
    private let disk: BlockingQueue
    private let start: Int64
    private let state = Mutex(State())
    private let ended = Latch()

    /// A sink that the board of cursors does not know begins at the log's present end: make the runner before the
    /// first event can be routed to it.
    public convenience init(name: String, sink: any Sink, environment: SinkEnvironment) throws(StoreError) {
        let start = environment.cursors.begin(name, now: try environment.store.lastEventID())
        self.init(name: name, sink: sink, environment: environment, start: start)
    }

    /// Goes on where `other`, whose `run` has ended, came to. It asks nobody, so that it cannot fail.
    public convenience init(replacing other: SinkRunner, with sink: any Sink) {
        let start = other.environment.cursors.cursor(of: other.name) ?? other.start
        self.init(name: other.name, sink: sink, environment: other.environment, start: start)
    }

    private init(name: String, sink: any Sink, environment: SinkEnvironment, start: Int64) {
        self.name = name
        self.sink = sink
        self.environment = environment
        self.start = start
        var logger = environment.logger
        logger[metadataKey: "sink"] = "\(name)"
        self.logger = logger
        self.counters = environment.metrics.counters(for: name)
        self.follower = EventFollower(
            sink: name, store: environment.store, counters: counters, logger: logger)
        self.disk = BlockingQueue("trapline.sink.\(name)")
        environment.metrics.note(cursor: start, waitingSince: nil, of: name)
    }

    /// Follows the log until `stop` is called or the task is cancelled. It returns when the delivery in hand has ended,
    /// at the latest `stopDeadline` after that, and has then closed the sink.
    public func run() async {
        let work = Task {
            await follow()
            await sink.close()
            ended.open()
        }
        await withTaskCancellationHandler {
            await ended.wait()
        } onCancel: {
            stop()
        }
        if !ended.isOpenedInTime {
            logger.warning("a delivery did not end in time; its events are delivered again at the next start")
        }
        work.cancel()
        state.withLock { $0.deadline }?.cancel()
        environment.metrics.forget(name)
    }

    /// Ends `run`: no new delivery begins, and pauses end at once.
    public func stop() {
        let waiting = state.withLock { state -> Task<Void, Never>? in
            guard !state.isStopping else { return nil }
            state.isStopping = true
            state.deadline = Task { [ended, environment] in
                try? await environment.clock.sleep(for: environment.stopDeadline)
                if !Task.isCancelled { ended.giveUp() }
            }
            return state.waiting
        }
        waiting?.cancel()
    }

    /// Has the sink open anew what it holds open (SIGHUP).
    public func reopen() async {
        await sink.reopen()
    }

    // MARK: - The loop

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    private func follow() async {
        var cursor = start
        // `nil` when the sink has been quiet for a window.
        var sinceDelivery: Stopwatch?
        while !isStopping {
            guard let portion = await gather(after: cursor, sinceDelivery: &sinceDelivery) else { continue }
            if !portion.events.isEmpty {
                guard await deliver(portion, cursor: cursor) else { return }
                sinceDelivery = Stopwatch(environment.clock)
            }
            if portion.end > cursor {
                cursor = portion.end
                environment.cursors.post(cursor, for: name)
            }
            environment.metrics.note(cursor: cursor, waitingSince: nil, of: name)
        }
    }

    /// The next events to deliver together; `nil` if there is nothing yet, after waiting for news.
    private func gather(after cursor: Int64, sinceDelivery: inout Stopwatch?) async -> EventFollower.Portion? {
        switch sink.gathering {
        case .immediate(let maximum):
            return await next(after: cursor, limit: max(1, maximum))
        case .window(let window, let maximum):
            guard let first = await next(after: cursor, limit: 1) else { return nil }
            guard let event = first.events.first, let elapsed = sinceDelivery?.elapsed, elapsed < window else {
                return first
            }
            environment.metrics.note(cursor: cursor, waitingSince: event.event.time, of: name)
            await pause(for: window - elapsed)
            return isStopping ? nil : await next(after: cursor, limit: max(1, maximum))
        }
    }

    /// What stands in the log now; waits for news and gives `nil` where there is nothing.
    private func next(after cursor: Int64, limit: Int) async -> EventFollower.Portion? {
        var failures = 0
        while !isStopping {
            // Taken before the look: what was announced by now is in the log, or retention has removed it.
            let announced = environment.signal.lastEventID
            do throws(StoreError) {
                var portion = try await disk.run { [follower] () throws(StoreError) in
                    try follower.read(after: cursor, limit: limit)
                }
                if portion.events.count < limit { portion.end = max(portion.end, announced) }
                if failures > 0 { logger.notice("the event log can be read again") }
                if portion.end > cursor { return portion }
                await wait { [signal = environment.signal] in await signal.wait(beyond: cursor) }
                return nil
            } catch {
                failures += 1
                if failures == 1 { logger.error("the event log cannot be read, trying again: \(error)") }
                await pause(for: environment.backOff.pause(afterFailures: failures, jitter: environment.jitter()))
            }
        }
        return nil
    }

    // MARK: - Delivery

    /// Delivers until the sink has taken it; `false` if the runner was stopped before that.
    private func deliver(_ portion: EventFollower.Portion, cursor: Int64) async -> Bool {
        environment.metrics.note(cursor: cursor, waitingSince: portion.events.first?.event.time, of: name)
        let events = await disk.run { [environment, counters] in
            SinkRunner.load(portion.events, environment, counters)
        }
        var trouble: Trouble?
        while true {
            do throws(DeliveryFailure) {
                try await sink.deliver(events)
                counters.delivered.add(events.count)
                if let trouble { report(recoveryFrom: trouble) }
                return true
            } catch {
                counters.failures[error.reason]?.add()
                trouble = report(error, after: trouble, events: events.count)
            }
            let failures = trouble?.failures ?? 1
            await pause(for: environment.backOff.pause(afterFailures: failures, jitter: environment.jitter()))
            if isStopping { return false }
        }
    }

    private static func load(
        _ stored: [StoredEvent], _ environment: SinkEnvironment, _ counters: SinkMetrics.Counters
    ) -> [SinkEvent] {
        let naming = environment.naming()
        return stored.map { stored in
            let record = stored.position.flatMap(environment.record)
            if record == nil && stored.position != nil { counters.missingRecords.add() }
            return SinkEvent(event: stored.event, record: record, datagram: record.map(naming.document))
        }
    }

    private struct Trouble {
        var reason: DeliveryFailure.Reason
        var failures: Int
        var since: Stopwatch
    }

    /// Says why once, and again only when the reason is another one: a peer that is down for a night is one line.
    private func report(_ failure: DeliveryFailure, after trouble: Trouble?, events: Int) -> Trouble {
        if trouble?.reason != failure.reason {
            let first = "cannot deliver (\(failure.reason.rawValue)): \(failure.detail)"
            if failure.reason == .rejected {
                logger.error(
                    "\(first); the peer will not take it, and nothing behind it is delivered until it does; trying again"
                )
            } else {
                logger.error("\(first); trying again until it succeeds")
            }
        }
        return Trouble(
            reason: failure.reason, failures: (trouble?.failures ?? 0) + 1,
            since: trouble?.since ?? Stopwatch(environment.clock))
    }

    private func report(recoveryFrom trouble: Trouble) {
        let seconds = trouble.since.elapsed.components.seconds
        logger.notice("delivers again, after \(trouble.failures) failures in \(seconds) s")
    }

    // MARK: - Waiting

    private func pause(for duration: Duration) async {
        await wait { [clock = environment.clock] in try? await clock.sleep(for: duration) }
    }

    /// Waits in a task of its own, so that `stop` can end the waiting without cancelling a delivery.
    private func wait(_ body: @escaping @Sendable () async -> Void) async {
        let task = Task { await body() }
        let isStopping = state.withLock { state in
            state.waiting = task
            return state.isStopping
        }
        if isStopping { task.cancel() }
        await task.value
        state.withLock { $0.waiting = nil }
    }
}
