internal import Basics
public import SNMPWire

/// One user's talk with one remote engine, as who asks: discovery, setting the clock, requests and informs, and what
/// comes back (RFC 3414 §4). A value without sockets: it is told what came and says what to send.
///
/// Send what `datagram` gives; hand each answer to `take`; on `.sendAgain` send what `datagram` gives then.
public struct RequestSession: Sendable {
    /// What an answer means.
    public enum Answer: Sendable, Hashable {
        /// The engine, or its clock, is known now: the request is to be sent again.
        case sendAgain
        /// The answer to a request: a Response, authentic and decrypted where the request was so.
        case response(messageID: Int32, ScopedPDU)
        /// The engine refuses us, and repeating would change nothing.
        case refused(messageID: Int32, ReportKind)
        /// The engine has no such context, or cannot reach it now (RFC 3413 §3.2).
        case unavailable(messageID: Int32)
    }

    public enum Failure: Error, Sendable, Hashable {
        case malformed(WireError)
        /// No v3 message, or no answer.
        case notAnAnswer
        /// From another engine than the one that was asked.
        case otherEngine
        /// In another user's name, or at a lower level than was asked at.
        case otherUser
        case refused(SecurityRefusal)
    }

    /// A clock that is set by Reports more often than this without an answer in between is not set at all: the two would
    /// talk for ever.
    public static let mostSettings = 3

    public let userName: [UInt8]
    public let level: SecurityLevel
    /// What is asked for in the engine; empty for its default context.
    public let contextName: [UInt8]
    private let entry: UserTable.Entry?
    private let salts: Salts
    private let ring: KeyRing?
    /// `nil` until the engine is discovered.
    public private(set) var clock: EngineClock?
    private var keys: LocalisedKeys?
    private var settings = 0

    /// - Parameters:
    ///   - clock: what is known of the engine from before: then nothing is discovered.
    ///   - level: `nil` for the user's highest.
    ///   - ring: gets the keys once an answer has proven them, for whoever opens the answer again.
    /// - Returns: `nil` for a user that is not in the table or has not the level.
    public init?(
        _ users: UserTable, user name: String, level: SecurityLevel? = nil, contextName: String = "",
        clock: EngineClock? = nil, salts: Salts, ring: KeyRing? = nil
    ) {
        guard let short = ShortOctets(Array(name.utf8).rawOctets), let entry = users.entry(named: short),
            (level ?? .noAuthNoPriv).rawValue <= entry.user.maximumLevel.rawValue
        else { return nil }
        self.entry = entry
        self.userName = short.octets
        self.level = level ?? entry.user.maximumLevel
        self.contextName = Array(contextName.utf8)
        self.salts = salts
        self.ring = ring
        if let clock { learn(clock) }
    }

    public var isDiscovered: Bool { clock != nil }

    private mutating func learn(_ clock: EngineClock) {
        if self.clock?.engine != clock.engine { keys = entry?.master?.localised(at: clock.engine) }
        self.clock = clock
    }

    // MARK: - Asking

    /// The datagram to send: the request, or, where the engine is not known, the question who it is (RFC 3414 §4), which
    /// says nothing of the request.
    /// - Parameters:
    ///   - pdu: a request or an inform.
    ///   - messageID: by which the answer is known; another for each datagram.
    ///   - context: the engine that the PDU's context is in: the sender's own for an inform, as it is for its traps (RFC 3413
    ///     §3.3); `nil` for the one that is asked.
    public func datagram(
        _ pdu: PDU, messageID: Int32, context: EngineID? = nil, at moment: Moment
    ) throws(OutgoingMessage.Failure) -> [UInt8] {
        guard let clock else {
            let question = StandardPDU(kind: .getRequest, requestID: messageID, variables: [])
            let message = OutgoingMessage(
                messageID: messageID, isReportable: true, engineID: [], reading: EngineReading(boots: 0, time: 0),
                userName: [], level: .noAuthNoPriv,
                scoped: ScopedPDU(contextEngineID: [], pdu: .standard(question)))
            return try message.encode(keys: nil, salts: salts)
        }
        let message = OutgoingMessage(
            messageID: messageID, isReportable: true, engineID: clock.engine.octets[...],
            reading: EngineReading(
                boots: clock.latest.boots, time: Int32(clamping: clock.time(at: moment.wall))),
            userName: userName[...], level: level,
            scoped: ScopedPDU(
                contextEngineID: (context ?? clock.engine).octets[...], contextName: contextName[...], pdu: pdu))
        return try message.encode(keys: keys, salts: salts)
    }

    // MARK: - Being answered

