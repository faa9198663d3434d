import Basics
import SNMPWire
import Testing

@testable import SNMPSecurity

/// Users, engines and messages for the tests.
enum Samples {
    static let device = engine(1)
    static let other = engine(2)
    static let own = engine(3)
    static let sender = IPAddress("192.0.2.7")

    /// One of many engines.
    static func engine(_ number: UInt32) -> EngineID {
        let octets = [0x80, 0, 0x1f, 0x88, 0x80] + (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
        guard let engine = EngineID(octets) else { preconditionFailure("nine octets are an engine ID") }
        return engine
    }
    static let start = Timestamp(seconds: 1_700_000_000)

    static let authenticationPassword = Secret("authentic words")
    static let privacyPassword = Secret("private words")

    /// Seconds after the start.
    static func moment(_ seconds: Int64 = 0) -> Moment {
        Moment(
            wall: Timestamp(nanoseconds: start.nanoseconds + seconds * 1_000_000_000),
            monotonic: (1_000 + seconds) * 1_000_000_000)
    }

    static func user(
        _ name: String = "ops", _ authentication: AuthenticationProtocol? = .sha256,
        _ privacy: PrivacyProtocol? = .aes128, minimumLevel: SecurityLevel? = nil, engines: [EngineID] = [],
        networks: [Network] = [], clock: ClockPolicy = .strict, password: Secret = authenticationPassword,
        privacyPassword: Secret = privacyPassword
    ) -> User {
        User(
            name: name, authentication: authentication.map { .init($0, password: password) },
            privacy: privacy.map { .init($0, password: privacyPassword) }, minimumLevel: minimumLevel,
            engines: engines, networks: networks, clock: clock)
    }

    /// An engine that started 1,000 s before the start.
    static let ownEngine = OwnEngine(id: own, boots: 5, started: 0)

    static func security(_ users: [User], ring: KeyRing = KeyRing()) -> IncomingSecurity {
        IncomingSecurity(engine: ownEngine, users: UserTable(users), ring: ring)
    }

    static func pdu(_ kind: PDUKind = .trapV2, requestID: Int32 = 4_711) -> PDU {
        .standard(
            StandardPDU(
                kind: kind, requestID: requestID,
                variables: [
                    VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(77)),
                    VariableBinding(
                        name: .snmpTrapOIDInstance, value: .objectIdentifier(OID.snmpTraps.appending(3))),
                    VariableBinding(name: OID.mib2.appending(2, 2, 1, 1, 9), value: .integer(9)),
                ]))
    }

    /// A message as a user's device sends it.
    static func message(
        _ user: User, _ level: SecurityLevel = .authPriv, engine: EngineID = device, boots: Int32 = 3,
        time: Int32 = 1_000, isReportable: Bool = false, messageID: Int32 = 99, pdu: PDU = Samples.pdu(),
        salts: Salts = Salts(boots: 1)
    ) throws -> [UInt8] {
        let message = OutgoingMessage(
            messageID: messageID, isReportable: isReportable, engineID: engine.octets[...],
            reading: EngineReading(boots: boots, time: time), userName: Array(user.name.utf8)[...], level: level,
            scoped: ScopedPDU(contextEngineID: engine.octets[...], contextName: Array("room".utf8)[...], pdu: pdu))
        return try message.encode(keys: MasterKeys(user)?.localised(at: engine), salts: salts)
    }

    /// An inform to our engine.
    static func inform(
        _ user: User, _ level: SecurityLevel = .authPriv, boots: Int32 = 5, time: Int32 = 1_000,
        engine: EngineID = own, messageID: Int32 = 99
    ) throws -> [UInt8] {
        try message(
            user, level, engine: engine, boots: boots, time: time, isReportable: true, messageID: messageID,
            pdu: pdu(.informRequest))
    }
}

extension IncomingSecurity {
    /// What becomes of a datagram.
    func outcome(
        _ datagram: [UInt8], from sender: IPAddress? = Samples.sender, at moment: Moment = Samples.moment()
    ) throws -> Result<AdmittedMessage, SecurityRefusal> {
        let summary = try #require(try V3View.check(datagram))
        do throws(SecurityRefusal) {
            return .success(try admit(datagram.rawOctets, summary, from: sender, at: moment))
        } catch {
            return .failure(error)
        }
    }

    /// Why a datagram was refused; `nil` where it was let in.
    func refusal(
        _ datagram: [UInt8], from sender: IPAddress? = Samples.sender, at moment: Moment = Samples.moment()
    ) throws -> SecurityRefusal? {
        guard case .failure(let refusal) = try outcome(datagram, from: sender, at: moment) else { return nil }
        return refusal
    }
}
