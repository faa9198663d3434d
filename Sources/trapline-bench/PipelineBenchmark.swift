import Alarms
import Basics
import Foundation
import Journal
import MIBCatalog
import Pipeline
import Routing
import SNMPWire
import Store
import TraplineConfiguration
import TraplineMetrics

/// From the journal into the store: the real reader, pipeline and store on disk, with the shipped rules and modules and
/// one route that sends everything to a sink. The CPU time is that of the whole process, the store's threads included.
struct PipelineBenchmark {
    /// What one round of the steps took.
    struct Round {
        var reading: StageResult
        var pipeline: StageResult
        var rows: StageResult
    }

    /// As many devices, so that tables are looked things up in as in a real fleet.
    private static let senders = 1_000
    /// Records a batch at most, as the server has it.
    private static let batch = 4_096
    /// Rows a page, as sinks read them.
    private static let page = 256
    private static let listener = "traps"

    private let snapshot: PipelineSnapshot

    init() throws { snapshot = try Self.snapshot() }

    /// The shipped rules and modules, and one route that sends everything to a sink.
    static func snapshot(_ alarms: AlarmSettings = AlarmSettings()) throws -> PipelineSnapshot {
        guard let folder = Catalog.bundledDirectory() else {
            throw BenchmarkError("the bundled MIB modules are missing")
        }
        let catalog = Catalog.load(directories: [folder]).catalog
        let rules = ConfigurationLoader.standardRules(catalog: catalog).rules
        guard let zone = TimeZone(identifier: "UTC") else { throw BenchmarkError("there is no time zone UTC") }
        return PipelineSnapshot(
            interpreter: AlarmInterpreter(rules: rules, catalog: catalog),
            routing: RoutingTable(
                routes: [Route(name: "everything", to: ["count"])]
                    + [
                        Route(
                            name: "repeats", when: RouteConditions(transitions: [.repeated]), to: ["count"])
                    ], catalog: catalog, timeZone: zone),
            catalog: catalog, alarms: alarms)
    }

    func run(_ datagram: [UInt8], traps: Int) throws -> Round {
        try TemporaryFolder.with { folder in
            try PipelineBenchmark.journal(datagram, traps: traps, in: folder.path)
            let store = try EventStore(folder: folder.path)
            var pipeline = try EventPipeline(store: store, snapshot: snapshot, metrics: MetricsRegistry())
            var reader = try JournalReader(folder: folder.path, from: nil)
            guard let end = try JournalReader.end(ofFolder: folder.path) else {
                throw BenchmarkError("the journal is empty")
            }
            var (reading, processing) = (Int64(0), Int64(0))
            while true {
                let begin = CPUClock.process
                let records = try reader.read(upTo: end, limit: Self.batch)
                let read = CPUClock.process
                guard !records.isEmpty else { break }
                _ = try pipeline.process(records)
                reading += read - begin
                processing += CPUClock.process - read
            }
            let begin = CPUClock.process
            var last: Int64 = 0
            var rows = 0
            while let event = try store.events(after: last, limit: Self.page).last {
                rows += Int(event.event.id - last)
                last = event.event.id
            }
            let loading = CPUClock.process - begin
            try store.close()
            guard rows == traps else { throw BenchmarkError("\(traps) traps made \(rows) events") }
            func result(_ spent: Int64) -> StageResult {
                StageResult(microsecondsPerTrap: Double(spent) / 1_000 / Double(traps))
            }
            return Round(reading: result(reading), pipeline: result(processing), rows: result(loading))
        }
    }

    /// Writes what the pipeline is to read.
    private static func journal(_ datagram: [UInt8], traps: Int, in folder: String) throws {
        let journal = try JournalWriter(folder: folder, settings: JournalSettings(), interfaces: [listener])
        let receiver = Endpoint(LoopbackPort.address, port: 162)
        let start = Timestamp.now
        // The alarm ends with seven digits of a serial number, and each device has its own.
        var payloads: [[UInt8]] = []
        for number in 0..<senders {
            var payload = datagram
            payload.replaceSubrange((payload.count - 7)..., with: String(1_000_000 + number).utf8)
            payloads.append(payload)
        }
        var next = 0
        while next < traps {
            let entries = (next..<min(traps, next + batch)).map { number in
                JournalEntry(
                    time: Timestamp(nanoseconds: start.nanoseconds + Int64(number) * 20_000), interface: listener,
                    sender: Endpoint(IPAddress(v4: 0x0a00_0000 + UInt32(number % senders)), port: 40_000),
                    receiver: receiver, payload: payloads[number % senders])
            }
            journal.append(entries)
            next += entries.count
        }
        journal.close()
    }
}
