public import Alarms
import Basics
import Captures
public import Documents
import Foundation
import Intake
import Journal
import Pipeline
import Routing
import SNMPWire
import Sinks
import Store
import TraplineConfiguration
import TraplineMetrics

/// Runs captures through the real pipeline and the routing table, with a store in memory and nothing delivered.
public struct Explainer {
    /// What became of one event, and why.
    public struct Explanation: Sendable {
        public var document: EventDocument
        fileprivate var event: Event
        /// What each sink would be sent, in the order of `document.sinks`.
        public var previews: [(sink: String, text: String)]

        public func jsonLine() -> String { document.jsonLine() }

        public var text: String {
            var lines = [ConsoleLine.text(event, isColoured: false)]
            let routes = document.routes ?? []
            lines.append("    routes: " + (routes.isEmpty ? "no row matched" : routes.joined(separator: ", ")))
            for preview in previews {
                let body = preview.text.split(separator: "\n", omittingEmptySubsequences: false)
                lines.append("    → \(preview.sink): " + (body.first.map(String.init) ?? ""))
                lines += body.dropFirst().map { "        " + $0 }
            }
            return lines.joined(separator: "\n")
        }
    }

    private var pipeline: EventPipeline
    private let store: EventStore
    private let naming: DatagramNaming
    private let sinks: [String: any Sink]
    private let keepAlivePorts: Set<UInt16>
    private let loaded: LoadedConfiguration
    private let extraPorts: [UInt16]
    private var count: UInt64 = 0
    /// A line for the capture explained last, where none of it was taken as SNMP.
    public private(set) var hint: String?

    public init(_ loaded: LoadedConfiguration, extraPorts: [UInt16] = []) throws {
        guard let configuration = loaded.configuration else { throw ServerError("the configuration has errors") }
        self.store = try EventStore.inMemory()
        self.pipeline = try EventPipeline(
            store: store, snapshot: PipelineSnapshot(loaded, configuration), metrics: MetricsRegistry())
        self.naming = loaded.naming
        self.loaded = loaded
        self.extraPorts = extraPorts
        self.sinks = Dictionary(
            configuration.sinks.map { ($0.name, SinkFactory.make($0.name, $0.settings)) },
            uniquingKeysWith: { first, _ in first })
        let configured = configuration.listeners.filter { $0.name == "keep-alives" }.flatMap(\.endpoints).map(\.port)
        self.keepAlivePorts = Set(configured).union([1161, 11_161])
    }

    /// Explains each event of a capture, in its order, with the capture's own clock.
    /// - Throws: `CaptureError` where the capture cannot be read on; what came before it has been explained.
    public mutating func explain(file: String, each: (Explanation) -> Void) throws {
        var reader = try DatagramReader(path: file)
        var selection = SNMPSelection(loaded, extraPorts: extraPorts)
        defer { hint = selection.hint }
        while let datagram = try reader.next() {
            guard selection.takes(datagram) else { continue }
            for outcome in try pipeline.process([record(of: datagram)]) {
                each(explanation(of: outcome, datagram))
            }
        }
    }

    /// The alarms left standing, oldest first.
    public var activeAlarms: [ActiveAlarm] {
        get throws { try store.activeAlarms() }
    }

    /// The datagram as a journal would have held it: on the listener whose port it was sent to.
    private mutating func record(of datagram: UDPDatagram) -> JournalRecord {
        let listeners: [String] = [FactRecorder.interface, "traps", "keep-alives"]
        let journaled = listeners.first { $0 == datagram.interfaceName }
        let byPort = keepAlivePorts.contains(datagram.receiver.port) ? "keep-alives" : "traps"
        let entry = JournalEntry(
            time: datagram.time, interface: journaled ?? byPort, sender: datagram.sender, receiver: datagram.receiver,
            payload: datagram.payload)
        defer { count += 1 }
        return JournalRecord(
            entry: entry, position: JournalPosition(segment: 1, offset: count),
            next: JournalPosition(segment: 1, offset: count + 1))
    }

    private func explanation(of outcome: EventOutcome, _ datagram: UDPDatagram) -> Explanation {
        // What a timer made has no datagram.
        let record = outcome.position.map { position in
            JournalRecord(
                entry: JournalEntry(
                    time: datagram.time, interface: outcome.received.listener, sender: datagram.sender,
                    receiver: datagram.receiver, payload: datagram.payload),
                position: position, next: position)
        }
        let document = record.flatMap(naming.document)
        let event = SinkEvent(event: outcome.event, record: record, naming: naming)
        return Explanation(
            document: EventDocument(
                outcome.event, datagram: document, routes: outcome.decision.matched, sinks: outcome.decision.sinks),
            event: outcome.event,
            previews: outcome.decision.sinks.compactMap { name in
                sinks[name].map { (sink: name, text: $0.preview(event)) }
            })
    }
}
