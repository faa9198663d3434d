import Basics
import Glibc
import Journal
import Logging
import SNMPSecurity
import TraplineMetrics
import SNMPWire
import Synchronization
import Testing

@testable import Intake

/// A journal in memory, which keeps what it is given and tells its fate when the test says so.
final class MemoryJournal: DatagramJournal {
    typealias Completion = @Sendable (Result<Void, JournalError>) -> Void

    private struct State {
        var entries: [JournalEntry] = []
        var isHeld = false
        var held: [Completion] = []
        var failure: JournalError?
        var isStalled = false
        var beforeCommit: (@Sendable () -> Void)?
        var onWrite: (@Sendable (JournalEntry) -> Void)?
    }

    private let state = Mutex(State())

    static let full = JournalError(.diskFull, path: "/journal", detail: "no space")

    func append(_ batch: inout JournalBatch, whenDurable: Completion?) {
        let entries = batch.entries
        batch.removeAll()
        while state.withLock({ $0.isStalled }) { pause(milliseconds: 1) }
        state.withLock { $0.beforeCommit }?()
        if let onWrite = state.withLock({ $0.onWrite }) { entries.forEach(onWrite) }
        let result: Result<Void, JournalError>? = state.withLock { state in
            if !state.isHeld, let failure = state.failure { return .failure(failure) }
            state.entries += entries
            if state.isHeld {
                if let whenDurable { state.held.append(whenDurable) }
                return nil
            }
            return .success(())
        }
        if let result { whenDurable?(result) }
    }

    func beforeCommit(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.beforeCommit = body } }

    /// Sees each entry when all is done that comes before its commit.
    func onWrite(_ body: @escaping @Sendable (JournalEntry) -> Void) { state.withLock { $0.onWrite = body } }

    var entries: [JournalEntry] { state.withLock { $0.entries } }

    var isHeld: Bool { state.withLock { $0.isHeld } }

    /// From now on nothing is durable until `release`.
    func hold() { state.withLock { $0.isHeld = true } }

    /// What was held is durable, or has failed; so is what follows, at once.
    func release(_ result: Result<Void, JournalError> = .success(())) {
        let held = state.withLock { state in
            defer { (state.isHeld, state.held) = (false, []) }
            return state.held
        }
        for completion in held { completion(result) }
    }

    /// While it stalls, appending makes the caller wait, as a journal does whose disk is too slow.
    func stall(_ isStalled: Bool) { state.withLock { $0.isStalled = isStalled } }

    /// From now on appending fails.
    func fail(_ error: JournalError?) { state.withLock { $0.failure = error } }
}

/// Waits until `condition` holds; false after 20 s, longer than any machine that works takes.
func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while !condition() {
        guard ContinuousClock.now < deadline else { return false }
        pause(milliseconds: 2)
    }
    return true
}

/// Log lines, for looking at.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    fileprivate func append(_ line: String) { lines.withLock { $0.append(line) } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(lines: self) }
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.append("\(event.message) \(event.metadata ?? [:])")
        }
    }
}

/// Datagrams as devices send them.
enum Wire {
    static func inform(requestID: Int32, community: String = "public", text: String = "x") -> [UInt8] {
        encode(.informRequest, requestID, community, text)
    }

    static func trap(requestID: Int32 = 1, community: String = "public", text: String = "x") -> [UInt8] {
        encode(.trapV2, requestID, community, text)
    }

    static func get(requestID: Int32 = 1, community: String = "public") -> [UInt8] {
        encode(.getRequest, requestID, community, "x")
    }

    /// An SNMPv3 trap in the clear, no authentication.
    static let v3: [UInt8] = {
        let trap = StandardPDU(kind: .trapV2, requestID: 1, variables: variables("x"))
        let envelope = V3Envelope(
            messageID: 1, maxSize: 65_507, flags: 0, securityModel: 3, engineID: [0x80, 0, 0, 0, 1, 2][...],
            engineBoots: 1, engineTime: 1, userName: Array("ops".utf8)[...], authenticationParameters: [],
            privacyParameters: [],
            scopedPDU: .plaintext(contextEngineID: [0x80, 0, 0, 0, 1, 2][...], contextName: [], pdu: .standard(trap)))
        return SNMPMessage.v3(envelope).encode()
    }()

    private static func encode(_ kind: PDUKind, _ requestID: Int32, _ community: String, _ text: String) -> [UInt8] {
        let pdu = StandardPDU(kind: kind, requestID: requestID, variables: variables(text))
        return CommunityMessage(version: .v2c, community: Array(community.utf8)[...], pdu: .standard(pdu)).encode()
    }

    static func variables(_ text: String) -> VariableBindings {
        let known: [(String, Value?)] = [
            ("1.3.6.1.2.1.1.3.0", .timeTicks(4_711)),
            ("1.3.6.1.6.3.1.1.4.1.0", OID("1.3.6.1.6.3.1.1.5.1").map { .objectIdentifier($0) }),
            ("1.3.6.1.2.1.1.5.0", .octetString(Array(text.utf8)[...])),
        ]
        return VariableBindings(
            known.compactMap { name, value in
                guard let name = OID(name), let value else { return nil }
                return VariableBinding(name: name, value: value)
            })
    }
}

extension Endpoint {
    static func loopback(_ port: UInt16 = 0) -> Endpoint { Endpoint(IPAddress(v4: 0x7f00_0001), port: port) }
    static func loopback6(_ port: UInt16 = 0) -> Endpoint { Endpoint(IPAddress(v6: 1), port: port) }
}

/// An intake with one listener, its journal in memory and everything it says.
struct Bench {
    let journal: MemoryJournal
    let metrics = MetricsRegistry()
    let log = LogLines()
    let intake: DatagramIntake

    /// Starts at once.
    init(
        _ endpoints: [Endpoint] = [.loopback()], threads: Int = 1, receiveBuffer: Int = 4 * 1_024 * 1_024,
        access: AccessSettings = AccessSettings(), limits: IntakeLimits = IntakeLimits(),
        journal: MemoryJournal = MemoryJournal(), recall: InformRecall = InformRecall(),
        security: IncomingSecurity? = nil, keeper: KeyKeeper? = nil,
        troubled: [EngineID] = []
    ) throws {
        self.journal = journal
        intake = DatagramIntake(
            listeners: [
                ListenerSettings(name: "traps", endpoints: endpoints, threads: threads, receiveBuffer: receiveBuffer)
            ], access: access, journal: journal, recall: recall, security: security, keeper: keeper, troubled: troubled,
            metrics: metrics, logger: log.logger, limits: limits)
        try intake.start()
    }

    var accounts: DatagramAccounts { intake.accounts["traps"] ?? DatagramAccounts() }

    func endpoint(_ index: Int = 0) throws -> Endpoint {
        let endpoints = intake.localEndpoints
        try #require(endpoints.indices.contains(index))
        return endpoints[index].endpoint
    }

    /// Waits until this many datagrams were taken off the sockets and, unless the journal is held, their fate is known.
    func received(_ count: Int) -> Bool {
        eventually {
            let accounts = self.accounts
            return accounts.received >= count && (accounts.inFlight == 0 || journal.isHeld)
        }
    }
}
