import Alarms
import Basics
import Journal
import MIBCatalog
import Pipeline
import SNMPSecurity
import SNMPWire
import Testing

/// SNMPv3 messages as devices send them.
enum V3Sample {
    static let salts = Salts(boots: 1)

    static func user(
        _ name: String = "ops", password: String = "authentic words", privacy: PrivacyProtocol = .aes128,
        privacyPassword: String = "private words"
    ) -> User {
        User(
            name: name, authentication: .init(.sha256, password: Secret(password)),
            privacy: .init(privacy, password: Secret(privacyPassword)))
    }

    static func engine(_ number: UInt8) throws -> EngineID {
        try #require(EngineID([0x80, 0, 0x1f, 0x88, 0x80, 0, 0, 0, number]))
    }

    static func id(_ number: UInt8) throws -> String { "engine:" + (try engine(number)).description }

    /// - Parameter context: the engine of the message's context; by default the authoritative one.
    static func message(
        _ trapOID: OID, interface: Int32 = 1, user: User = user(), level: SecurityLevel = .authPriv,
        engine: EngineID, boots: Int32 = 3, time: Int32 = 1_000, context: EngineID? = nil, kind: PDUKind = .trapV2,
        serial: String? = nil, wish: String? = nil
    ) throws -> [UInt8] {
        var variables = [
            VariableBinding(name: Sample.interfaceIndex.appending(UInt32(interface)), value: .integer(interface))
        ]
        if let serial {
            variables.append(
                VariableBinding(
                    name: VendorProfile.ownTrapRoot.appending(1, 16, 0), value: .octetString(ArraySlice(serial.utf8))))
        }
        if let wish {
            variables.append(
                VariableBinding(
                    name: VendorProfile.ownTrapRoot.appending(1, 9, 0), value: .octetString(ArraySlice(wish.utf8))))
        }
        let notification = SNMPNotification(
            version: .v3, trapOID: trapOID, uptime: 4_711, variables: VariableBindings(variables))
        var pdu = notification.v2PDU(kind: .trap, requestID: 1)
        pdu.kind = kind
        let message = OutgoingMessage(
            messageID: 1, isReportable: false, engineID: engine.octets[...],
            reading: EngineReading(boots: boots, time: time), userName: ArraySlice(user.name.utf8), level: level,
            scoped: ScopedPDU(contextEngineID: (context ?? engine).octets[...], pdu: .standard(pdu)))
        return try message.encode(keys: UserTable([user]).keys(of: user.name, at: engine), salts: salts)
    }

    static func fact(_ fact: OID, _ variables: [VariableBinding], at seconds: Int64) -> JournalEntry {
        let notification = SNMPNotification(
            version: .v2c, trapOID: fact, uptime: 1, variables: VariableBindings(variables))
        let pdu = notification.v2PDU(kind: .trap, requestID: 1)
        return Sample.entry(
            CommunityMessage(version: .v2c, community: [], pdu: .standard(pdu)).encode(), at: seconds,
            from: 0x7f00_0001, on: OwnFacts.listener)
    }
}
