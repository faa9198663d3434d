import SNMPWire

/// What the stages are fed with.
enum Workload {
    /// A vendor alarm as such a device sends it: v2c, with its variables 1 to 11 and 16 behind the two of every trap.
    static let vendorAlarm: [UInt8] = {
        let root = OID.enterprises.appending(5_003, 9, 10, 1, 21)
        func text(_ text: String) -> Value { .octetString(ArraySlice(text.utf8)) }
        let values: [(UInt32, Value)] = [
            (1, .integer(9)), (2, text("Ethernet link alarm. LAN port number 1 link is down")),
            (3, text("Board#1/EthernetLink#0")), (4, .integer(4)), (5, .integer(1_207)), (6, .integer(1)),
            (7, .integer(56)), (8, text("")), (9, text("")), (10, text("")),
            (11, .octetString([0x07, 0xea, 11, 23, 4, 40, 17, 0])), (16, text("3589153")),
        ]
        let notification = SNMPNotification(
            version: .v2c, trapOID: root.appending(2, 0, 10), uptime: 1_234_567,
            variables: VariableBindings(
                values.map { VariableBinding(name: root.appending(1, $0.0, 0), value: $0.1) }))
        let pdu = notification.v2PDU(kind: .trap, requestID: 77)
        return CommunityMessage(version: .v2c, community: ArraySlice("trapuser".utf8), pdu: .standard(pdu)).encode()
    }()

    /// The two of every trap counted.
    static let variableCount = 14

    static let text = "the vendor's alarm, \(vendorAlarm.count) octets, \(variableCount) variables"
}
