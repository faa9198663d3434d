import Basics
import SNMPWire
import Testing

@testable import Manager

/// A reply is believed only where it answers what was asked.
@Suite struct SNMPReplyTests {
    private static func name(_ arcs: UInt32...) -> OID { OID.mib2.appending(arcs: arcs) }

    private static func reply(_ names: [OID], _ value: Value = .integer(1)) -> SNMPReply {
        SNMPReply(requestID: 1, variables: VariableBindings(names.map { VariableBinding(name: $0, value: value) }))
    }

    @Test func aGetIsAnsweredByItsNames() {
        let request = SNMPRequest.get([Self.name(1, 0), Self.name(2, 0)])
        #expect(Self.reply([Self.name(1, 0), Self.name(2, 0)]).answers(request))
        #expect(!Self.reply([Self.name(2, 0), Self.name(1, 0)]).answers(request))
        #expect(!Self.reply([Self.name(1, 0)]).answers(request))
        #expect(!Self.reply([Self.name(1, 0), Self.name(2, 0), Self.name(3, 0)]).answers(request))
    }

    @Test func aGetNextIsAnsweredBySuccessors() {
        let request = SNMPRequest.getNext([Self.name(1)])
        #expect(Self.reply([Self.name(1, 0)]).answers(request))
        #expect(Self.reply([Self.name(7)]).answers(request))
        #expect(!Self.reply([Self.name(1)]).answers(request))
        #expect(Self.reply([Self.name(1)], .endOfMibView).answers(request))
    }

    @Test func aGetBulkIsAnsweredByRowsThatGoUp() {
        let request = SNMPRequest(.getBulk(maxRepetitions: 2), [Self.name(1), Self.name(2)])
        let whole = [Self.name(1, 1), Self.name(2, 1), Self.name(1, 2), Self.name(2, 2)]
        for count in 0...4 { #expect(Self.reply(Array(whole.prefix(count))).answers(request)) }
        #expect(!Self.reply(whole + [Self.name(1, 3)]).answers(request))
        #expect(!Self.reply([Self.name(1, 2), Self.name(2, 2), Self.name(1, 1), Self.name(2, 3)]).answers(request))
        #expect(!Self.reply([Self.name(1)]).answers(request))
    }

    @Test func anErrorAnswersAnything() {
        let reply = SNMPReply(requestID: 1, errorStatus: 5, variables: [])
        #expect(reply.answers(.get([Self.name(1)])))
    }

    @Test func onlyAResponseIsAReply() throws {
        let request = SNMPRequest.get([Self.name(1, 0)])
        let credential = CommunityCredential(version: .v2c, community: Secret("public"))
        #expect(SNMPReply(try SNMPMessage.decode(request.encode(requestID: 9, credential))) == nil)
        let pdu = StandardPDU(
            kind: .response, requestID: 9, errorStatus: 2, errorIndex: 1, variables: request.variables)
        let message = CommunityMessage(version: .v2c, community: [1], pdu: .standard(pdu))
        let reply = try #require(SNMPReply(try SNMPMessage.decode(message.encode())))
        #expect(reply.requestID == 9)
        #expect(reply.errorStatus == SNMPReply.noSuchName)
        #expect(reply.errorIndex == 1)
    }

    @Test func v1IsAskedWithGetNextForGetBulk() throws {
        let request = SNMPRequest(.getBulk(maxRepetitions: 9), [Self.name(1)])
        let v1 = try SNMPMessage.decode(
            request.encode(requestID: 5, CommunityCredential(version: .v1, community: Secret("x"))))
        #expect(v1.version == .v1)
        #expect(v1.pdu?.kind == .getNextRequest)
        guard case .standard(let first)? = v1.pdu else { return #expect(Bool(false)) }
        #expect(first.errorIndex == 0)
        let v2 = try SNMPMessage.decode(
            request.encode(requestID: 5, CommunityCredential(version: .v2c, community: Secret("x"))))
        guard case .standard(let pdu)? = v2.pdu else { return #expect(Bool(false)) }
        #expect((pdu.kind, pdu.nonRepeaters, pdu.maxRepetitions, pdu.requestID) == (.getBulkRequest, 0, 9, 5))
    }
}
