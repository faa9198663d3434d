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
            let isToldAgain = routes.isEmpty && !previews.isEmpty
            let none = isToldAgain ? "as when the alarm rose" : "no row matched"
            lines.append("    routes: " + (routes.isEmpty ? none : routes.joined(separator: ", ")))
            if let reason = document.withheldBy, let withheld = document.withheld {
                lines.append("    held back by \(reason): " + withheld.joined(separator: ", "))
            }
            for (sink, seconds) in (document.delayed ?? [:]).sorted(by: { $0.key < $1.key }) {
                lines.append("    → \(sink): in \(seconds) s, if it still stands then")
            }
            for preview in previews {
                let body = preview.text.split(separator: "\n", omittingEmptySubsequences: false)
                lines.append("    → \(preview.sink): " + (body.first.map(String.init) ?? ""))
                lines += body.dropFirst().map { "        " + $0 }
            }
            return lines.joined(separator: "\n")
        }
    }

    /// A datagram that the configuration does not let in, so that it becomes no event.
    public struct Refusal: Sendable {
        /// With `refused` and `advice`.
        public var document: DatagramDocument
    }

    private var pipeline: EventPipeline
    private let store: EventStore
    private let naming: DatagramNaming
    private let access: OfflineAccess
    private let sinks: [String: any Sink]
    private let keepAlivePorts: Set<UInt16>
    private let loaded: LoadedConfiguration
    private let extraPorts: [UInt16]
    private var count: UInt64 = 0
    private var clock = CaptureClock()
    /// A line for the capture explained last, where none of it was taken as SNMP.
    public private(set) var hint: String?

    /// - Parameter captures: those that are to be explained.
    public init(_ loaded: LoadedConfiguration, of captures: [String], extraPorts: [UInt16] = []) throws {
        guard let configuration = loaded.configuration else { throw ServerError("the configuration has errors") }
        self.store = try EventStore.inMemory()
        let keys = OfflineKeys(configuration, beside: captures)
        self.access = OfflineAccess(AccessPolicy(configuration.access), security: keys.security)
        self.pipeline = try EventPipeline(
            store: store, snapshot: PipelineSnapshot(loaded, configuration, opener: keys.opener),
            metrics: MetricsRegistry())
        self.naming = loaded.naming(keys)
        self.loaded = loaded
        self.extraPorts = extraPorts
        self.sinks = Dictionary(
            configuration.sinks.map { ($0.name, SinkFactory.make($0.name, $0.settings)) },
            uniquingKeysWith: { first, _ in first })
        let configured = configuration.listeners.filter { $0.name == "keep-alives" }.flatMap(\.endpoints).map(\.port)
        self.keepAlivePorts = Set(configured).union([1161, 11_161])
    }

    /// Explains each event of a capture, in its order, with the capture's own clock. A journal holds what was let in;
    /// what another capture holds goes no further where the configuration does not let it in.
    /// - Throws: `CaptureError` where the capture cannot be read on; what came before it has been explained.
    public mutating func explain(
        file: String, refused: (Refusal) -> Void, each: (Explanation) -> Void
    ) throws {
        var reader = try DatagramReader(path: file)
        var selection = SNMPSelection(loaded, extraPorts: extraPorts)
        defer { hint = selection.hint }
        clock = CaptureClock()
        while let datagram = try reader.next() {
            guard selection.takes(datagram) else { continue }
            let ticks = clock.ticks(before: datagram).map { self.record(of: Self.tick(at: $0)) }
            var record: JournalRecord?
            switch verdict(on: datagram) {
            case .admitted: record = self.record(of: datagram)
            case .conversation: break
            case .refused(let reason, let advice):
                var document = naming.document(datagram)
                (document.refused, document.advice) = (reason, advice)
                refused(Refusal(document: document))
            }
            let records = ticks + [record].compactMap(\.self)
            guard !records.isEmpty else { continue }
            for outcome in try pipeline.process(records) {
                each(explanation(of: outcome, outcome.position == record?.position ? record : nil))
            }
        }
    }

    private func verdict(on datagram: UDPDatagram) -> OfflineAccess.Verdict {
        Self.journaledListener(datagram) == nil
            ? access.judge(datagram.payload, from: datagram.sender.address) : .admitted
    }

    /// The listener that a journal says received it; `nil` for any other capture.
    private static func journaledListener(_ datagram: UDPDatagram) -> String? {
        [FactRecorder.interface, "traps", "keep-alives"].first { $0 == datagram.interfaceName }
    }

    /// The alarms left standing, oldest first.
    public var activeAlarms: [ActiveAlarm] {
        get throws { try store.activeAlarms() }
    }

    /// The datagram as a journal would have held it: on the listener whose port it was sent to.
    private mutating func record(of datagram: UDPDatagram) -> JournalRecord {
        let byPort = keepAlivePorts.contains(datagram.receiver.port) ? "keep-alives" : "traps"
        let entry = JournalEntry(
            time: datagram.time, interface: Self.journaledListener(datagram) ?? byPort, sender: datagram.sender,
            receiver: datagram.receiver,
            payload: datagram.payload)
        defer { count += 1 }
        return JournalRecord(
            entry: entry, position: JournalPosition(segment: 1, offset: count),
            next: JournalPosition(segment: 1, offset: count + 1))
    }

    /// What a server would have written into its journal in a second in which nothing came.
    private static func tick(at time: Timestamp) -> UDPDatagram {
        let nobody = Endpoint(IPAddress(v4: 0x7f00_0001), port: 162)
        return UDPDatagram(
            time: time, sender: nobody, receiver: nobody, payload: FactRecorder.payload(OwnFacts.tick, [], uptime: 0),
            interfaceName: FactRecorder.interface)
    }

    /// - Parameter record: `nil` for what a timer made.
    private func explanation(of outcome: EventOutcome, _ record: JournalRecord?) -> Explanation {
        let event = SinkEvent(event: outcome.event, record: record, naming: naming)
        let decision = outcome.decision
        var document = EventDocument(
            outcome.event, datagram: record.map(naming.document), routes: decision.matched, sinks: decision.sinks)
        if !decision.delayed.isEmpty {
            document.delayed = Dictionary(
                decision.delayed.map { ($0.sink, Int($0.after.components.seconds)) }, uniquingKeysWith: min)
        }
        if let reason = decision.withheldBy {
            document.withheld = decision.withheld
            document.withheldBy =
                switch reason {
                case .silence(let number): "silence \(number)"
                case .maintenance: "maintenance"
                }
        }
        return Explanation(
            document: document,
            event: outcome.event,
            previews: outcome.decision.sinks.compactMap { name in
                sinks[name].map { (sink: name, text: $0.preview(event)) }
            })
    }
}

/// The ticks that a server would have journaled between a capture's datagrams, so that what waits for time to pass
/// comes about as it would have there.
struct CaptureClock {
    /// A longer gap is no silence but a pause of the capture, in seconds; it has no ticks, as a server's stop has none.
    static let longestGap: Int64 = 7 * 86_400

    private var last: Timestamp?
    /// A journal has its own ticks, and where they are missing the server did not run.
    private var isJournal = false

    /// In the order of their times, one for each second that passed since the datagram before.
    mutating func ticks(before datagram: UDPDatagram) -> [Timestamp] {
        if datagram.interfaceName == FactRecorder.interface { isJournal = true }
        let time = datagram.time
        defer { last = max(last ?? time, time) }
        guard let last, !isJournal, time > last else { return [] }
        let seconds = (time.nanoseconds(since: last) - 1) / 1_000_000_000
        guard seconds > 0, seconds <= CaptureClock.longestGap else { return [] }
        return (1...seconds).map { last.adding($0 * 1_000_000_000) }
    }
}
