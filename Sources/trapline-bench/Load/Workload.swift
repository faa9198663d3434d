import SNMPWire

/// The datagrams that loads are made of. Each holds a string with a ``Stamp``, and its request ID takes four octets, so
/// that both can be written over without encoding anew.
enum Workload {
    /// A vendor alarm as such a device sends it: v2c, with its variables 1 to 11 and 16 behind the two of every trap.
    static let vendorAlarm = vendorAlarm(kind: .trapV2, severity: 4)

    /// The two of every trap counted.
    static let variableCount = 14

    static let text = "the vendor's alarm, \(vendorAlarm.count) octets, \(variableCount) variables"

    /// What the first datagram bears; load generators count on from there, and stay in four octets.
    static let firstRequestID: Int32 = 0x4000_0000

    /// What the first device bears; the others count on from there, and stay within as many digits.
    static let firstSerial = 3_000_000
    static let serialDigits = 7

    private static let community = ArraySlice("trapuser".utf8)
    static let uptime: UInt32 = 1_234_567
    private static let stamp = Stamp(label: .load, time: 0).text

    /// - Parameters:
    ///   - severity: as the vendor counts: 0 cleared, 2 warning, 3 minor, 4 major, 5 critical.
    ///   - uptime: hundredths of a second.
    ///   - serial: of `serialDigits` digits.
    static func vendorAlarm(
        kind: PDUKind, severity: Int32, source: String = "Board#1/EthernetLink#0", uptime: UInt32 = uptime,
        serial: Int = firstSerial
    ) -> [UInt8] {
        let root = OID.enterprises.appending(5_003, 9, 10, 1, 21)
        let values: [(UInt32, Value)] = [
            (1, .integer(9)), (2, text("Ethernet link 1 is down, \(stamp)")),
            (3, text(source)), (4, .integer(severity)), (5, .integer(1_207)), (6, .integer(1)),
            (7, .integer(56)), (8, text("1000BASE-T, no carrier; 3 changes in 15 minutes.")), (9, text("")),
            (10, text("")),
            (11, .octetString([0x07, 0xea, 11, 23, 4, 40, 17, 0])), (16, text("\(serial)")),
        ]
        return v2(
            kind, trapOID: root.appending(2, 0, 10),
            values.map { VariableBinding(name: root.appending(1, $0.0, 0), value: $0.1) }, uptime: uptime)
    }

    /// linkDown or linkUp of RFC 2863, with the interface's description beside what the RFC asks for.
    static func link(isUp: Bool) -> [UInt8] {
        v2(.trapV2, trapOID: .snmpTraps.appending(isUp ? 4 : 3), linkVariables(isUp: isUp))
    }

    /// The same as v1 has it.
    static func linkV1(isUp: Bool) -> [UInt8] {
        let trap = TrapV1PDU(
            enterprise: .enterprises.appending(5_003, 8, 1, 1), agentAddress: 0x7f00_0001, genericTrap: isUp ? 3 : 2,
            specificTrap: 0, timestamp: uptime, variables: VariableBindings(linkVariables(isUp: isUp)))
        return CommunityMessage(version: .v1, community: community, pdu: .trapV1(trap)).encode()
    }

    private static func linkVariables(isUp: Bool) -> [VariableBinding] {
        let entry = OID.mib2.appending(2, 2, 1)
        let interface: UInt32 = 7
        return [
            VariableBinding(name: entry.appending(1, interface), value: .integer(Int32(interface))),
            VariableBinding(name: entry.appending(7, interface), value: .integer(1)),
            VariableBinding(name: entry.appending(8, interface), value: .integer(isUp ? 1 : 2)),
            VariableBinding(name: entry.appending(2, interface), value: text("eth7 \(stamp)")),
        ]
    }

    private static func v2(
        _ kind: PDUKind, trapOID: OID, _ variables: [VariableBinding], uptime: UInt32 = uptime
    ) -> [UInt8] {
        let notification = SNMPNotification(
            version: .v2c, kind: kind == .informRequest ? .inform : .trap, trapOID: trapOID, uptime: uptime,
            variables: VariableBindings(variables))
        let pdu = notification.v2PDU(kind: notification.kind, requestID: firstRequestID)
        return CommunityMessage(version: .v2c, community: community, pdu: .standard(pdu)).encode()
    }

    private static func text(_ text: String) -> Value { .octetString(ArraySlice(text.utf8)) }
}
