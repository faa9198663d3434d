import Basics
import Journal
import Pipeline
import SNMPWire
import Synchronization

/// Writes the server's own facts into the journal, as notifications of TRAPLINE-MIB on an interface of their own: they
/// take the way that every datagram takes, and a replay of the journal sees them where they were.
final class FactRecorder: Sendable {
    /// The journal's interface for the server's own facts.
    static let interface = OwnFacts.listener

    /// A notification of TRAPLINE-MIB, by its number under `traplineNotifications`.
    enum Fact: UInt32, Sendable {
        /// A second went by in which nothing else came: time goes on.
        case tick = 1
        case started = 2
        case stopped = 3
        case configurationLoaded = 5
    }

    private static let version = OwnFacts.root.appending(1, 1, 0)

    private let journal: JournalWriter
    /// Facts have the loopback address; the port is that of traps.
    private let endpoint = Endpoint(IPAddress(v4: 0x7f00_0001), port: 162)
    private let start = Timestamp.now
    private let lastCommitted: Mutex<JournalPosition>

    init(journal: JournalWriter) {
        self.journal = journal
        self.lastCommitted = Mutex(journal.committed)
    }

    func record(_ fact: Fact) {
        let now = Timestamp.now
        var bindings: [VariableBinding] = []
        if fact == .started {
            bindings.append(
                VariableBinding(name: Self.version, value: .octetString(ArraySlice(TraplineVersion.current.utf8))))
        }
        let notification = SNMPNotification(
            version: .v2c, trapOID: OwnFacts.root.appending(0, fact.rawValue),
            uptime: UInt32(truncatingIfNeeded: max(0, now.nanoseconds(since: start)) / 10_000_000),
            variables: VariableBindings(bindings))
        let pdu = notification.v2PDU(kind: .trap, requestID: 0)
        let payload = CommunityMessage(version: .v2c, community: [], pdu: .standard(pdu)).encode()
        journal.append([
            JournalEntry(time: now, interface: Self.interface, sender: endpoint, receiver: endpoint, payload: payload)
        ])
    }

    /// Called each second: records a tick if the journal stood still since the last call.
    func tick() {
        let committed = journal.committed
        let stoodStill = lastCommitted.withLock { last in
            defer { last = committed }
            return last == committed
        }
        if stoodStill { record(.tick) }
    }
}
