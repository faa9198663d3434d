import Basics
import SNMPSecurity
import SNMPWire
import Synchronization
import Testing
import TraplineMetrics

@testable import Intake

/// A device that speaks v3: its messages as it sends them.
struct V3Device {
    var user = V3Device.user
    var engine: EngineID
    var boots: Int32 = 3
    var time: Int32 = 1_000
    private let salts = Salts(boots: 1)

    static let password = Secret("authentic words")
    static let user = user()
    static let other = user("other")

    static func user(
        _ name: String = "ops", password: Secret = password, networks: [Network] = [], clock: ClockPolicy = .strict
    ) -> User {
        User(
            name: name, authentication: .init(.sha256, password: password),
            privacy: .init(.aes128, password: Secret("private words")), networks: networks, clock: clock)
    }

    init(_ number: UInt8 = 1, user: User = V3Device.user) {
        self.user = user
        engine = V3Device.engine(number)
    }

    static func engine(_ number: UInt8) -> EngineID {
        guard let engine = EngineID([0x80, 0, 0x1f, 0x88, 0x80, 7, 7, number]) else {
            preconditionFailure("eight octets are an engine ID")
        }
        return engine
    }

    func trap(requestID: Int32 = 1, text: String = "x", level: SecurityLevel = .authPriv) throws -> [UInt8] {
        try message(.trapV2, requestID, text, level, engine, EngineReading(boots: boots, time: time))
    }

    /// To the receiver's engine, whose clock the device has learnt.
    func inform(
        to engine: OwnEngine, requestID: Int32 = 1, text: String = "x", level: SecurityLevel = .authPriv,
        context: String = ""
    ) throws -> [UInt8] {
        try message(.informRequest, requestID, text, level, engine.id, engine.reading(at: .now), context: context)
    }

    func message(
        _ kind: PDUKind, _ requestID: Int32, _ text: String, _ level: SecurityLevel, _ authority: EngineID,
        _ reading: EngineReading, context: String = ""
    ) throws -> [UInt8] {
        let pdu = StandardPDU(kind: kind, requestID: requestID, variables: Wire.variables(text))
        let message = OutgoingMessage(
            messageID: requestID, isReportable: kind == .informRequest, engineID: authority.octets[...],
            reading: reading, userName: Array(user.name.utf8)[...], level: level,
            scoped: ScopedPDU(
                contextEngineID: engine.octets[...], contextName: Array(context.utf8)[...],
                pdu: .standard(pdu)))
        return try message.encode(keys: UserTable([user]).keys(of: user.name, at: authority), salts: salts)
    }

    /// How a sender asks for the receiver's engine ID.
    static let discovery: [UInt8] = SNMPMessage.v3(
        V3Envelope(
            messageID: 77, maxSize: 65_507, flags: V3Envelope.reportableFlag, securityModel: 3, engineID: [],
            engineBoots: 0, engineTime: 0, userName: [], authenticationParameters: [], privacyParameters: [],
            scopedPDU: .plaintext(
                contextEngineID: [], contextName: [],
                pdu: .standard(StandardPDU(kind: .getRequest, requestID: 78, variables: VariableBindings())))
        )
    ).encode()
}

extension Bench {
    /// With these users and an engine of its own.
    init(
        users: [User], journal: MemoryJournal = MemoryJournal(), security: IncomingSecurity? = nil,
        keeper: KeyKeeper? = nil, troubled: [EngineID] = []
    ) throws {
        try self.init(
            access: AccessSettings(users: users), journal: journal, security: security, keeper: keeper,
            troubled: troubled)
    }

    /// Datagrams refused, by the reasons' labels.
    var refused: [String: Int] {
        Dictionary(
            accounts.refused.filter { $0.value > 0 }.map { ($0.key.label, $0.value) }, uniquingKeysWith: +)
    }

    /// What `/metrics` shows under this name with its labels.
    func metric(_ name: String) -> Int? {
        metrics.exposition().split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .flatMap { Int($0.dropFirst(name.count + 1)) }
    }
}
