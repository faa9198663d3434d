/// Reads a scenario's report off its run: the figures, what must be reached, and what was lost.
enum ScenarioReport {
    /// Octets: what a server under any backlog may take.
    static let memoryLimit = 256 << 20
    /// Milliseconds.
    static let latencyLimit = 20.0
    /// How far behind the load's end the sink may be for a rate to count as sustained, in seconds.
    static let sustainedDelay = 1.0
    /// How long a quiet sender's trap may take beside a storm, in milliseconds.
    static let fairnessLimit = 1_000.0

    static func report(_ setting: ScenarioSetting, _ run: LoadRun) -> BenchReport {
        BenchReport(
            scenario: setting.scenario.rawValue, load: setting.text,
            rows: wayRows(setting, run) + latencyRows(setting, run) + costRows(run), goals: goals(setting, run),
            lost: losses(setting, run))
    }

    private static func total(_ run: LoadRun) -> Int { run.sent.reduce(0) { $0 + $1.sent } }

    // MARK: Figures

    /// How the traps fared.
    private static func wayRows(_ setting: ScenarioSetting, _ run: LoadRun) -> [BenchReport.Row] {
        let counts = run.afterwards
        var rows: [BenchReport.Row] = [
            .count("sent", total(run)),
            .number("sent per second", Double(total(run)) / max(run.sendingTime, 1e-9), decimals: 0, unit: "traps/s"),
            .number(
                "furthest behind the plan", Double(run.sent.map(\.latest).max() ?? 0) / 1e6, decimals: 1, unit: "ms"),
            .count("received", counts.received), .count("kernel drops", counts.kernelDrops),
            .count("refused", counts.refused), .count("of which over budget", counts.overBudget),
            .count("failed", counts.failed),
            .count("informs that came again", counts.duplicate), .count("journaled", counts.journaled),
            .count("processed", counts.processed), .count("of which could not be read", counts.undecodable),
            .count("backlog at the load's end", run.atEnd.journaled - run.atEnd.processed),
            .number("catching up", run.processingTime - run.sendingTime, decimals: 1, unit: "s"),
            .number(
                "processed per second", Double(counts.processed) / max(run.processingTime, 1e-9), decimals: 0,
                unit: "traps/s"),
        ]
        if setting.plan.isDelivered {
            rows += [
                .count("delivered", run.delivered.events), .count("delivered again", run.delivered.duplicates),
                .number(
                    "delivered per second", Double(run.delivered.events) / max(run.deliveryTime, 1e-9), decimals: 0,
                    unit: "events/s"),
                .number("delivery behind the load's end", run.deliveryTime - run.sendingTime, decimals: 1, unit: "s"),
                .number(
                    "octets a message", Double(run.delivered.octets) / Double(max(1, run.delivered.events)),
                    decimals: 0, unit: "octets"),
            ]
        }
        return rows
    }

    private static func latencyRows(_ setting: ScenarioSetting, _ run: LoadRun) -> [BenchReport.Row] {
        var rows: [BenchReport.Row] = []
        if let acknowledgements = run.acknowledgements { rows += LoadReport.rows(acknowledgements) }
        for label in Stamp.Label.allCases {
            guard let latency = run.delivered.latencies[label] else { continue }
            rows += LoadReport.rows(latency, of: "\(name(label)) → syslog")
        }
        return rows
    }

    private static func name(_ label: Stamp.Label) -> String {
        switch label {
        case .load: "trap"
        case .quiet: "quiet sender's trap"
        case .storm: "storm's trap"
        }
    }

    /// CPU time, from the load's beginning until all was done, over the traps that were received; and memory.
    private static func costRows(_ run: LoadRun) -> [BenchReport.Row] {
        let traps = Double(max(1, run.afterwards.received))
        func cost(_ name: String, _ nanoseconds: Double) -> BenchReport.Row {
            .number("CPU a trap, \(name)", nanoseconds / 1e3 / traps, decimals: 2, unit: "µs")
        }
        let stages = run.stageTimes.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        var rows = [cost("trapline in all", Double(stages.reduce(0) { $0 + $1.value }))]
        rows += stages.filter { Double($0.value) / 1e3 / traps >= 0.005 }.map {
            cost("thread \($0.key)", Double($0.value))
        }
        rows.append(cost("the bench's senders", Double(run.sent.reduce(0) { $0 + $1.cpuTime })))
        if run.counterTime > 0 { rows.append(cost("the bench's sink", Double(run.counterTime))) }
        func mebibytes(_ octets: Int) -> Double { Double(octets) / Double(1 << 20) }
        rows += [
            .number("memory at its most, no file behind it", mebibytes(run.anonymousMemory), decimals: 0, unit: "MiB"),
            .number("memory at its most, with files", mebibytes(run.peakMemory), decimals: 0, unit: "MiB"),
        ]
        return rows
    }

