import SNMPWire
import Testing

/// RFC 3584 §3.1 (v1 to v2) and §3.2 (v2 to v1).
@Suite struct TrapTranslationTests {
    private let enterprise = OID.enterprises.appending(99, 2)

    private func trap(_ generic: Int32, _ specific: Int32) -> TrapV1PDU {
        TrapV1PDU(
            enterprise: enterprise, agentAddress: 0xc000_0201, genericTrap: generic, specificTrap: specific,
            timestamp: 5, variables: [])
    }

    @Test(arguments: Int32(0)...5) func genericTraps(_ generic: Int32) throws {
        #expect(trap(generic, 9).trapOID.description == "1.3.6.1.6.3.1.1.5.\(generic + 1)")
        let message = CommunityMessage(version: .v1, community: [0x78], pdu: .trapV1(trap(generic, 0)))
        let notification = try SNMPNotification(.community(message))
        #expect(notification.enterprise == enterprise)
        #expect(notification.agentAddress == 0xc000_0201)
        #expect(notification.v1Message(community: [0x78]) == message)
    }

    @Test(arguments: [(6, 17, "0.17"), (6, 0, "0.0"), (6, .max, "0.2147483647"), (6, -1, "0.4294967295")])
    func enterpriseSpecific(_ generic: Int32, _ specific: Int32, _ suffix: String) throws {
        #expect(trap(generic, specific).trapOID.description == "\(enterprise).\(suffix)")
        let message = CommunityMessage(version: .v1, community: [], pdu: .trapV1(trap(generic, specific)))
        #expect(try SNMPNotification(.community(message)).v1Message(community: []) == message)
    }

    /// A `generic-trap` of 7 or -1 has no meaning, but the trap keeps a name of its own.
    @Test(arguments: [Int32(7), -1, .max, .min]) func genericTrapsThatDoNotExist(_ generic: Int32) {
        #expect(trap(generic, 3).trapOID.description == "\(enterprise).0.3")
    }

    /// The enterprise may be so long that the trap's OID passes 128 arcs; it is cut off and nothing else happens.
    @Test func longestEnterprise() throws {
        let longest = try #require(OID(arcs: [UInt32](repeating: 1, count: 128)))
        var trap = trap(6, 3)
        trap.enterprise = longest
        #expect(trap.trapOID == longest)
    }

    private func translate(_ trapOID: String, _ variables: VariableBindings = []) throws -> TrapV1PDU? {
        let oid = try #require(OID(trapOID))
        let notification = SNMPNotification(version: .v2c, trapOID: oid, uptime: 7, variables: variables)
        guard case .trapV1(let trap) = notification.v1Message(community: [])?.pdu else { return nil }
        #expect(trap.timestamp == 7)
        #expect(trap.variables == variables)
        return trap
    }

    @Test func v2ToV1() throws {
        let standard = try #require(try translate("1.3.6.1.6.3.1.1.5.3"))
        #expect(standard.genericTrap == 2)
        #expect(standard.specificTrap == 0)
        #expect(standard.enterprise == .snmpTraps)
        #expect(standard.agentAddress == 0)

        let withZero = try #require(try translate("1.3.6.1.4.1.99.2.0.17"))
        #expect(withZero.genericTrap == 6)
        #expect(withZero.specificTrap == 17)
        #expect(withZero.enterprise == enterprise)

        let withoutZero = try #require(try translate("1.3.6.1.2.1.17.1.2"))
        #expect(withoutZero.enterprise == OID("1.3.6.1.2.1.17.1"))
        #expect(withoutZero.specificTrap == 2)

        // The seventh under snmpTraps is no generic trap.
        let seventh = try #require(try translate("1.3.6.1.6.3.1.1.5.7"))
        #expect(seventh.genericTrap == 6)
        #expect(seventh.enterprise == .snmpTraps)
        #expect(seventh.specificTrap == 7)
        #expect(try translate("1.3") == nil)
    }

    @Test func variablesOfAProxyAreUsed() throws {
        let variables = VariableBindings([
            VariableBinding(name: .snmpTrapAddressInstance, value: .ipAddress(0x0a00_0001)),
            VariableBinding(name: .snmpTrapEnterpriseInstance, value: .objectIdentifier(enterprise)),
        ])
        let trap = try #require(try translate("1.3.6.1.6.3.1.1.5.1", variables))
        #expect(trap.agentAddress == 0x0a00_0001)
        #expect(trap.enterprise == enterprise)
    }

    /// v1 has no Counter64 and no exceptions.
    @Test(arguments: [Value.counter64(1), .noSuchObject, .noSuchInstance, .endOfMibView])
    func whatV1CannotSay(_ value: Value) throws {
        #expect(try translate("1.3.6.1.4.1.99.0.1", [VariableBinding(name: .mib2, value: value)]) == nil)
    }

    @Test func v1ToV2() throws {
        var pdu = trap(6, 17)
        pdu.variables = [VariableBinding(name: .mib2, value: .integer(1))]
        let message = CommunityMessage(version: .v1, community: [0x78], pdu: .trapV1(pdu))
        let notification = try SNMPNotification(.community(message))
        let translated = notification.v2PDU(kind: .inform, requestID: 9)
        #expect(translated.kind == .informRequest)
        #expect(translated.requestID == 9)
        #expect(
            Array(translated.variables) == [
                VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(5)),
                VariableBinding(
                    name: .snmpTrapOIDInstance, value: .objectIdentifier(enterprise.appending(0, 17))),
                VariableBinding(name: .mib2, value: .integer(1)),
                VariableBinding(name: .snmpTrapAddressInstance, value: .ipAddress(0xc000_0201)),
                VariableBinding(name: .snmpTrapCommunityInstance, value: .octetString([0x78])),
                VariableBinding(name: .snmpTrapEnterpriseInstance, value: .objectIdentifier(enterprise)),
            ])
        // Translated back, it is the trap that it was.
        let message2 = CommunityMessage(version: .v2c, community: [0x78], pdu: .standard(translated))
        let forwarded = try SNMPNotification(.community(message2))
        #expect(forwarded.trapOID == notification.trapOID)
        #expect(forwarded.uptime == notification.uptime)
        guard case .trapV1(let back) = forwarded.v1Message(community: [])?.pdu else {
            Issue.record("not translated back")
            return
        }
        #expect(back.enterprise == enterprise)
        #expect(back.agentAddress == 0xc000_0201)
        #expect(back.specificTrap == 17)
        // What is there already is not added again.
        #expect(forwarded.v2PDU(kind: .trap, requestID: 1).variables == translated.variables)
    }
}
