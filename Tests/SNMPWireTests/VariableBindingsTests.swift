import SNMPWire
import Testing

@Suite struct VariableBindingsTests {
    private let list = [
        VariableBinding(name: .mib2, value: .integer(-1)), VariableBinding(name: .enterprises, value: .null),
        VariableBinding(name: .internet, value: .octetString([1, 2, 3])),
    ]

    @Test func isACollection() {
        let variables = VariableBindings(list)
        #expect(Array(variables) == list)
        #expect(variables.count == 3)
        #expect(!variables.isEmpty)
        #expect(variables[0] == list[0])
        #expect(variables[2] == list[2])
        #expect(variables.indices.map { variables[$0] } == list)
        #expect(Array(variables.dropFirst()) == Array(list.dropFirst()))
        #expect(variables.first == list.first)
        #expect(Array(variables.reversed()) == list.reversed())
        #expect(variables.value(of: .internet) == .octetString([1, 2, 3]))
        #expect(variables.value(of: .zeroDotZero) == nil)
    }

    @Test func mayBeEmpty() {
        let none: VariableBindings = []
        #expect(none.isEmpty)
        #expect(none.first == nil)
        #expect(none.startIndex == none.endIndex)
    }

    /// What it says counts, not in how many octets.
    @Test func equalsByContents() throws {
        let padded = Octets.binding(Octets.integer(0, 0, 5))
        let notification = try SNMPNotification.decode(Octets.message(variables: padded))
        let name = try #require(OID("1.3.6.1.99"))
        let minimal = VariableBindings([VariableBinding(name: name, value: .integer(5))])
        #expect(notification.variables == minimal)
        #expect(Set([notification.variables, minimal]).count == 1)
        #expect(notification.variables.encoded != minimal.encoded)
        #expect(minimal != VariableBindings([VariableBinding(name: name, value: .integer(6))]))
        #expect(minimal != [])
    }

    @Test func aNumberThatIsNoneEqualsItself() {
        #expect(Value.float(.nan) == .float(.nan))
        #expect(Value.double(.nan) == .double(.nan))
        #expect(Value.float(0) != .float(-0.0))
        #expect(Set([Value.double(.nan), .double(.nan)]).count == 1)
    }

    /// Values of different types are different, whatever number they hold.
    @Test func valuesDifferByType() {
        let values: [Value] = [
            .integer(1), .octetString([1]), .null, .objectIdentifier(.internet), .ipAddress(1), .counter32(1),
            .gauge32(1), .timeTicks(1), .opaque([1]), .float(1), .double(1), .counter64(1), .noSuchObject,
            .noSuchInstance, .endOfMibView,
        ]
        for (index, value) in values.enumerated() {
            for (other, otherValue) in values.enumerated() {
                #expect((value == otherValue) == (index == other))
            }
        }
        #expect(Set(values).count == 15)
        #expect(
            values.map(\.typeName) == [
                "INTEGER", "OCTET STRING", "NULL", "OBJECT IDENTIFIER", "IpAddress", "Counter32", "Gauge32",
                "TimeTicks", "Opaque", "Float", "Double", "Counter64", "noSuchObject", "noSuchInstance",
                "endOfMibView",
            ])
    }
}
