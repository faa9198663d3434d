import Testing

@testable import SNMPWire

/// What a manager asks of a datagram before it keeps it.
@Suite struct ResponseViewTests {
    private static func message(_ kind: PDUKind, version: SNMPVersion = .v2c) -> [UInt8] {
        let pdu = StandardPDU(
            kind: kind, requestID: -5, variables: [VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(1))])
        return CommunityMessage(version: version, community: Array("reader".utf8)[...], pdu: .standard(pdu)).encode()
    }

    @Test(arguments: [SNMPVersion.v1, .v2c]) func aResponseTellsItsCommunityAndRequestID(version: SNMPVersion) throws {
        let datagram = Self.message(.response, version: version)
        let summary = try #require(try ResponseView.check(datagram))
        #expect(summary.version == version)
        #expect(summary.requestID == -5)
        #expect(Array(datagram[summary.community]) == Array("reader".utf8))
    }

    @Test(arguments: [PDUKind.getRequest, .getNextRequest, .setRequest, .getBulkRequest, .report])
    func anyOtherMessageIsNone(kind: PDUKind) throws {
        #expect(try ResponseView.check(Self.message(kind)) == nil)
    }

    @Test func aDamagedOneIsRefused() {
        let datagram = Self.message(.response)
        for length in datagram.indices {
            #expect(throws: WireError.self) { try ResponseView.check(Array(datagram.prefix(length))) }
        }
    }
}
