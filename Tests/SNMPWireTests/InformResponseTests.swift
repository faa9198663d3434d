import SNMPWire
import Testing

/// RFC 3416 §4.2.7: the same request ID and variables, in a Response without an error.
@Suite struct InformResponseTests {
    @Test func answersARealInform() throws {
        let inform = try Fixture.named("v2c-inform").datagram
        let response = try #require(InformResponse.encode(to: inform))
        guard case .community(let asked) = try SNMPMessage.decode(inform, leniency: .none),
            case .community(let answered) = try SNMPMessage.decode(response, leniency: .none),
            case .standard(let question) = asked.pdu, case .standard(let answer) = answered.pdu
        else {
            Issue.record("not v2c")
            return
        }
        #expect(answered.version == .v2c)
        #expect(answered.community == asked.community)
        #expect(answer.kind == .response)
        #expect(answer.requestID == question.requestID)
        #expect(answer.errorStatus == 0)
        #expect(answer.errorIndex == 0)
        #expect(answer.variables.encoded == question.variables.encoded)
        // net-snmp's own inform differs from its answer in the PDU's tag alone.
        #expect(zip(inform, response).filter { $0 != $1 }.map(\.1) == [0xa2])
        #expect(inform.count == response.count)
    }

    @Test(arguments: Fixture.all.filter { $0.expected.pdu != "inform" }) func answersNothingElse(_ fixture: Fixture) {
        #expect(InformResponse.encode(to: fixture.datagram) == nil)
    }

    @Test func anErrorStatusIsNotEchoed() throws {
        let fields = Octets.integer(5) + Octets.integer(2) + Octets.integer(1)
        let list = Octets.element(0x30, Octets.uptime + Octets.trapOID)
        let message = Octets.integer(1) + [4, 1, 0x78] + Octets.element(0xa6, fields + list)
        let response = try #require(InformResponse.encode(to: Octets.element(0x30, message)))
        #expect(response == Octets.message(community: [4, 1, 0x78], tag: 0xa2))
    }

    /// What was not accepted is not acknowledged.
    @Test func anInformThatSaysNothingIsNotAnswered() {
        #expect(InformResponse.encode(to: Octets.message(tag: 0xa6)) != nil)
        #expect(InformResponse.encode(to: Octets.message(tag: 0xa6, header: Octets.uptime)) == nil)
        #expect(InformResponse.encode(to: Octets.message(tag: 0xa6, lengthOctets: 2), leniency: .none) == nil)
    }

    @Test func trailingOctetsAreNotEchoed() {
        let inform = Octets.message(tag: 0xa6)
        #expect(InformResponse.encode(to: inform + [1, 2, 3]) == Octets.message(tag: 0xa2))
    }
}
