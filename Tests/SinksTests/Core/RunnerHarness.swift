import Alarms
import Basics
import Documents
import Foundation
import Journal
import Logging
import MIBCatalog
import TraplineMetrics
import SNMPWire
import Sinks
import Store
import Synchronization
import TestPeers
import Testing

/// What a runner needs, with a store in memory, a clock that stands and a sink that does as it is told.
final class RunnerHarness: Sendable {
    let store: EventStore
    let signal = EventSignal()
    let cursors: CursorBoard
    let registry = MetricsRegistry()
    let clock = ManualClock()
    let log = LogCollector()
    let wallClock = WallClock()
    private let metrics: SinkMetrics

    init(cursors: [String: Int64] = [:]) throws {
        store = try EventStore.inMemory()
        self.cursors = CursorBoard(cursors.mapValues { SinkCursor($0) })
        let now: @Sendable () -> Timestamp = { [wallClock] in wallClock.withLock { $0 } }
        metrics = SinkMetrics(registry, signal: signal, now: now)
    }

    func environment(
        record: @escaping @Sendable (JournalPosition) -> JournalRecord? = { _ in nil }, backOff: BackOff = .standard,
        routes: @escaping @Sendable (StoredEvent) -> [String] = { $0.sinks }
    ) -> SinkEnvironment {
        SinkEnvironment(
            store: store, signal: signal, cursors: cursors, metrics: metrics, logger: log.logger, routes: routes,
            record: record, naming: { DatagramNaming(catalog: .empty) }, backOff: backOff, clock: clock,
            now: { [wallClock] in wallClock.withLock { $0 } }, jitter: { 1 })
    }

    func runner(
        _ sink: any Sink, name: String = "noc", options: SinkOptions = SinkOptions(),
        record: @escaping @Sendable (JournalPosition) -> JournalRecord? = { _ in nil }
    ) throws -> SinkRunner {
        try SinkRunner(name: name, sink: sink, options: options, environment: environment(record: record))
    }

    /// Appends events to the log, each to the sinks that `sinks` gives for its number.
    func append(_ ids: ClosedRange<Int64>, sinks: (Int64) -> [String] = { _ in ["noc"] }) throws {
        let events = try ids.map { id in
            StoredEvent(event: try EventSample.event(id), position: EventSample.position(id), sinks: sinks(id))
        }
        try store.commit(BatchOutcome(events: events))
        signal.announce(ids.upperBound)
    }

    func metric(_ line: String) -> String? {
        registry.exposition().split(separator: "\n").first { $0.hasPrefix(line + " ") }
            .map { String($0.dropFirst(line.count + 1)) }
    }
}

/// What the events' ages are told by, until it is set again.
final class WallClock: Sendable {
    private let time = Mutex(Timestamp(seconds: 1_000))

    func withLock<Result>(_ body: (inout Timestamp) -> Result) -> Result { time.withLock { body(&$0) } }
    func advance(bySeconds seconds: Int64) {
        time.withLock { $0 = Timestamp(nanoseconds: $0.nanoseconds + seconds * 1_000_000_000) }
    }
}

/// Runs `runner` while `body` does, and ends it.
func running(_ runner: SinkRunner, _ body: () async throws -> Void) async throws {
    let task = Task { await runner.run() }
    do {
        try await body()
    } catch {
        runner.stop()
        await task.value
        throw error
    }
    runner.stop()
    await task.value
}

func expect(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool
) async {
    let isTrue = await Poll.eventually(seconds: 20) { condition() }
    #expect(isTrue, what, sourceLocation: sourceLocation)
}

enum EventSample {
    static func event(_ id: Int64, severity: Severity = .major, text: String = "Interface 7 is down") throws -> Event {
        Event(
            id: id, time: Timestamp(seconds: 900), transition: .raised, alarmID: id, alarm: "linkDown",
            oid: try #require(OID("1.3.6.1.6.3.1.1.5.3")), severity: severity, highestSeverity: severity,
            device: EventDevice(id: "192.0.2.7", name: "edge router", address: IPAddress(v4: 0xc000_0207)),
            source: "ifIndex.7", text: text, raised: Timestamp(seconds: 900))
    }

    static func position(_ id: Int64) -> JournalPosition { JournalPosition(segment: 1, offset: UInt64(id) * 512) }

