public import Basics
public import SNMPWire
internal import Synchronization

/// The User-based Security Model as a receiver asks it (RFC 3414 §3.2): may this message be kept, and what is its sender
/// told? It judges time and replay, which `NotificationOpener` does not. One for all threads; no lock is held while keys
/// are made, codes checked or octets decrypted.
public final class IncomingSecurity: Sendable {
    public let engine: OwnEngine
    public let ring: KeyRing
    private let table: Mutex<UserTable>
    private let timeliness: Mutex<Timeliness>
    private let informs = Mutex(InformReplays())
    private let counters = Mutex(SecurityCounters())
    let salts: Salts

    public init(
        engine: OwnEngine, users: UserTable, timeliness: Timeliness = Timeliness(), ring: KeyRing = KeyRing()
    ) {
        self.engine = engine
        self.ring = ring
        self.table = Mutex(users)
        self.timeliness = Mutex(timeliness)
        self.salts = Salts(boots: engine.boots)
    }

    /// The users in force.
    public var users: UserTable { table.withLock { $0 } }

    public func replaceUsers(_ users: UserTable) {
        table.withLock { $0 = users }
    }

    /// Reads or changes the engines' clocks and the memory of what was received.
    public func withTimeliness<Result: Sendable>(_ body: (inout Timeliness) -> Result) -> Result {
        timeliness.withLock { body(&$0) }
    }

    /// The usmStats counters so far.
    public var statistics: SecurityCounters { counters.withLock { $0 } }

    // MARK: - Judging

    /// Says whether a message may be kept. A trap that is let in allocates nothing unless its engine is new; nothing is
    /// localised more than once, and nothing is decrypted before it is authentic.
    /// - Parameters:
    ///   - datagram: the whole, of which `summary` tells.
    ///   - sender: `nil` where it is not known, as for a capture without addresses: then bindings to networks fail.
    ///   - looksInside: whether what is encrypted is decrypted to see that it is a notification: for whoever may send
    ///     something else.
    public func admit(
        _ datagram: RawSpan, _ summary: V3Summary, from sender: IPAddress?, at moment: Moment,
        looksInside: Bool = false
    ) throws(SecurityRefusal) -> AdmittedMessage {
        do throws(SecurityRefusal) {
            return try judge(IncomingMessage(datagram, summary), from: sender, at: moment, looksInside)
        } catch {
            if let kind = reportKind(of: error, datagram, summary) { _ = counters.withLock { $0.count(kind) } }
            throw error
        }
    }

    /// Whether an inform was received before; if not, notes it. One without authentication proves nothing and is never
    /// called so.
    public func isReplay(_ inform: AdmittedInform, at moment: Moment) -> Bool {
        guard inform.level != .noAuthNoPriv else { return false }
        let now = engine.time(at: moment)
        return informs.withLock { $0.isReplay(inform.replayNote, now: now) }
    }

    /// An inform that `isReplay` has noted could not be kept: the same octets may come again.
    public func forget(_ note: ReplayNote) {
        informs.withLock { $0.forget(note) }
    }

    /// Takes note of messages that were let in before a restart, from a journal's end, the oldest first: they are not taken
    /// twice, and move their engines' clocks. Nothing is verified: a journal holds what was.
    ///
    /// - Parameters:
    ///   - time: since when all that was let in is among them; `nil` where that is not known, and then the restored
    ///     clocks' word stands.
    ///   - isUpToDate: whether the restored clocks and these messages tell of all that was let in before, too.
    ///   - floors: up to where messages of these engines were let in, or may have been, that are not among them.
    public func recall(
        _ messages: some Collection<PastMessage>, since time: Timestamp?, isUpToDate: Bool,
        floors: [EngineID: EngineReading] = [:]
    ) {
        timeliness.withLock { timeliness in
            if let time {
                timeliness.expectRecall(
                    since: time, isUpToDate: isUpToDate,
                    of: Set(messages.lazy.filter { $0.policy == .strict }.map(\.engine)))
            }
            for message in messages {
                timeliness.recall(
                    message.engine, message.reading, hash: message.replayHash, at: message.time, policy: message.policy)
            }
            for (engine, reading) in floors { timeliness.raiseFloor(of: engine, to: reading) }
        }
    }

    /// What `recall` wants of a message; `nil` of one that it need not know.
    public func pastMessage(_ datagram: RawSpan, _ summary: V3Summary, receivedAt time: Timestamp) -> PastMessage? {
        // What was sent to us bears the boots of then, and is refused for that.
        guard summary.level != .noAuthNoPriv, let message = try? IncomingMessage(datagram, summary),
            message.engine != engine.id
        else { return nil }
        // As the user is now: whoever is not known any more was strict, for all that is known.
        let policy = table.withLock { $0.entry(named: message.user)?.user.clock } ?? .strict
        return PastMessage(
            engine: message.engine, reading: message.reading, replayHash: message.replayHash, time: time, policy: policy
        )
    }

