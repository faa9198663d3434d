import Basics
import Devices
import Dispatch
import Intake
import Journal
import Pipeline
import SNMPWire
import Sinks
import Synchronization

/// Writes the server's own facts into the journal, as notifications of TRAPLINE-MIB on an interface of their own: they
/// take the way that every datagram takes, and a replay of the journal sees them where they were.
final class FactRecorder: Sendable {
    /// The journal's interface for the server's own facts.
    static let interface = OwnFacts.listener

    private let journal: JournalWriter
    /// Facts have the loopback address; the port is that of traps, or tells that no server runs.
    private let endpoint: Endpoint
    private let start = Timestamp.now
    private let lastCommitted: Mutex<JournalPosition>
    /// The journal may be full and make a writer wait, which a sink's task must not.
    private let queue = DispatchQueue(label: "trapline.facts")

    /// - Parameter isServing: `false` for a command beside a stopped server.
    init(journal: JournalWriter, isServing: Bool = true) {
        self.journal = journal
        self.endpoint = Endpoint(IPAddress(v4: 0x7f00_0001), port: isServing ? 162 : OwnFacts.unheardPort)
        self.lastCommitted = Mutex(journal.committed)
    }

    /// The server with this version begins or ends its work.
    func record(_ fact: OID, version: String) {
        record(fact, [Self.text(OwnFacts.version, version)])
    }

    /// The configuration with this number since the start came into force.
    func recordConfiguration(generation: UInt32) {
        let variable = VariableBinding(name: OwnFacts.configurationGeneration, value: .gauge32(generation))
        record(OwnFacts.configurationLoaded, [variable])
    }

    /// The event log has reached its limit because of `holder`, or is below it again. Returns at once; `whenDone` is
    /// told whether that is on disk.
    func recordEventLog(isHeld: Bool, holder: String, whenDone: @escaping @Sendable (Bool) -> Void) {
        queue.async { [self] in
            whenDone(
                recordDurably(
                    isHeld ? OwnFacts.retentionHeld : OwnFacts.retentionReleased,
                    [Self.text(OwnFacts.storageName, PipelineRunner.eventLog), Self.text(OwnFacts.holder, holder)]))
        }
    }

    /// A sink fails, or delivers again. Returns at once.
    func record(_ fact: SinkFact) {
        queue.async { [self] in
            switch fact {
            case .failed(let sink, let reason, let detail):
                record(
                    OwnFacts.sinkFailed,
                    [
                        Self.text(OwnFacts.sinkName, sink), Self.text(OwnFacts.failureReason, reason.rawValue),
                        Self.text(OwnFacts.failureDetail, detail),
                    ])
            case .recovered(let sink):
                record(OwnFacts.sinkRecovered, [Self.text(OwnFacts.sinkName, sink)])
            case .lagging(let sink, let events, let age):
                record(OwnFacts.sinkLagging, Self.lag(sink, events, age))
            case .caughtUp(let sink, let events, let age):
                record(OwnFacts.sinkCaughtUp, Self.lag(sink, events, age))
            }
        }
    }

    /// A request leaves for a device; its answer, which comes later, is behind this in the journal.
    func record(sent number: Int64, requestID: Int32) {
        record(
            OwnFacts.requestSent,
            [Self.request(number), VariableBinding(name: OwnFacts.requestID, value: .integer(requestID))])
    }

    /// Nobody answers a request any more.
    func record(unanswered number: Int64, _ why: String) {
        queue.async { [self] in
            record(OwnFacts.requestUnanswered, [Self.request(number), Self.text(OwnFacts.failureReason, why)])
        }
    }

    /// A name service knows a device by this name. Returns at once.
    func record(name: String, of device: DeviceInventory.Nameless) {
        queue.async { [self] in record(OwnFacts.deviceNameFound, OwnFacts.nameFound(name, for: device)) }
    }

    private static func request(_ number: Int64) -> VariableBinding {
        VariableBinding(name: OwnFacts.requestNumber, value: .counter64(UInt64(clamping: number)))
    }

    /// What intake has to tell of the last second. Returns at once; `waits` only for the last of it, before the journal
    /// is closed.
    func record(_ news: [IntakeNews], waits: Bool = false) {
        let write: @Sendable () -> Void = { [self] in
            for news in news { record(news) }
        }
        if waits { queue.sync(execute: write) } else if !news.isEmpty { queue.async(execute: write) }
    }

