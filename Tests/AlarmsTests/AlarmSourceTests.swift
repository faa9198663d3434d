import MIBCatalog
import SNMPWire
import Testing

@testable import Alarms

@Suite struct AlarmSourceTests {
    private func source(_ key: [AlarmRule.KeyPart], _ variables: [(String, Value)]) -> String {
        let bindings = variables.map { VariableBinding(name: oid($0.0), value: $0.1) }
        return AlarmSource(key, vendor: .audiocodes, catalog: catalog)
            .text(from: VariableBindings(bindings), catalog: catalog)
    }

    @Test(
        arguments: [
            (.integer(7), "7"), (.integer(-7), "-7"), (.counter32(7), "7"), (.gauge32(7), "7"), (.timeTicks(7), "7"),
            (.counter64(.max), "18446744073709551615"), (.ipAddress(0xc000_0201), "192.0.2.1"),
            (.octetString(ArraySlice(" eth0\0".utf8)), "eth0"), (.octetString([0x00, 0x90]), "00 90"),
            (.objectIdentifier(oid("IF-MIB::ifIndex.7")), "ifIndex.7"),
        ] as [(Value, String)])
    func valuesStandAfterTheirName(value: Value, expected: String) {
        #expect(
            source([.value(oid("enterprises.99999.1"))], [("enterprises.99999.1.0", value)])
                == "enterprises.99999.1.\(expected)")
    }

    @Test(arguments: [.null, .noSuchInstance, .octetString([]), .octetString([0, 0, 0x20])] as [Value])
    func whatSaysNothingIsLeftOut(value: Value) {
        #expect(source([.value(oid("enterprises.99999.1"))], [("enterprises.99999.1.0", value)]) == "")
    }

    @Test func enumerationsStandAsNumbers() {
        #expect(source([.value(oid("ifOperStatus"))], [("ifOperStatus.7", .integer(2))]) == "ifOperStatus.2")
    }

    @Test func partsAreJoined() {
        let key: [AlarmRule.KeyPart] = [.literal("card"), .value(oid("ifIndex")), .instance(oid("ifDescr"))]
        let variables: [(String, Value)] = [("ifDescr.9", text("eth0")), ("ifIndex.7", .integer(7))]
        #expect(source(key, variables) == "card/ifIndex.7/ifDescr.9")
        #expect(source(key, []) == "card")
    }

    @Test func anInstanceIsAllOfIt() {
        #expect(
            source([.instance(oid("ospfNbrState"))], [("ospfNbrState.10.0.0.2.0", .integer(1))])
                == "ospfNbrState.10.0.0.2.0")
        #expect(source([.instance(oid("sysDescr"))], [("sysDescr.0", text("x"))]) == "sysDescr.0")
    }

    @Test func aParentIsAnOIDWithoutItsLastNumber() {
        let key: [AlarmRule.KeyPart] = [.parent(oid("upsAlarmDescr"))]
        #expect(
            source(key, [("upsAlarmDescr.1", .objectIdentifier(oid("upsAlarmOnBattery")))])
                == "upsAlarmDescr.upsWellKnownAlarms")
        #expect(source(key, [("upsAlarmDescr.1", .integer(3))]) == "")
    }

    @Test func aLongSourceIsCut() {
        let long = source([.value(oid("ifDescr"))], [("ifDescr.7", text(String(repeating: "x", count: 60_000)))])
        #expect(long.utf8.count == 1_024)
    }
}
