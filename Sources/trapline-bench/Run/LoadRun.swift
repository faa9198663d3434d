import Foundation

/// One load on one server, from its start to its end, and what was seen of it.
struct LoadRun {
    struct Plan {
        var server = ServerUnderLoad.Options()
        /// Sent at the same time, each by a thread of its own. The receivers are filled in.
        var loads: [LoadPlan]
        var isDelivered = false
        /// Where the data folder is made; `nil` for the system's folder of temporary files.
        var folder: URL?
    }

    /// What `/metrics` tells of the load's way.
    struct Counts {
        var received = 0
        var journaled = 0
        var refused = 0
        /// Among the refused: what was over its sender's budget.
        var overBudget = 0
        var failed = 0
        var duplicate = 0
        /// Reports, as discoveries have them.
        var answered = 0
        /// Reports that the server was told as it asked devices.
        var reports = 0
        var inFlight = 0
        var kernelDrops = 0
        var processed = 0
        /// Among the processed: what could not be read any more.
        var undecodable = 0

        init(_ metrics: MetricsText) {
            received = metrics.sum("trapline_datagrams_received_total")
            journaled = metrics.sum("trapline_datagrams_journaled_total")
            refused = metrics.sum("trapline_datagrams_refused_total")
            overBudget = metrics.sum("trapline_datagrams_refused_total", #"reason="over-budget""#)
            failed = metrics.sum("trapline_datagrams_failed_total")
            duplicate = metrics.sum("trapline_datagrams_duplicate_total")
            answered = metrics.sum("trapline_datagrams_answered_total")
            reports = metrics.sum("trapline_datagrams_reports_total")
            inFlight = metrics.sum("trapline_datagrams_in_flight")
            kernelDrops = metrics.sum("trapline_kernel_drops_total")
            processed = metrics.sum("trapline_datagrams_processed_total")
            undecodable = metrics.sum("trapline_datagrams_undecodable_total")
        }

        /// What does not add up among them.
        var gaps: [String] {
            var gaps: [String] = []
            let accounted = journaled + refused + failed + duplicate + answered + reports + inFlight
            if accounted != received { gaps.append("\(received) were received, but \(accounted) are accounted for") }
            if processed < journaled {
                gaps.append("\(journaled - processed) of \(journaled) that are journaled were not processed")
            }
            // Every load is good: the pipeline did not do for these what it is measured by.
            if undecodable > 0 {
                gaps.append("\(undecodable) of \(processed) that are processed could not be read")
            }
            return gaps
        }
    }

    var sent: [LoadResult] = []
    var acknowledgements: AcknowledgementReader.Result?
    /// As the last trap had been sent, and when all was done.
    var atEnd: Counts
    var afterwards: Counts
    /// Events that the sink had at the end of the load.
    var deliveredAtEnd = 0
    var delivered = SyslogCounter.Result()
    /// From the first trap's sending, in seconds: until the last was sent, processed, and delivered.
    var sendingTime = 0.0
    var processingTime = 0.0
    var deliveryTime = 0.0
    /// Nanoseconds of the server's CPU time by its threads' names, from the load's beginning until all was done.
    var stageTimes: [String: UInt64] = [:]
    /// Of the counting sink.
    var counterTime: Int64 = 0
    var anonymousMemory = 0
    var peakMemory = 0
    /// What did not come to an end in time.
    var isStuck = false

    /// How long nothing may move, in seconds, before what is missing counts as lost.
    private static let patience: TimeInterval = 30
    /// How long the last responses may take, in seconds: less than a sender waits before it sends again.
    private static let answerPatience: TimeInterval = 5
    /// Between two looks, in seconds. A look costs the server something too.
    private static let pause: TimeInterval = 0.05

    init(_ plan: Plan) throws {
        self = try TemporaryFolder.with(in: plan.folder) { folder in
            var options = plan.server
            let counter = plan.isDelivered ? try SyslogCounter() : nil
            defer { counter?.stop() }
            options.sinkPort = counter?.port
            let server = try ServerUnderLoad(options, folder: folder)
            defer { server.stop() }
            return try LoadRun(plan, server, counter)
        }
    }

    private init(_ plan: Plan, _ server: ServerUnderLoad, _ counter: SyslogCounter?) throws {
        let generators = try plan.loads.map { load in
            var load = load
            load.receiver = server.endpoint
            return try LoadGenerator(load)
        }
        let isAcknowledged = plan.loads.contains { $0.mix.isAcknowledged }
        let reader = isAcknowledged ? try AcknowledgementReader(generators) : nil
        let before = Counts(try server.metrics())
        let watch = ProcessWatch(server.process.identifier)
        defer { watch.stop() }

        let begin = Stamp.now
        sent = try Self.send(generators, server)
        sendingTime = Self.seconds(since: begin)
        atEnd = Counts(try server.metrics())
        deliveredAtEnd = counter?.result.events ?? 0
        afterwards = atEnd

        // Received, then journaled, then processed, then delivered: each once nothing of the step before is missing.
        let total = sent.reduce(0) { $0 + $1.sent }
        isStuck = try !Self.waitUntil(server, &afterwards) { counts in
            counts.received + counts.kernelDrops - before.kernelDrops >= total && counts.inFlight == 0
                && counts.processed >= counts.journaled
        }
        processingTime = Self.seconds(since: begin)
        if let counter {
            let wanted = afterwards.processed
            var moved = (events: 0, at: Date())
            while case let events = counter.result.events, events < wanted {
                try server.process.check()
                if events > moved.events { moved = (events, Date()) }
                if Date().timeIntervalSince(moved.at) > Self.patience {
                    isStuck = true
                    break
                }
                Thread.sleep(forTimeInterval: Self.pause)
            }
            deliveryTime = Self.seconds(since: begin)
            delivered = counter.result
            counterTime = counter.cpuTime
        }
        if let reader {
            // A response is sent once the pipeline may have the trap already.
            let deadline = Date(timeIntervalSinceNow: Self.answerPatience)
            while reader.acknowledged < total, Date() < deadline { Thread.sleep(forTimeInterval: Self.pause) }
            acknowledgements = reader.stop()
        }
        let figures = watch.read()
        stageTimes = figures.latest.timeByStage(since: figures.first)
        anonymousMemory = figures.latest.anonymousMemory
        peakMemory = figures.latest.peakMemory
    }

    /// Runs all generators at once; ends when the last one has.
    private static func send(_ generators: [LoadGenerator], _ server: ServerUnderLoad) throws -> [LoadResult] {
        let threads = generators.map(LoadThread.init)
        // All of them end before the sockets may be closed, whatever becomes of one.
        let results = threads.map { $0.wait() }
        try server.process.check()
        return try results.map { try $0.get() }
    }

    /// `false` if nothing moved any more before it was so.
    private static func waitUntil(
        _ server: ServerUnderLoad, _ counts: inout Counts, _ isDone: (Counts) -> Bool
    ) throws -> Bool {
        var moved = Date()
        while !isDone(counts) {
            Thread.sleep(forTimeInterval: pause)
            let new = Counts(try server.metrics())
            if (new.received, new.journaled, new.processed) != (counts.received, counts.journaled, counts.processed) {
                moved = Date()
            }
            counts = new
            if Date().timeIntervalSince(moved) > patience { return false }
        }
        return true
    }

    private static func seconds(since begin: UInt64) -> Double { Double(Stamp.now - begin) / 1e9 }
}
