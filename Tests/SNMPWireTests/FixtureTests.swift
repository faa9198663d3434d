import SNMPWire
import Testing

/// What real clients sent is read as what they were told to send.
@Suite struct FixtureTests {
    @Test func thereAreFixtures() {
        #expect(Fixture.all.count >= 39)
    }

    @Test(arguments: Fixture.all) func decodes(_ fixture: Fixture) throws {
        let expected = fixture.expected
        let message = try SNMPMessage.decode(fixture.datagram, leniency: .none.union(.emptyCommunity))
        #expect(message.version.description == expected.version)
        #expect(message.pdu?.kind.name == expected.pdu)
        if case .community(let message) = message {
            #expect(String(decoding: message.community, as: UTF8.self) == expected.community)
        }
        if case .v3(let envelope) = message {
            checkEnvelope(envelope, expected)
        }
        if case .standard(let pdu) = message.pdu, let errorStatus = expected.errorStatus {
            #expect(pdu.errorStatus == errorStatus)
            #expect(pdu.errorIndex == expected.errorIndex)
        }
        if case .trapV1(let trap) = message.pdu {
            #expect(trap.genericTrap == expected.generic)
            #expect(trap.specificTrap == expected.specific)
        }
        if let code = expected.error {
            #expect(refusal(fixture.datagram)?.rawValue == code)
            if let variables = message.pdu?.variables {
                check(variables, expected)
            }
        } else {
            try checkNotification(SNMPNotification.decode(fixture.datagram), expected)
        }
    }

    private func checkNotification(_ notification: SNMPNotification, _ expected: Fixture.Expected) {
        #expect(notification.kind.rawValue == expected.pdu)
        #expect(notification.trapOID.description == expected.oid)
        #expect(notification.enterprise?.description == expected.enterprise)
        #expect(notification.agentAddress.map(dotted) == expected.agentAddress)
        #expect(notification.uptime == expected.uptime)
        #expect(notification.v3?.user == expected.user)
        #expect(notification.v3?.level.description == expected.level)
        #expect(notification.v3?.context == expected.context)
        #expect((notification.requestID == nil) == (notification.version == .v1))
        check(notification.variables, expected)
    }

    private func checkEnvelope(_ envelope: V3Envelope, _ expected: Fixture.Expected) {
        #expect(String(decoding: envelope.userName, as: UTF8.self) == expected.user)
        #expect(envelope.level.description == expected.level)
        if let engineID = expected.engineID { #expect(hex(envelope.engineID) == engineID) }
        if let boots = expected.engineBoots { #expect(envelope.engineBoots == boots) }
        if let time = expected.engineTime { #expect(envelope.engineTime == time) }
        if let contextEngineID = expected.contextEngineID, case .plaintext(let found, _, _) = envelope.scopedPDU {
            #expect(hex(found) == contextEngineID)
        }
    }

    private func check(_ variables: VariableBindings, _ expected: Fixture.Expected) {
        if let list = expected.variables {
            #expect(
                variables.map { Fixture.Variable(oid: "\($0.name)", type: $0.value.typeName, value: $0.value.text) }
                    == list)
        } else {
            #expect(variables.map { "\($0.name)" } == expected.variableOIDs)
        }
        #expect(variables.count == variables.map { $0 }.count)
    }
}
