import Basics
import SNMPWire
import TestPeers
import Testing

@testable import MIBCatalog

/// Every name equals the one that net-snmp's tools give with the same modules: `snmptranslate` for nodes, `snmptrapd`
/// for instances, since `snmptranslate` refuses an index that cannot be.
struct NameAgreementTests {
    @Test func everyNodeHasNetSNMPsName() throws {
        let oids = Bundled.catalog.nodes.map(\.oid)
        for (oid, name) in zip(oids, try agreedNames(oids, folders: [Bundled.folder])) {
            #expect(Bundled.catalog.name(of: oid) == name, "\(oid)")
        }
    }

    /// Instances with every sort of index: short and long numbers, texts, nothing where something should be.
    @Test(arguments: [
        [0], [1], [7, 1], [3, 97, 98, 99, 2, 65, 66, 5, 6], [192, 0, 2, 1, 192, 0, 2, 2, 4, 1, 2, 3, 4],
    ])
    func everyInstanceHasNetSNMPsName(index: [UInt32]) throws {
        let objects = Bundled.catalog.nodes.filter { $0.kind == .column || $0.kind == .scalar }
        #expect(objects.count > 2_000)
        try expectAgreement(objects.map { $0.oid.appending(arcs: index) })
    }

    @Test func instancesWithRandomIndexesHaveNetSNMPsNames() throws {
        let seed = UInt64.random(in: 0...(.max))
        var generator = SeededGenerator(seed: seed)
        let columns = Bundled.catalog.nodes.filter { $0.kind == .column }
        let oids = columns.map { column in
            let count = Int.random(in: 1...24, using: &generator)
            let arcs = (0..<count).map { _ in
                Bool.random(using: &generator)
                    ? UInt32.random(in: 0...9, using: &generator) : UInt32.random(in: 32...300, using: &generator)
            }
            return column.oid.appending(arcs: arcs)
        }
        try expectAgreement(oids, "seed \(seed)")
    }

    private func expectAgreement(_ oids: [OID], _ note: String = "") throws {
        let variables = oids.map { VariableBinding(name: $0, value: .null) }
        for (oid, printed) in zip(oids, try TrapPrinter().print(variables)) {
            #expect(Bundled.catalog.name(of: oid) == printed.name, "\(oid) \(note)")
        }
    }
}
