import Alarms
import Routing
import SNMPWire
import Testing

@Suite struct CompiledComparisonTests {
    private func matches(
        _ variable: String, _ comparison: RouteConditions.Comparison, _ operand: String,
        _ variables: [(String, Value)]
    ) -> Bool {
        var told = Case()
        told.variables = variables.map { VariableBinding(name: oid($0.0), value: $0.1) }
        return told.matches(
            RouteConditions(
                variables: [.init(variable: oid(variable), comparison: comparison, operand: operand)]))
    }

    @Test(
        arguments: [
            (.equal, "7", true), (.equal, "8", false), (.notEqual, "8", true), (.notEqual, "7", false),
            (.less, "8", true), (.less, "7", false), (.lessOrEqual, "7", true), (.lessOrEqual, "6", false),
            (.greater, "6", true), (.greater, "7", false), (.greaterOrEqual, "7", true), (.greaterOrEqual, "8", false),
            (.greater, "-1", true), (.greater, "6.5", true), (.less, "6.5", false), (.like, "7", true),
            (.like, "?", true), (.like, "8*", false), (.equal, "seven", false), (.notEqual, "seven", true),
        ] as [(RouteConditions.Comparison, String, Bool)])
    func numbers(comparison: RouteConditions.Comparison, operand: String, expected: Bool) {
        #expect(matches("ifIndex", comparison, operand, [("ifIndex.7", .integer(7))]) == expected)
    }

    @Test func enumerationLabelsAreNumbers() {
        let down: [(String, Value)] = [("ifOperStatus.7", .integer(2))]
        #expect(matches("ifOperStatus", .equal, "down", down))
        #expect(matches("ifOperStatus", .equal, "down(2)", down))
        #expect(matches("ifOperStatus", .equal, "2", down))
        #expect(!matches("ifOperStatus", .equal, "up", down))
        #expect(matches("ifOperStatus", .notEqual, "up", down))
        #expect(matches("ifOperStatus", .like, "down*", down))
    }

    @Test func counter64IsExact() {
        let variables: [(String, Value)] = [("ifHCInOctets.7", .counter64(.max))]
        #expect(matches("ifHCInOctets", .equal, "18446744073709551615", variables))
        #expect(!matches("ifHCInOctets", .equal, "18446744073709551614", variables))
        #expect(matches("ifHCInOctets", .greater, "18446744073709551614", variables))
    }

    @Test(arguments: [
        Value.counter32(4_000_000_000), .gauge32(4_000_000_000), .timeTicks(4_000_000_000), .double(4e9), .float(4e9),
        .counter64(4_000_000_000),
    ])
    func everyNumericTypeCompares(value: Value) {
        #expect(matches("1.3.6.1.4.1.99999.1", .greater, "3999999999", [("1.3.6.1.4.1.99999.1.0", value)]))
        #expect(matches("1.3.6.1.4.1.99999.1", .equal, "4000000000", [("1.3.6.1.4.1.99999.1.0", value)]))
    }

    @Test(
        arguments: [
            (.equal, "eth0", true), (.equal, "eth", false), (.notEqual, "eth1", true), (.less, "eth1", true),
            (.greater, "eth1", false), (.like, "eth*", true), (.like, "*1", false),
        ] as [(RouteConditions.Comparison, String, Bool)])
    func texts(comparison: RouteConditions.Comparison, operand: String, expected: Bool) {
        #expect(matches("ifDescr", comparison, operand, [("ifDescr.7", octets("eth0\0\0"))]) == expected)
    }

    @Test func textsThatAreNumbersCompareAsNumbers() {
        #expect(matches("1.3.6.1.4.1.99999.1", .less, "10", [("1.3.6.1.4.1.99999.1.0", octets("9"))]))
        #expect(matches("1.3.6.1.4.1.99999.1", .less, "-8", [("1.3.6.1.4.1.99999.1.0", octets("-9"))]))
        #expect(matches("1.3.6.1.4.1.99999.1", .equal, "10", [("1.3.6.1.4.1.99999.1.0", octets("0010"))]))
    }

