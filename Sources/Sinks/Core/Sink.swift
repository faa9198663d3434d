public import Alarms
public import Documents
public import Journal

/// An event on its way to a sink, with the datagram that brought it.
public struct SinkEvent: Sendable {
    public var event: Event
    /// As it stands in the journal; `nil` where retention has removed it, or past the sink's `datagramLimit`.
    public var record: JournalRecord?
    /// What names the parts of the record; `nil` with it.
    public var naming: DatagramNaming?

    public init(event: Event, record: JournalRecord? = nil, naming: DatagramNaming? = nil) {
        self.event = event
        self.record = record
        self.naming = naming
    }

    /// The record decoded and named, which is done at each call and costs more than all else about an event: whoever
    /// writes one by the thousand reads the record's octets.
    public var datagram: DatagramDocument? {
        guard let record, let naming else { return nil }
        return naming.document(record)
    }
}

/// Why a sink could not deliver. The reason becomes a metric label, so the set is small and closed.
public struct DeliveryFailure: Error, Sendable {
    public enum Reason: String, Sendable, CaseIterable {
        /// No connection: refused, unreachable, name not found.
        case unreachable
        /// The peer did not answer in time.
        case timeout
        /// TLS could not be agreed, or the certificate does not hold.
        case tls
        /// The credentials were not taken.
        case authentication
        /// The peer answered that it does not want it now.
        case refused
        /// The peer answered that it will never take it.
        case rejected
        /// The disk: full, read-only, gone.
        case storage
    }

    public var reason: Reason
    /// One line for the operator: what was tried and what came back. Holds no secret.
    public var detail: String

    public init(_ reason: Reason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }
}

/// How events are gathered for one delivery.
public enum Gathering: Sendable, Hashable {
    /// As many as stand in the log, up to a count.
    case immediate(maximum: Int)
    /// The first after quiet alone and at once; then what comes within the window as one delivery.
    case window(Duration, maximum: Int)
}

/// What becomes of events that a peer refuses for good.
public enum RejectionPolicy: String, Sendable, Hashable, CaseIterable {
    /// They are listed as dead letters, and delivery goes on behind them.
    case deadLetter = "dead-letter"
    /// They are tried again until the peer takes them, and nothing behind them is delivered before.
    case stop
}

/// A place that events are delivered to. The runner owns the cursor, the order and the retries; a sink only delivers.
public protocol Sink: Sendable {
    /// `syslog`, `mail`, …: the word in the configuration.
    static var type: String { get }
    var gathering: Gathering { get }
    /// A delivery of more events than this comes without their datagrams, for a sink that would not look at them: a
    /// storm's, read from the journal and decoded, would take hundreds of MiB.
    var datagramLimit: Int { get }
    /// Whether what `deliver` has returned for may still be lost with the peer: then the cursor waits for `confirm`.
    var needsConfirmation: Bool { get }
    /// Delivers all of `events`, oldest first, or throws; on a throw the runner brings all of them again.
    func deliver(_ events: [SinkEvent]) async throws(DeliveryFailure)
    /// Returns once the peer itself has everything that was delivered, sending again what it must; on a throw nothing
    /// new is confirmed, and the runner asks again. Never called beside `deliver`.
    func confirm() async throws(DeliveryFailure)
    /// What becomes of events that the peer refuses for good.
    var onReject: RejectionPolicy { get }
    /// What the peer has refused of the delivery that has just returned, while it took the rest (some recipients of a
    /// mail); asked once after each.
    func takeRejection() -> DeliveryFailure?
    /// Tries the peer without sending an event: what `check --connect` asks.
    func probe() async throws(DeliveryFailure)
    /// Opens anew what it holds open: on SIGHUP, for rotated files.
    func reopen() async
    func close() async
    /// What this sink would put on the wire for `event`, as text for a person: what `explain` shows.
    func preview(_ event: SinkEvent) -> String
}

extension Sink {
    /// The return of `deliver` is the peer's own word.
    public var needsConfirmation: Bool { false }
    public func confirm() async throws(DeliveryFailure) {}
    public var datagramLimit: Int { .max }
    public var onReject: RejectionPolicy { .stop }
    public func takeRejection() -> DeliveryFailure? { nil }
}
