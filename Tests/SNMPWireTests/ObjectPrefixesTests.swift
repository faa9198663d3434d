import SNMPWire
import Testing

@Suite struct ObjectPrefixesTests {
    private static let root = OID.enterprises.appending(5_003, 1)
    private static let other = OID.enterprises.appending(200_000, 7, 1)

    private static func found(_ names: [OID], below objects: [OID], arcs: [UInt64]) -> [String] {
        var found: [String] = []
        let variables = VariableBindings(
            names.enumerated().map { VariableBinding(name: $1, value: .integer(Int32($0))) })
        variables.forEach(below: ObjectPrefixes(objects), arcs: arcs.reduce(0) { $0 | 1 << $1 }) { arc, value in
            found.append("\(arc) \(value)")
        }
        return found
    }

    @Test func whatIsWantedComesInItsOrder() {
        let names = [
            Self.root.appending(16, 0), .sysUpTimeInstance, Self.root.appending(3), Self.other.appending(16, 4, 4),
            Self.root.appending(2, 0), Self.root.appending(16),
        ]
        #expect(
            Self.found(names, below: [Self.root, Self.other], arcs: [2, 16])
                == [
                    "16 \(Value.integer(0))", "16 \(Value.integer(3))", "2 \(Value.integer(4))",
                    "16 \(Value.integer(5))",
                ])
        #expect(Self.found(names, below: [Self.other], arcs: [2, 16]) == ["16 \(Value.integer(3))"])
        #expect(Self.found(names, below: [Self.root], arcs: []).isEmpty)
        #expect(Self.found([], below: [Self.root], arcs: [2]).isEmpty)
    }

    @Test func theObjectItselfAndLargerArcsAreNotWanted() {
        let names = [Self.root, OID.enterprises, Self.root.appending(64, 0), Self.root.appending(16_400, 0)]
        #expect(Self.found(names, below: [Self.root], arcs: Array(0...63)).isEmpty)
    }
}