    /// Reads what came back. Whether its message ID and sender are those of a question that stands is for the caller, who
    /// knows them.
    public mutating func take(_ datagram: [UInt8], at moment: Moment) throws(Failure) -> Answer {
        let summary: V3Summary?
        do throws(WireError) {
            summary = try V3View.check(datagram)
        } catch {
            throw .malformed(error)
        }
        guard let summary else { throw .notAnAnswer }
        guard let engine = EngineID(datagram[summary.engineID]) else { throw .otherEngine }
        let scoped = try read(datagram, summary, engine)
        guard case .standard(let pdu) = scoped.pdu else { throw .notAnAnswer }
        switch pdu.kind {
        case .report: return try takeReport(pdu, summary, engine, at: moment)
        case .response:
            guard clock?.engine == engine else { throw .otherEngine }
            guard summary.level.rawValue >= level.rawValue, datagram[summary.userName].elementsEqual(userName) else {
                throw .otherUser
            }
            try setClock(summary, at: moment)
            settings = 0
            keepKeys(at: engine)
            return .response(messageID: summary.messageID, scoped)
        default: throw .notAnAnswer
        }
    }

    /// The scoped PDU, authentic where the message says that it is.
    private func read(
        _ datagram: [UInt8], _ summary: V3Summary, _ engine: EngineID
    ) throws(Failure) -> ScopedPDU {
        var plaintext: [UInt8]?
        if summary.level != .noAuthNoPriv {
            guard clock?.engine == engine, let keys else { throw .otherEngine }
            do throws(SecurityRefusal) {
                let message = try IncomingMessage(datagram.rawOctets, summary)
                guard message.isAuthentic(with: keys) else {
                    throw .wrongDigest(.sameLength(keys.authenticationProtocol))
                }
                plaintext = try message.plaintext(keys)
            } catch {
                throw .refused(error)
            }
        }
        do throws(WireError) {
            if let plaintext { return try ScopedPDU.decode(plaintext) }
            guard case .v3(let envelope) = try SNMPMessage.decode(datagram),
                case .plaintext(let contextEngineID, let contextName, let pdu) = envelope.scopedPDU
            else { throw WireError(.v3Unsupported, at: 0) }
            return ScopedPDU(contextEngineID: contextEngineID, contextName: contextName, pdu: pdu)
        } catch {
            throw plaintext == nil ? .malformed(error) : .refused(.decryptionFailed(error))
        }
    }

    private func keepKeys(at engine: EngineID) {
        guard level != .noAuthNoPriv, let ring, let entry, let keys, let user = ShortOctets(userName.rawOctets),
            ring.keys(entry.identity, at: engine) == nil
        else { return }
        ring.keep(keys, entry.identity, user: user, at: engine)
    }

    private mutating func takeReport(
        _ pdu: StandardPDU, _ summary: V3Summary, _ engine: EngineID, at moment: Moment
    ) throws(Failure) -> Answer {
        guard let kind = pdu.variables.lazy.compactMap({ ReportKind(oid: $0.name) }).first else {
            guard pdu.variables.contains(where: { ReportKind.isContextMissing($0.name) }) else { throw .notAnAnswer }
            return .unavailable(messageID: summary.messageID)
        }
        let told = EngineClock(
            engine: engine, latest: EngineReading(boots: summary.engineBoots, time: summary.engineTime),
            updated: moment.wall)
        switch kind {
        case .unknownEngineIDs where clock == nil:
            // Whoever forges this makes us ask an engine that does not exist: it gets a request that it cannot read.
            learn(told)
            return .sendAgain
        case .notInTimeWindows where level != .noAuthNoPriv && clock?.engine == engine:
            // What discovery told of the clock was a guess, which anybody could have put in; this is believed, and so
            // must be authentic.
            guard summary.level != .noAuthNoPriv else { return .refused(messageID: summary.messageID, kind) }
            guard settings < Self.mostSettings else { return .refused(messageID: summary.messageID, kind) }
            settings += 1
            learn(told)
            return .sendAgain
        default:
            return .refused(messageID: summary.messageID, kind)
        }
    }

    /// An authentic answer sets the clock forward, and must be timely itself (RFC 3414 §3.2 step 7b).
    private mutating func setClock(_ summary: V3Summary, at moment: Moment) throws(Failure) {
        guard summary.level != .noAuthNoPriv, var clock else { return }
        do throws(SecurityRefusal) {
            try clock.judge(
                EngineReading(boots: summary.engineBoots, time: summary.engineTime), at: moment.wall)
        } catch {
            throw .refused(error)
        }
        self.clock = clock
    }
}
