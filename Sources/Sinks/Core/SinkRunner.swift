internal import Alarms
internal import Basics
internal import Journal
internal import Logging
internal import TraplineMetrics
public import Store
internal import Synchronization

/// Brings the events of the log to one sink, in order, each at least once: it reads behind the sink's cursor, gathers,
/// delivers, tries again for as long as it takes, and moves the cursor only when the sink's peer has taken them. A sink
/// whose peer has to be asked for that runs ahead of its cursor (`DeliveryMarks`), which follows at each confirmation.
public final class SinkRunner: Sendable {
    private struct State {
        var isStopping = false
        /// What the runner waits on between deliveries; cancelled by `stop`.
        var waiting: Task<Void, Never>?
        var deadline: Task<Void, Never>?
    }

    public let name: String

    let sink: any Sink
    let environment: SinkEnvironment
    let logger: Logger
    let counters: SinkMetrics.Counters
    let follower: EventFollower
    private let expiry: EventExpiry
    let refusals: Refusals
    private let disk: BlockingQueue
    private let start: SinkCursor
    private let options: SinkOptions
    private let state = Mutex(State())
    private let ended = Latch()

    /// A sink that the board of cursors does not know begins where its options say: make the runner before the first
    /// event can be routed to it.
    public convenience init(
        name: String, sink: any Sink, options: SinkOptions = SinkOptions(), environment: SinkEnvironment
    ) throws(StoreError) {
        let log = try LogExtent(of: environment.store)
        let start = environment.cursors.begin(
            name, options: options, now: log.end, beforeOldest: log.beforeOldest)
        self.init(name: name, sink: sink, options: options, environment: environment, start: start)
    }

    /// Goes on from `start`, as the board of cursors gave it.
    public init(
        name: String, sink: any Sink, options: SinkOptions, environment: SinkEnvironment, start: SinkCursor
    ) {
        self.name = name
        self.sink = sink
        self.options = options
        self.environment = environment
        self.start = start
        var logger = environment.logger
        logger[metadataKey: "sink"] = "\(name)"
        self.logger = logger
        self.counters = environment.metrics.counters(for: name)
        self.follower = EventFollower(
            sink: name, former: options.was, born: start.born ?? 0, store: environment.store,
            routes: environment.routes, counters: counters, logger: logger)
        self.expiry = EventExpiry(
            after: options.expireAfter, now: environment.now, counter: counters.expired, logger: logger)
        self.refusals = Refusals(clock: environment.clock)
        self.disk = BlockingQueue("trapline.sink.\(name)")
        environment.metrics.note(cursor: start.event, waitingSince: nil, of: name)
    }

    /// How old what waits for the sink may become before that is a lag; `nil` where it is none. What a window gathers
    /// waits for its end in good order.
    public var lagLimit: Duration? {
        if case .window(let window, _) = sink.gathering { return options.lagAlarm.map { $0 + window } }
        return options.lagAlarm
    }

    /// Whether the sink looks at the datagrams of any delivery.
    public var needsDatagrams: Bool { sink.datagramLimit > 0 }