    private func record(_ news: IntakeNews) {
        switch news {
        case .kernelDrops(let listener, let datagrams, let since):
            record(
                OwnFacts.blind,
                [
                    VariableBinding(
                        name: OwnFacts.blindReason, value: .integer(OwnFacts.BlindReason.kernelDrops.rawValue)),
                    Self.count(OwnFacts.blindDatagrams, datagrams), Self.text(OwnFacts.listenerName, listener),
                    Self.text(OwnFacts.blindSender, ""), Self.text(OwnFacts.blindSince, since.description),
                ])
        case .overBudget(let listener, let sender, let refused):
            record(OwnFacts.senderOverBudget, Self.budget(listener, sender, refused))
        case .withinBudget(let listener, let sender, let refused):
            record(OwnFacts.senderWithinBudget, Self.budget(listener, sender, refused))
        case .clockWentBack(let engine, let user, let known, let told, let sender):
            record(
                OwnFacts.engineBootsWentBack,
                OwnFacts.bootsWentBack(of: engine, user: user, known: known, told: told, from: sender))
        case .engineClockAgrees(let engine, let sender):
            record(OwnFacts.engineClockTrusted, OwnFacts.clockTrusted(of: engine, from: sender))
        }
    }

    private static func budget(_ listener: String, _ sender: IPAddress?, _ refused: Int) -> [VariableBinding] {
        [
            text(OwnFacts.listenerName, listener), text(OwnFacts.blindSender, sender?.description ?? "several senders"),
            count(OwnFacts.blindDatagrams, refused),
        ]
    }

    private static func count(_ name: OID, _ number: Int) -> VariableBinding {
        VariableBinding(name: name, value: .gauge32(UInt32(clamping: number)))
    }

    private static func lag(_ sink: String, _ events: Int64, _ age: Duration) -> [VariableBinding] {
        [
            text(OwnFacts.sinkName, sink),
            VariableBinding(name: OwnFacts.lagEvents, value: .gauge32(UInt32(clamping: events))),
            VariableBinding(name: OwnFacts.lagSeconds, value: .gauge32(UInt32(clamping: age.components.seconds))),
        ]
    }

    /// Records what an operator asks for, and waits on the calling thread until it is on disk: all of it in one batch,
    /// since thousands of commits would outlast the operator's patience, and half a request is none.
    func record(_ facts: [OperatorFact]) throws(ServerError) {
        guard !facts.isEmpty else { return }
        let entries = facts.map { entry($0.notification, $0.variables) }
        guard Self.wait({ append(entries, whenDurable: $0) }) else {
            throw ServerError("the journal cannot be written; the server's log says why")
        }
    }

    static func text(_ name: OID, _ text: String) -> VariableBinding {
        VariableBinding(name: name, value: .octetString(ArraySlice(text.utf8)))
    }

    /// Called each second: records a tick if the journal stood still since the last call.
    func tick() {
        let committed = journal.committed
        let stoodStill = lastCommitted.withLock { last in
            defer { last = committed }
            return last == committed
        }
        if stoodStill { record(OwnFacts.tick) }
    }

    /// Records a fact and waits on the calling thread until it is on disk; `false` if it cannot be. Never to be called
    /// on the journal's own thread.
    func recordDurably(_ fact: OID, _ bindings: [VariableBinding]) -> Bool {
        Self.wait { record(fact, bindings, whenDurable: $0) }
    }

    /// Records facts that were journaled before, as they were; waits likewise.
    func recordAgain(_ entries: [JournalEntry]) -> Bool {
        Self.wait { journal.append(entries, whenDurable: $0) }
    }

    private static func wait(_ append: (@escaping JournalWriter.Completion) -> Void) -> Bool {
        let isDurable = Mutex(false)
        let settled = DispatchSemaphore(value: 0)
        append { result in
            if case .success = result { isDurable.withLock { $0 = true } }
            settled.signal()
        }
        settled.wait()
        return isDurable.withLock { $0 }
    }

    private func record(
        _ fact: OID, _ bindings: [VariableBinding] = [], whenDurable: JournalWriter.Completion? = nil
    ) {
        append([entry(fact, bindings)], whenDurable: whenDurable)
    }

    private func entry(_ fact: OID, _ bindings: [VariableBinding]) -> JournalEntry {
        let now = Timestamp.now
        let uptime = UInt32(truncatingIfNeeded: max(0, now.nanoseconds(since: start)) / 10_000_000)
        let payload = Self.payload(fact, bindings, uptime: uptime)
        return JournalEntry(
            time: now, interface: Self.interface, sender: endpoint, receiver: endpoint, payload: payload)
    }

    /// A fact as it stands in the journal.
    static func payload(_ fact: OID, _ bindings: [VariableBinding], uptime: UInt32) -> [UInt8] {
        let notification = SNMPNotification(
            version: .v2c, trapOID: fact, uptime: uptime, variables: VariableBindings(bindings))
        let pdu = notification.v2PDU(kind: .trap, requestID: 0)
        return CommunityMessage(version: .v2c, community: [], pdu: .standard(pdu)).encode()
    }

    private func append(_ entries: [JournalEntry], whenDurable: JournalWriter.Completion?) {
        // What this commit adds is not news to `tick`.
        journal.append(entries) { [self] result in
            let committed = journal.committed
            lastCommitted.withLock { $0 = max($0, committed) }
            whenDurable?(result)
        }
    }
}
