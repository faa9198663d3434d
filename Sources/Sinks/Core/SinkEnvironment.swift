public import Basics
public import Captures
public import Documents
public import Journal
public import Logging
public import MIBCatalog
public import SNMPSecurity
public import SNMPWire
public import Store

/// What a runner needs of the house: where events and their datagrams are read, and where its progress is told.
public struct SinkEnvironment: Sendable {
    public var store: EventStore
    public var signal: EventSignal
    public var cursors: CursorBoard
    public var metrics: SinkMetrics
    public var logger: Logger
    /// Told of a sink's lasting trouble and of its end.
    public var failures: SinkFailures
    /// The sinks that the routing table in force has for an event of the past, which was routed by another one. It may
    /// block for the disk.
    public var routes: @Sendable (StoredEvent) -> [String]
    /// Finds a datagram again; `nil` where the journal no longer holds it. It may block for the disk.
    public var record: @Sendable (JournalPosition) -> JournalRecord?
    /// Asked once a delivery, so that a reload shows in the next one.
    public var naming: @Sendable () -> DatagramNaming
    public var backOff: BackOff
    /// Measures pauses and windows.
    public var clock: any Clock<Duration>
    /// What events' ages are told by.
    public var now: @Sendable () -> Timestamp
    /// What the sinks' tasks run on; `nil` for the threads that all asynchronous work shares.
    public var executor: (any TaskExecutor)?
    /// 0..<1, anew at each call.
    public var jitter: @Sendable () -> Double
    /// What a delivery in hand gets to end in when the runner is stopped. A peer that hangs must not hold up the
    /// server's end; a delivery cut short is made again at the next start.
    public var stopDeadline: Duration

    public init(
        store: EventStore, signal: EventSignal, cursors: CursorBoard, metrics: SinkMetrics, logger: Logger,
        failures: SinkFailures = SinkFailures(),
        routes: @escaping @Sendable (StoredEvent) -> [String] = { $0.sinks },
        record: @escaping @Sendable (JournalPosition) -> JournalRecord?,
        naming: @escaping @Sendable () -> DatagramNaming, backOff: BackOff = .standard,
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Timestamp = { .now },
        executor: (any TaskExecutor)? = nil,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }, stopDeadline: Duration = .seconds(5)
    ) {
        self.store = store
        self.signal = signal
        self.cursors = cursors
        self.metrics = metrics
        self.logger = logger
        self.failures = failures
        self.routes = routes
        self.record = record
        self.naming = naming
        self.backOff = backOff
        self.clock = clock
        self.now = now
        self.executor = executor
        self.jitter = jitter
        self.stopDeadline = stopDeadline
    }
}

/// What gives the parts of a datagram their names.
public struct DatagramNaming: Sendable {
    public var catalog: Catalog
    public var leniency: Leniency
    /// What opens v3 messages; `nil` leaves them as they are.
    public var opener: (@Sendable () -> NotificationOpener)?
    /// A community's configured name.
    public var communityName: @Sendable (ArraySlice<UInt8>) -> String?

    public init(
        catalog: Catalog, leniency: Leniency = .devices,
        opener: (@Sendable () -> NotificationOpener)? = nil,
        communityName: @escaping @Sendable (ArraySlice<UInt8>) -> String? = { _ in nil }
    ) {
        self.catalog = catalog
        self.leniency = leniency
        self.opener = opener
        self.communityName = communityName
    }

    /// An encrypted datagram with its plaintext behind it; `nil` for any other, and where no key opens it.
    func opened(_ datagram: [UInt8]) -> [UInt8]? {
        guard V3View.isEncrypted(datagram) else { return nil }
        return opener?().unsealed(datagram, leniency: leniency)
    }

    public func document(_ record: JournalRecord) -> DatagramDocument {
        document(
            record.entry.payload, time: record.entry.time, sender: record.entry.sender, receiver: record.entry.receiver)
    }

    /// Of a capture.
    public func document(_ datagram: UDPDatagram) -> DatagramDocument {
        document(datagram.payload, time: datagram.time, sender: datagram.sender, receiver: datagram.receiver)
    }

    private func document(
        _ datagram: [UInt8], time: Timestamp, sender: Endpoint, receiver: Endpoint
    ) -> DatagramDocument {
        DatagramDocument(
            datagram: datagram, time: time, sender: sender, receiver: receiver, catalog: catalog, leniency: leniency,
            communityName: communityName, open: { open($0) })
    }

    private func open(_ datagram: [UInt8]) -> DatagramDocument.Opened {
        guard let opener = opener?() else { return .asReceived }
        do throws(NotificationOpener.Failure) {
            return .cleartext(try opener.cleartext(datagram, leniency: leniency))
        } catch {
            switch error {
            // Whoever reads it as it was received will say so.
            case .malformed: return .asReceived
            case .refused(let refusal):
                let summary = (try? V3View.check(datagram, leniency: leniency)) ?? nil
                let user = summary.map { String(decoding: datagram[$0.userName], as: UTF8.self) } ?? ""
                return .refused(reason: refusal.label, advice: refusal.advice(user: user))
            }
        }
    }
}
