import SNMPWire
import Testing

@Suite struct V3EnvelopeTests {
    private func message(
        messageID: [UInt8] = Octets.integer(1), maxSize: [UInt8] = Octets.integer(0x05, 0xc0),
        flags: [UInt8] = [4, 1, 0], model: [UInt8] = Octets.integer(3), boots: [UInt8] = Octets.integer(5),
        time: [UInt8] = Octets.integer(6), usmTail: [UInt8] = [],
        wrapperTail: [UInt8] = [],
        data: [UInt8]? = nil
    ) -> [UInt8] {
        let header = Octets.element(0x30, messageID + maxSize + flags + model)
        let usm = [4, 2, 1, 2] + boots + time + [4, 1, 0x75, 4, 0, 4, 0] + usmTail
        let security = Octets.element(0x04, Octets.element(0x30, usm) + wrapperTail)
        let fields = Octets.integer(5) + Octets.integer(0) + Octets.integer(0)
        let list = Octets.element(0x30, Octets.uptime + Octets.trapOID)
        let scoped = Octets.element(0x30, [4, 2, 1, 2, 4, 0] + Octets.element(0xa7, fields + list))
        return Octets.element(0x30, Octets.integer(3) + header + security + (data ?? scoped))
    }

    @Test func readsAPlainTrap() throws {
        let notification = try SNMPNotification.decode(message(), leniency: .none)
        #expect(notification.version == .v3)
        #expect(notification.v3?.user == "u")
        #expect(notification.v3?.level == .noAuthNoPriv)
        #expect(notification.v3?.engineID == [1, 2])
        #expect(notification.community.isEmpty)
        #expect(notification.uptime == 77)
    }

    @Test func encryptedIsSaidToBe() throws {
        let datagram = message(flags: [4, 1, 7], data: [4, 3, 1, 2, 3])
        #expect(refusal(datagram) == .v3Unsupported)
        let summary = try NotificationView.check(datagram)
        #expect(summary.level == .authPriv)
        #expect(summary.isReportable)
        #expect(Array(datagram[summary.pdu]) == [1, 2, 3])
    }

    @Test func refusesWhatTheHeaderMayNotSay() {
        #expect(refusal(message(messageID: Octets.integer(0xff))) == .badSecurity)
        #expect(refusal(message(maxSize: Octets.integer(0x01, 0xe3))) == .badSecurity)
        #expect(refusal(message(maxSize: Octets.integer(0x01, 0xe4))) == nil)
        #expect(refusal(message(flags: [4, 1, 2])) == .badSecurity)
        #expect(refusal(message(flags: [4, 0])) == .badSecurity)
        #expect(refusal(message(flags: [4, 2, 0, 0])) == .badSecurity)
        #expect(refusal(message(model: Octets.integer(2))) == .badSecurity)
        #expect(refusal(message(boots: Octets.integer(0xff))) == .badSecurity)
        #expect(refusal(message(time: Octets.integer(0x80, 0, 0, 0))) == .badSecurity)
        #expect(refusal(message(boots: Octets.integer(0), time: Octets.integer(0x7f, 0xff, 0xff, 0xff))) == nil)
        #expect(refusal(message(usmTail: [5, 0])) == .trailingBytes)
        #expect(refusal(message(wrapperTail: [5, 0])) == .trailingBytes)
        // A plain PDU that the flags call encrypted, and the reverse.
        #expect(refusal(message(flags: [4, 1, 3])) == .badType)
        #expect(refusal(message(data: [4, 3, 1, 2, 3])) == .badType)
    }
}