    /// Follows the log until `stop` is called or the task is cancelled. It returns when the delivery in hand has ended,
    /// at the latest `stopDeadline` after that, and has then closed the sink.
    public func run() async {
        let work = Task(executorPreference: environment.executor) { [self] in
            await follow()
            reportDeadLetters()
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

    var isStopping: Bool { state.withLock { $0.isStopping } }

    private func follow() async {
        var marks = DeliveryMarks(at: start.event)
        // `nil` when the sink has been quiet for a window.
        var sinceDelivery: Stopwatch?
        // How many requests to send letters again were looked at: none before the first look, which finds what a stop
        // or a crash left.
        var askings = 0
        while !isStopping {
            let asked = environment.cursors.askings
            if asked != askings {
                guard await sendLettersAgain(&marks, &sinceDelivery) else { return }
                askings = asked
            }
            if marks.timeToConfirmation == .zero {
                guard await confirm(&marks) else { return }
            }
            guard let portion = await gather(marks, sinceDelivery: &sinceDelivery) else { continue }
            var delivery = Delivery()
            if !portion.events.isEmpty {
                guard let ended = await deliver(portion.events, marks) else { return }
                delivery = ended
                sinceDelivery = Stopwatch(environment.clock)
            }
            // Once the cursor passes them: a runner that takes over from this one finds the same gap.
            if portion.removed > 0 { report(removed: portion.removed) }
            marks.send(
                delivery.count, from: portion.events.first?.event.time, upTo: portion.end, clock: environment.clock)
            if sink.needsConfirmation {
                post(marks, refused: delivery.refused)
            } else {
                settle(&marks, refused: delivery.refused)
            }
        }
        // Once: a peer that does not confirm now is asked at the next start, by what is sent again then.
        guard marks.unconfirmedEvents > 0, (try? await sink.confirm()) != nil else { return }
        settle(&marks)
    }

    /// Asks until the peer has confirmed all that was sent; `false` if the runner was stopped before that.
    func confirm(_ marks: inout DeliveryMarks) async -> Bool {
        let isDone = await persist { () async throws(DeliveryFailure) in
            try await sink.confirm()
            return true
        }
        if isDone { settle(&marks) }
        return isDone
    }

    /// What was sent is in the peer's hands.
    func settle(_ marks: inout DeliveryMarks, refused: [DeadLetter] = []) {
        counters.delivered.add(marks.confirm())
        post(marks, refused: refused)
    }

    private func post(_ marks: DeliveryMarks, refused: [DeadLetter]) {
        environment.cursors.post(marks.confirmed, for: name, refused: refused)
        // Or a sink that is behind would seem to have caught up for the moment between two deliveries.
        let isBehind = environment.signal.lastEventID > marks.sent && marks.oldest == nil
        if isBehind { environment.metrics.note(cursor: marks.confirmed, of: name) } else { note(marks) }
    }

    private func note(_ marks: DeliveryMarks, waiting: StoredEvent? = nil) {
        // What a sink that began at the beginning makes up for is no lag.
        let waiting = waiting.flatMap { $0.event.id > start.born ?? 0 ? $0 : nil }
        environment.metrics.note(
            cursor: marks.confirmed, waitingSince: marks.oldest ?? waiting?.event.time,
            unconfirmed: marks.unconfirmedEvents, of: name)
    }

    /// The next events to deliver together; `nil` if there is nothing yet, after waiting for news.
    private func gather(_ marks: DeliveryMarks, sinceDelivery: inout Stopwatch?) async -> EventFollower.Portion? {
        switch sink.gathering {
        case .immediate(let maximum):
            return await next(marks, limit: max(1, maximum))
        case .window(let window, let maximum):
            guard let first = await next(marks, limit: 1) else { return nil }
            guard let event = first.events.first, let elapsed = sinceDelivery?.elapsed, elapsed < window else {
                return first
            }
            note(marks, waiting: event)
            await pause(for: window - elapsed)
            // All of the window: what one look does not reach would wait for another window.
            let portion = isStopping ? nil : await next(marks, limit: max(1, maximum), pages: .max)
            return isStopping ? nil : portion
        }
    }

    /// What stands in the log now; waits for news, or until it is time to confirm, and gives `nil` where there is nothing.
    private func next(
        _ marks: DeliveryMarks, limit: Int, pages: Int = EventFollower.pageLimit
    ) async -> EventFollower.Portion? {
        let cursor = marks.sent
        // Taken before the look: what was announced by now is in the log, or retention has removed it.
        let announced = environment.signal.lastEventID
        guard
            var portion = await reading({ [self] () throws(StoreError) in
                try follower.read(after: cursor, limit: limit, pages: pages) { isStopping }
            })
        else { return nil }
        if portion.isAtEnd, announced > portion.end {
            portion.removed += announced - portion.end
            portion.end = announced
        }
        if portion.end > cursor { return portion }
        note(marks)
        await waitForNews(beyond: cursor, atMost: marks.timeToConfirmation)
        return nil
    }

    /// Reads until the store lets it; `nil` if the runner was stopped before that.
    func reading<Value: Sendable>(
        _ read: @escaping @Sendable () throws(StoreError) -> Value
    ) async -> Value? {
        var failures = 0
        while !isStopping {
            do throws(StoreError) {
                let value = try await disk.run(read)
                if failures > 0 { logger.notice("the event log can be read again") }
                return value
            } catch {
                failures += 1
                if failures == 1 { logger.error("the event log cannot be read, trying again: \(error)") }
                await pause(for: environment.backOff.pause(afterFailures: failures, jitter: environment.jitter()))
            }
        }
        return nil
    }

    // MARK: - Delivery

    /// What became of a delivery.
    struct Delivery {
        /// How many events the peer has taken, be it for some recipients only.
        var count = 0
        var refused: [DeadLetter] = []
    }

    /// Delivers until the peer has taken it or refused it for good; `nil` if the runner was stopped before that.
    ///
    /// Events that are too old are left out, before the first try and before each further one, unless somebody asked for
    /// them.
    func deliver(
        _ stored: [StoredEvent], _ marks: DeliveryMarks, areAskedFor: Bool = false
    ) async -> Delivery? {
        note(marks, waiting: stored.first)
        let fresh = areAskedFor ? stored : expiry.fresh(stored) { $0.event }
        guard !fresh.isEmpty else { return Delivery() }
        let isLoaded = fresh.count <= sink.datagramLimit
        var events = await disk.run { [environment, counters] in
            isLoaded
                ? SinkRunner.load(fresh, environment, counters)
                : fresh.map { SinkEvent(event: $0.event) }
        }
        var delivery = Delivery()
        var rejection: DeliveryFailure?
        var isFirst = true
        let isDone = await persist { () async throws(DeliveryFailure) in
            if !isFirst && !areAskedFor {
                events = expiry.fresh(events) { $0.event }
                guard !events.isEmpty else { return false }
            }
            isFirst = false
            delivery.count = events.count
            do throws(DeliveryFailure) {
                try await sink.deliver(events)
                rejection = sink.takeRejection()
            } catch {
                guard error.reason == .rejected, sink.onReject == .deadLetter else { throw error }
                rejection = error
                delivery.count = 0
            }
            return true
        }
        guard isDone else { return nil }
        if events.isEmpty { delivery.count = 0 } else { expiry.noteDelivery() }
        if let rejection { delivery.refused = bury(events, rejection) }
        return delivery
    }

    /// Tries until the sink has done it; `false` if the runner was stopped before that. An attempt tells whether it has
    /// asked the peer at all: one that found nothing left to do says nothing about the peer.
    private func persist(_ attempt: () async throws(DeliveryFailure) -> Bool) async -> Bool {
        var trouble: Trouble?
        while true {
            do throws(DeliveryFailure) {
                guard try await attempt() else { return true }
                if let trouble { report(recoveryFrom: trouble) }
                environment.failures.noteDelivery(of: name)
                return true
            } catch {
                counters.failures[error.reason]?.add()
                trouble = report(error, after: trouble)
            }
            let failures = trouble?.failures ?? 1
            await pause(for: environment.backOff.pause(afterFailures: failures, jitter: environment.jitter()))
            if isStopping { return false }
        }
    }

    private func report(removed: Int64) {
        counters.removed.add(Int(removed))
        logger.error("retention removed \(counted(removed, "event")) of the log before this sink came to them")
    }

    private static func load(
        _ stored: [StoredEvent], _ environment: SinkEnvironment, _ counters: SinkMetrics.Counters
    ) -> [SinkEvent] {
        let naming = environment.naming()
        return stored.map { stored in
            let record = stored.position.flatMap(environment.record)
            if record == nil && stored.position != nil { counters.missingRecords.add() }
            return SinkEvent(event: stored.event, record: record, naming: naming)
        }
    }

    private struct Trouble {
        var reason: DeliveryFailure.Reason
        var failures: Int
        var since: Stopwatch
    }

    /// Says why once, and again only when the reason is another one: a peer that is down for a night is one line.
    private func report(_ failure: DeliveryFailure, after trouble: Trouble?) -> Trouble {
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
        let since = trouble?.since ?? Stopwatch(environment.clock)
        environment.failures.note(failure, of: name, since: since.elapsed)
        return Trouble(reason: failure.reason, failures: (trouble?.failures ?? 0) + 1, since: since)
    }

    private func report(recoveryFrom trouble: Trouble) {
        let seconds = trouble.since.elapsed.components.seconds
        logger.notice("delivers again, after \(counted(trouble.failures, "failure")) in \(seconds) s")
    }

    // MARK: - Waiting

    private func waitForNews(beyond id: Int64, atMost limit: Duration?) async {
        await wait { [environment] in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await environment.signal.wait(beyond: id) }
                if let limit { group.addTask { try? await environment.clock.sleep(for: limit) } }
                await group.next()
                group.cancelAll()
            }
        }
    }

    private func pause(for duration: Duration) async {
        await wait { [clock = environment.clock] in try? await clock.sleep(for: duration) }
    }

    /// Waits in a task of its own, so that `stop` can end the waiting without cancelling a delivery.
    private func wait(_ body: @escaping @Sendable () async -> Void) async {
        let task = Task(executorPreference: environment.executor) { await body() }
        let isStopping = state.withLock { state in
            state.waiting = task
            return state.isStopping
        }
        if isStopping { task.cancel() }
        await task.value
        state.withLock { $0.waiting = nil }
    }
}
