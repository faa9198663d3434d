import SNMPWire
import Testing

@Suite struct V3ViewTests {
    private static let envelope = V3Envelope(
        messageID: 7, maxSize: 1_472, flags: 5, engineID: [1, 2, 3, 4, 5], engineBoots: 8, engineTime: 9,
        userName: Array("ops".utf8)[...], authenticationParameters: [6, 6, 6], privacyParameters: [7, 7],
        scopedPDU: .plaintext(
            contextEngineID: [1, 2, 3, 4, 5], contextName: Array("room".utf8)[...],
            pdu: .standard(StandardPDU(kind: .informRequest, requestID: 4_711, variables: []))))

    @Test func saysWhereThePartsLie() throws {
        let message = SNMPMessage.v3(Self.envelope).encode()
        // What follows is none of it.
        let datagram = message + [0, 0]
        let summary = try #require(try V3View.check(datagram))
        #expect(summary.messageID == 7)
        #expect(summary.maxSize == 1_472)
        #expect(summary.level == .authNoPriv)
        #expect(summary.isReportable)
        #expect(summary.message == 0..<message.count)
        #expect(Array(datagram[summary.engineID]) == [1, 2, 3, 4, 5])
        #expect(summary.engineBoots == 8)
        #expect(summary.engineTime == 9)
        #expect(Array(datagram[summary.userName]) == Array("ops".utf8))
        #expect(Array(datagram[summary.authenticationParameters]) == [6, 6, 6])
        #expect(Array(datagram[summary.privacyParameters]) == [7, 7])
        #expect(summary.encrypted == nil)
        let scoped = try #require(summary.scoped)
        #expect(Array(datagram[scoped.contextName]) == Array("room".utf8))
        #expect(scoped.kind == .informRequest)
        #expect(scoped.requestID == 4_711)
        #expect(try PDU.decode(datagram, at: scoped.pdu).kind == .informRequest)
    }

    @Test func anEncryptedOneIsNotLookedInto() throws {
        var envelope = Self.envelope
        envelope.flags = 3
        envelope.scopedPDU = .encrypted([9, 9, 9])
        let datagram = SNMPMessage.v3(envelope).encode()
        let summary = try #require(try V3View.check(datagram))
        #expect(summary.encrypted.map { Array(datagram[$0]) } == [9, 9, 9])
        #expect(summary.scoped == nil)
        #expect(!summary.isReportable)
    }

    @Test func otherVersionsHaveNone() throws {
        let trap = CommunityMessage(
            version: .v2c, community: [1],
            pdu: .standard(StandardPDU(kind: .trapV2, requestID: 1, variables: [])))
        #expect(try V3View.check(trap.encode()) == nil)
        #expect(throws: WireError.self) { try V3View.check([0x30, 1]) }
    }
}