    private func judge(
        _ message: borrowing IncomingMessage, from sender: IPAddress?, at moment: Moment, _ looksInside: Bool
    ) throws(SecurityRefusal) -> AdmittedMessage {
        let summary = message.summary
        let isOurs = message.engine == engine.id
        if let kind = summary.scoped?.kind {
            // Ours to answer, had its sender discovered us.
            guard isOurs || kind != .informRequest else { throw .unknownEngine }
            guard isOurs || kind.isNotification else { throw .notANotification }
        }
        guard let entry = table.withLock({ $0.entry(named: message.user) }) else { throw .unknownUser }
        try Self.permit(message, entry.user, from: sender, isOurs: isOurs)
        var keys: LocalisedKeys?
        if summary.level != .noAuthNoPriv {
            keys = try message.authenticate(entry, ring)
        }
        return isOurs
            ? try judgeOurs(message, entry.user, keys, at: moment)
            : try judgeTheirs(message, entry.user, keys, at: moment, looksInside)
    }

    /// Who may send what, from where.
    static func permit(
        _ message: borrowing IncomingMessage, _ user: User, from sender: IPAddress?, isOurs: Bool
    ) throws(SecurityRefusal) {
        let level = message.summary.level
        if !user.networks.isEmpty {
            guard let sender, user.networks.contains(where: { $0.contains(sender) }) else { throw .networkNotBound }
        }
        if !user.engines.isEmpty, !isOurs {
            guard user.engines.contains(message.engine) else { throw .engineNotBound }
        }
        guard level.rawValue <= user.maximumLevel.rawValue else { throw .unsupportedLevel(level) }
        guard level.rawValue >= user.minimumLevel.rawValue else {
            throw .levelTooLow(told: level, minimum: user.minimumLevel)
        }
        // An inform does not name its sender's engine: there only networks bind.
        let isBound = isOurs ? !user.networks.isEmpty : user.isBound
        guard level != .noAuthNoPriv || isBound else {
            throw isOurs && user.isBound ? .informBoundToEnginesAlone : .unboundWithoutAuthentication
        }
    }

    private func judgeTheirs(
        _ message: borrowing IncomingMessage, _ user: User, _ keys: LocalisedKeys?, at moment: Moment,
        _ looksInside: Bool
    ) throws(SecurityRefusal) -> AdmittedMessage {
        let summary = message.summary
        if let scoped = summary.scoped {
            try Self.permit(user, scoped, in: message.datagram)
        }
        guard let keys else { return .trap(level: summary.level) }
        // Nobody wants a report on a trap: what wants one may be an inform whose sender knows us by another engine ID.
        if looksInside || summary.isReportable || !user.contexts.isEmpty, let plaintext = try message.plaintext(keys) {
            let scoped = try Self.scoped(plaintext)
            guard scoped.kind != .informRequest else { throw .unknownEngine }
            guard scoped.kind.isNotification else { throw .notANotification }
            try Self.permit(user, scoped, in: plaintext.rawOctets)
        }
        let (engine, reading, hash) = (message.engine, message.reading, message.replayHash)
        let refusal: SecurityRefusal? = timeliness.withLock { timeliness in
            do throws(SecurityRefusal) {
                try timeliness.judge(engine, reading, hash: hash, at: moment.wall, policy: user.clock)
                return nil
            } catch {
                return error
            }
        }
        if let refusal { throw refusal }
        return .trap(level: summary.level)
    }

    private func judgeOurs(
        _ message: borrowing IncomingMessage, _ user: User, _ keys: LocalisedKeys?, at moment: Moment
    ) throws(SecurityRefusal) -> AdmittedMessage {
        let summary = message.summary
        var plaintext: [UInt8]?
        if let keys {
            do throws(SecurityRefusal) {
                try engine.judge(message.reading, at: moment)
            } catch {
                // Who sends traps in our name tells boots of its own, and setting its clock by ours would mend nothing.
                if Self.isTrap(message, keys) { throw .ownEngineTrap }
                throw error
            }
            plaintext = try message.plaintext(keys)
        }
        let scoped = try plaintext.map { octets throws(SecurityRefusal) in try Self.scoped(octets) } ?? summary.scoped
        guard let scoped, scoped.kind.isNotification else { throw .notANotification }
        if let plaintext {
            try Self.permit(user, scoped, in: plaintext.rawOctets)
        } else {
            try Self.permit(user, scoped, in: message.datagram)
        }
        // A trap's sender is authoritative (RFC 3414 §1.5.1): that would be us.
        guard scoped.kind == .informRequest else { throw .ownEngineTrap }
        return .inform(
            AdmittedInform(
                level: summary.level, plaintext: plaintext, scoped: scoped, reading: message.reading,
                replayNote: ReplayNote(time: message.reading.time, hash: message.replayHash), keys: keys))
    }

    private static func isTrap(_ message: borrowing IncomingMessage, _ keys: LocalisedKeys) -> Bool {
        var kind = message.summary.scoped?.kind
        if let plaintext = (try? message.plaintext(keys)) ?? nil {
            kind = (try? V3View.checkScopedPDU(plaintext.rawOctets))?.kind
        }
        return kind.map { $0.isNotification && $0 != .informRequest } ?? false
    }

    static func permit(
        _ user: User, _ scoped: ScopedSummary, in octets: RawSpan
    ) throws(SecurityRefusal) {
        let context = octets.extracting(scoped.contextName)
        guard user.permits(context: context) else {
            throw .contextNotBound(context: SecurityRefusal.printable(context))
        }
    }

    static func scoped(_ plaintext: [UInt8]) throws(SecurityRefusal) -> ScopedSummary {
        do throws(WireError) {
            return try V3View.checkScopedPDU(plaintext.rawOctets)
        } catch {
            throw .decryptionFailed(error)
        }
    }
}