    static func entry(at time: Timestamp = Timestamp(seconds: 900)) throws -> JournalEntry {
        let notification = SNMPNotification(
            version: .v2c, community: ArraySlice("public".utf8), trapOID: try #require(OID("1.3.6.1.6.3.1.1.5.3")),
            uptime: 4_711, variables: VariableBindings([]))
        let message = CommunityMessage(
            version: .v2c, community: notification.community,
            pdu: .standard(notification.v2PDU(kind: .trap, requestID: 1)))
        return JournalEntry(
            time: time, interface: "traps", sender: Endpoint(IPAddress(v4: 0xc000_0207), port: 40_000),
            receiver: Endpoint(IPAddress(v4: 0xc000_0201), port: 162), payload: message.encode())
    }
}

/// A sink that takes what it is given, fails when told to, and hangs when told to.
final class ScriptedSink: Sink {
    static let type = "scripted"

    private struct State {
        var failures: [DeliveryFailure] = []
        var attempts: [[Int64]] = []
        var delivered: [[SinkEvent]] = []
        var isHanging = false
        var hanging: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
        var reopened = 0
        var confirmations = 0
        var rejection: DeliveryFailure?
        var confirmationFailures: [DeliveryFailure] = []
    }

    let gathering: Gathering
    let datagramLimit: Int
    let needsConfirmation: Bool
    let onReject: RejectionPolicy
    private let state = Mutex(State())

    init(
        _ gathering: Gathering = .immediate(maximum: 100), needsConfirmation: Bool = false,
        onReject: RejectionPolicy = .stop, datagramLimit: Int = .max
    ) {
        self.datagramLimit = datagramLimit
        self.gathering = gathering
        self.needsConfirmation = needsConfirmation
        self.onReject = onReject
    }

    /// The next delivery is refused in part, so.
    func rejectInPart(_ rejection: DeliveryFailure) { state.withLock { $0.rejection = rejection } }

    func takeRejection() -> DeliveryFailure? {
        state.withLock { state in
            defer { state.rejection = nil }
            return state.rejection
        }
    }

    /// The numbers of the events of each delivery that succeeded.
    var deliveries: [[Int64]] { state.withLock { $0.delivered.map { $0.map(\.event.id) } } }
    var delivered: [SinkEvent] { state.withLock { $0.delivered.flatMap(\.self) } }
    /// And of each delivery that was tried.
    var attempts: [[Int64]] { state.withLock { $0.attempts } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    var reopenCount: Int { state.withLock { $0.reopened } }

    /// The next deliveries fail so, one after the other.
    func fail(_ failures: [DeliveryFailure]) { state.withLock { $0.failures += failures } }

    /// Deliveries that are in hand or begin now do not end before `release`, whatever becomes of their task.
    func hang() { state.withLock { $0.isHanging = true } }

    func release() {
        let waiting = state.withLock { state in
            state.isHanging = false
            defer { state.hanging = [] }
            return state.hanging
        }
        for continuation in waiting { continuation.resume() }
    }

    func deliver(_ events: [SinkEvent]) async throws(DeliveryFailure) {
        state.withLock { $0.attempts.append(events.map(\.event.id)) }
        await withCheckedContinuation { continuation in
            let isHanging = state.withLock { state in
                if state.isHanging { state.hanging.append(continuation) }
                return state.isHanging
            }
            if !isHanging { continuation.resume() }
        }
        let failure = state.withLock { $0.failures.isEmpty ? nil : $0.failures.removeFirst() }
        if let failure { throw failure }
        state.withLock { $0.delivered.append(events) }
    }

    /// How often it was asked to confirm.
    var confirmations: Int { state.withLock { $0.confirmations } }

    func failConfirmation(_ failures: [DeliveryFailure]) { state.withLock { $0.confirmationFailures += failures } }

    func confirm() async throws(DeliveryFailure) {
        let failure = state.withLock { state in
            state.confirmations += 1
            return state.confirmationFailures.isEmpty ? nil : state.confirmationFailures.removeFirst()
        }
        if let failure { throw failure }
    }

    func probe() async throws(DeliveryFailure) {}
    func reopen() async { state.withLock { $0.reopened += 1 } }
    func close() async { state.withLock { $0.isClosed = true } }
    func preview(_ event: SinkEvent) -> String { "\(event.event.id)" }
}