    // MARK: Goals and losses

    private static func goals(_ setting: ScenarioSetting, _ run: LoadRun) -> [BenchReport.Goal] {
        func text(_ value: Double, _ decimals: Int = 0) -> String { BenchReport.Row.text(value, decimals: decimals) }
        func atMost(_ name: String, _ value: Double, _ limit: Double, _ unit: String, decimals: Int) -> BenchReport.Goal
        {
            BenchReport.Goal(
                name: name, wanted: "≤ \(text(limit)) \(unit)", measured: "\(text(value, decimals)) \(unit)",
                isReached: value <= limit)
        }
        switch setting.scenario {
        case .journal, .journalV3:
            let rate = run.sent.first?.rate ?? 0
            let drops = run.afterwards.kernelDrops
            // A hundredth is the sender's own unevenness at the end of the load.
            let isReached = drops == 0 && rate >= Double(setting.rate) * 0.99 && losses(setting, run).isEmpty
            return [
                BenchReport.Goal(
                    name: setting.scenario == .journalV3 ? "lossless, SNMPv3 authPriv" : "lossless",
                    wanted: "\(text(Double(setting.rate)))/s, kernel drops 0",
                    measured: "\(text(rate))/s, kernel drops \(drops)", isReached: isReached)
            ]
        case .sustained:
            let delay = run.deliveryTime - run.sendingTime
            let rate = run.sent.first?.rate ?? 0
            return [
                BenchReport.Goal(
                    name: "sustained",
                    wanted: "\(text(Double(setting.rate)))/s, delivered \(text(sustainedDelay)) s after the last",
                    measured: "\(text(rate))/s, \(text(delay, 1)) s",
                    isReached: delay <= sustainedDelay && rate >= Double(setting.rate) * 0.99)
            ]
        case .latency:
            let latency = run.delivered.latencies[.load]?.milliseconds(atPercentile: 99) ?? .infinity
            return [atMost("trap → syslog, p99", latency, latencyLimit, "ms", decimals: 1)]
        case .informs:
            let latency = run.acknowledgements?.latency.milliseconds(atPercentile: 99) ?? .infinity
            return [atMost("inform acknowledged, p99", latency, latencyLimit, "ms", decimals: 1)]
        case .backlog:
            let limit = Double(memoryLimit >> 20)
            let memory = Double(run.peakMemory) / Double(1 << 20)
            return [atMost("memory", memory, limit, "MiB", decimals: 0)]
        case .storm:
            let latency = run.delivered.latencies[.quiet]?.longest ?? .infinity
            return [atMost("quiet senders, max", latency, fairnessLimit, "ms", decimals: 0)]
        }
    }

    /// What was sent and did not arrive, though it must.
    private static func losses(_ setting: ScenarioSetting, _ run: LoadRun) -> [String] {
        var lost: [String] = []
        func expect(_ count: Int, _ wanted: Int, _ what: String) {
            if count < wanted { lost.append("\(wanted - count) of \(wanted) \(what)") }
        }
        let counts = run.afterwards
        if run.isStuck { lost.append("nothing moved any more before all was done") }
        lost += counts.gaps
        expect(counts.received + counts.kernelDrops, total(run), "were sent but neither received nor dropped")
        if setting.plan.isDelivered {
            expect(run.delivered.events, counts.processed, "that are processed were not delivered")
        }
        if setting.scenario == .storm {
            // The storm itself may be cut short by its sender's budget; the others must not feel it.
            let quiet = run.sent.first?.sent ?? 0
            expect(run.delivered.counts[.quiet] ?? 0, quiet, "traps of quiet senders were not delivered")
        } else {
            expect(counts.journaled, total(run), "that were sent were not journaled")
        }
        if let acknowledgements = run.acknowledgements {
            expect(acknowledgements.acknowledged, total(run), "informs were not acknowledged")
        }
        return lost
    }
}
