import SNMPWire
import Testing

@Suite struct ScopedPDUTests {
    private static let scoped = ScopedPDU(
        contextEngineID: [1, 2, 3, 4, 5], contextName: Array("room".utf8)[...],
        pdu: .standard(
            StandardPDU(
                kind: .trapV2, requestID: 4_711,
                variables: [
                    VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(77)),
                    VariableBinding(name: .snmpTrapOIDInstance, value: .objectIdentifier(.snmpTraps)),
                ])))

    @Test func readsWhatItWrites() throws {
        #expect(try ScopedPDU.decode(Self.scoped.encode()) == Self.scoped)
    }

    /// DES fills up to whole blocks of 8 octets.
    @Test func paddingIsNotRead() throws {
        let octets = Self.scoped.encode()
        for count in 0...8 {
            #expect(try ScopedPDU.decode(octets + [UInt8](repeating: 0xff, count: count)) == Self.scoped)
        }
        #expect(throws: WireError(.trailingBytes, at: octets.count)) {
            try ScopedPDU.decode(octets + [UInt8](repeating: 0xff, count: 9))
        }
    }

    @Test func everyPrefixIsAnError() {
        let octets = Self.scoped.encode()
        for count in octets.indices {
            #expect(throws: WireError.self) { try ScopedPDU.decode(Array(octets[..<count])) }
        }
    }

    @Test func givesTheNotificationOfAnEncryptedMessage() throws {
        let envelope = V3Envelope(
            messageID: 7, maxSize: 1_472, flags: 3, engineID: [9, 9, 9, 9, 9], engineBoots: 8, engineTime: 9,
            userName: Array("ops".utf8)[...], scopedPDU: .encrypted([0]))
        let datagram = SNMPMessage.v3(envelope).encode()
        let summary = try #require(try V3View.check(datagram))
        let notification = try SNMPNotification.decode(plaintext: Self.scoped.encode(), of: summary, in: datagram)
        #expect(notification.version == .v3)
        #expect(notification.trapOID == .snmpTraps)
        #expect(notification.uptime == 77)
        #expect(notification.requestID == 4_711)
        #expect(notification.v3?.user == "ops")
        #expect(notification.v3?.level == .authPriv)
        #expect(notification.v3?.engineID == [9, 9, 9, 9, 9])
        #expect(notification.v3?.contextEngineID == [1, 2, 3, 4, 5])
        #expect(notification.v3?.context == "room")
        var other = Self.scoped
        other.pdu = .standard(StandardPDU(kind: .response, requestID: 1, variables: []))
        #expect(throws: WireError.self) {
            try SNMPNotification.decode(plaintext: other.encode(), of: summary, in: datagram)
        }
    }
}
