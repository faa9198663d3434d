import Alarms
import Basics
import Foundation
import Glibc
import Pipeline
import Store
import TraplineMetrics

/// What a trap costs with many alarms that stand, compared with few.
enum AlarmsMeasurement {
    private static let few = 100
    /// Records a batch at most, as the server has it while it works off a backlog.
    private static let batch = 4_096
    /// How many times the CPU time with few alarms it may take.
    private static let mostTimes = 2.0

    /// What one run found.
    struct Result {
        var microsecondsPerTrap: Double
        var standing: Int
        /// Octets of memory that the pipeline and the store took.
        var memory: Int
        /// Octets of the store's files.
        var disk: Int
        /// CPU time of a start with these alarms, in seconds.
        var start: Double
        /// Octets of memory behind a start, the store's and the pipeline's.
        var startMemory: Int
    }

    static func run(alarms: Int, traps: Int, devices: Int, cacheLimit: Int?) throws -> BenchReport {
        var rows: [BenchReport.Row] = []
        var goals: [BenchReport.Goal] = []
        for isSkewed in [false, true] {
            let name = isSkewed ? "skewed" : "uniform"
            func measure(_ alarms: Int) throws -> Result {
                try run(
                    AlarmTraffic(alarms: alarms, devices: devices, isSkewed: isSkewed), traps: traps,
                    cacheLimit: cacheLimit ?? AlarmTable.defaultCacheLimit)
            }
            let (little, much) = (try measure(few), try measure(alarms))
            let times = much.microsecondsPerTrap / little.microsecondsPerTrap
            for result in [little, much] {
                let count = BenchReport.Row.text(Double(result.standing), decimals: 0)
                rows.append(
                    .number("\(name), \(count) alarms", result.microsecondsPerTrap, decimals: 2, unit: "µs a trap"))
            }
            rows.append(.number("\(name), ratio", times, decimals: 2, unit: "times"))
            rows.append(.number("\(name), memory taken", megabytes(much.memory), decimals: 0, unit: "MiB"))
            rows.append(.number("\(name), memory after a start", megabytes(much.startMemory), decimals: 0, unit: "MiB"))
            rows.append(.number("\(name), store on disk", megabytes(much.disk), decimals: 0, unit: "MiB"))
            rows.append(.number("\(name), start", much.start, decimals: 2, unit: "s of CPU"))
            // All alike is the worst there is: no alarm is likelier to be in memory than another.
            guard isSkewed else { continue }
            goals.append(
                .init(
                    name: "CPU a trap, \(name)", wanted: "≤ \(mostTimes) times that at \(few)",
                    measured: "\(BenchReport.Row.text(times, decimals: 2)) times", isReached: times <= mostTimes))
        }
        return BenchReport(
            scenario: "alarms",
            load: """
                \(traps) traps from \(devices) devices: \(AlarmTraffic.repeats) % repeats, \(AlarmTraffic.clears) % \
                clears, the rest raises; skewed: \(AlarmTraffic.skew.traps) % speak of \(AlarmTraffic.skew.alarms) % \
                of the alarms
                """, rows: rows, goals: goals)
    }

    private static func megabytes(_ octets: Int) -> Double { Double(octets) / 1_048_576 }

    private static func run(_ traffic: AlarmTraffic, traps: Int, cacheLimit: Int) throws -> Result {
        try TemporaryFolder.with { folder in
            var traffic = traffic
            let memory = residentMemory
            let snapshot = try PipelineBenchmark.snapshot(AlarmSettings(flapping: nil))
            func open() throws -> (EventStore, EventPipeline) {
                let store = try EventStore(folder: folder.path)
                let pipeline = try EventPipeline(
                    store: store, snapshot: snapshot, metrics: MetricsRegistry(), alarmCacheLimit: cacheLimit)
                return (store, pipeline)
            }
            var (store, pipeline) = try open()
            while true {
                try Interruption.check()
                let records = traffic.raises(batch)
                if records.isEmpty { break }
                try pipeline.advance(over: records)
            }
            _ = try process(traps / 2, &traffic, &pipeline)
            let spent = try process(traps, &traffic, &pipeline)
            let standing = pipeline.activeAlarmCount
            let taken = residentMemory - memory
            let disk = try size(of: folder)
            try store.close()
            pipeline = try EventPipeline(store: .inMemory(), snapshot: snapshot, metrics: MetricsRegistry())
            let before = residentMemory
            let begin = CPUClock.process
            (store, pipeline) = try open()
            let start = Double(CPUClock.process - begin) / 1e9
            defer { try? store.close() }
            guard pipeline.activeAlarmCount == standing else {
                throw BenchmarkError("\(standing) alarms stood, and \(pipeline.activeAlarmCount) do after a start")
            }
            return Result(
                microsecondsPerTrap: Double(spent) / 1_000 / Double(traps), standing: standing, memory: taken,
                disk: disk, start: start, startMemory: residentMemory - before)
        }
    }

    /// CPU time of all threads but for what the making of the records takes.
    private static func process(
        _ traps: Int, _ traffic: inout AlarmTraffic, _ pipeline: inout EventPipeline
    ) throws -> Int64 {
        var made: Int64 = 0
        let begin = CPUClock.process
        for first in stride(from: 0, to: traps, by: batch) {
            try Interruption.check()
            let start = CPUClock.thread
            let records = traffic.mixed(min(batch, traps - first))
            made += CPUClock.thread - start
            try pipeline.advance(over: records)
        }
        return CPUClock.process - begin - made
    }

    private static var residentMemory: Int {
        ProcessFigures(of: getpid())?.anonymousMemory ?? 0
    }

    private static func size(of folder: URL) throws -> Int {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.fileSizeKey])
            .reduce(0) { try $0 + ($1.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0) }
    }
}