    @Test func octetsWithAHintCompareAsPeopleReadThem() {
        let variables: [(String, Value)] = [("ifPhysAddress.7", .octetString([0x00, 0x90, 0x8f, 0x01, 0x02, 0x03]))]
        for operand in ["00:90:8f:01:02:03", "0:90:8F:1:2:3"] {
            #expect(matches("ifPhysAddress", .equal, operand, variables))
            #expect(!matches("ifPhysAddress", .notEqual, operand, variables))
        }
        for pattern in ["00:90:8f:*", "0:90:8F:*", "*:03", "00:90:8f:0?:02:03"] {
            #expect(matches("ifPhysAddress", .like, pattern, variables))
        }
        #expect(!matches("ifPhysAddress", .like, "00:11:*", variables))
    }

    @Test func addressesAndOIDs() {
        let address: [(String, Value)] = [("1.3.6.1.4.1.99999.1.0", .ipAddress(0xc000_0201))]
        #expect(matches("1.3.6.1.4.1.99999.1", .equal, "192.0.2.1", address))
        #expect(matches("1.3.6.1.4.1.99999.1", .less, "192.0.2.10", address))
        #expect(matches("1.3.6.1.4.1.99999.1", .like, "192.0.2.*", address))
        #expect(matches("1.3.6.1.4.1.99999.1", .notEqual, "no address", address))
        let pointer: [(String, Value)] = [("upsAlarmDescr.1", .objectIdentifier(oid("upsAlarmLowBattery")))]
        #expect(matches("upsAlarmDescr", .equal, "UPS-MIB::upsAlarmLowBattery", pointer))
        #expect(matches("upsAlarmDescr", .equal, "1.3.6.1.2.1.33.1.6.3.3", pointer))
        #expect(matches("upsAlarmDescr", .notEqual, "upsAlarmOnBattery", pointer))
        #expect(matches("upsAlarmDescr", .like, "*LowBattery", pointer))
    }

    @Test func anyInstanceIsEnough() {
        let variables: [(String, Value)] = [("ifIndex.7", .integer(7)), ("ifIndex.8", .integer(8))]
        #expect(matches("ifIndex", .equal, "8", variables))
        #expect(matches("ifIndex.7", .equal, "7", variables))
        #expect(!matches("ifIndex.7", .equal, "8", variables))
    }

    @Test(arguments: RouteConditions.Comparison.allCases)
    func whatIsAbsentComparesToNothing(comparison: RouteConditions.Comparison) {
        #expect(!matches("ifIndex", comparison, "7", []))
        if comparison != .like {
            #expect(!matches("ifIndex", comparison, "7", [("ifIndex.7", .noSuchInstance)]))
        }
    }

    @Test func allComparisonsMustHold() {
        var told = Case()
        told.variables = [VariableBinding(name: oid("ifIndex.7"), value: .integer(7))]
        let above = RouteConditions.VariableComparison(variable: oid("ifIndex"), comparison: .greater, operand: "5")
        let below = RouteConditions.VariableComparison(variable: oid("ifIndex"), comparison: .less, operand: "9")
        let other = RouteConditions.VariableComparison(variable: oid("ifIndex"), comparison: .equal, operand: "8")
        #expect(told.matches(RouteConditions(variables: [above, below])))
        #expect(!told.matches(RouteConditions(variables: [above, below, other])))
    }

    @Test func theVendorsVariablesAreFoundUnderTheConfiguredRoot() {
        let root = OID.enterprises.appending(4_711, 7)
        var told = Case(trap: root.appending(2, 0, 10).description)
        told.variables = [VariableBinding(name: root.appending(1, 4, 0), value: .integer(4))]
        let row = Route(
            name: "row",
            when: RouteConditions(variables: [
                .init(variable: VendorProfile.ownTrapRoot.appending(1, 4), comparison: .equal, operand: "4")
            ]), to: ["sink"])
        #expect(told.decide([row], vendor: VendorProfile(trapRoot: root)).sinks == ["sink"])
        #expect(told.decide([row]).sinks == [])
    }
}
