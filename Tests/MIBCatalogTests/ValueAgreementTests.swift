import Foundation
import SNMPWire
import TestPeers
import Testing

@testable import MIBCatalog

/// Values of every object of the bundled modules are shown as net-snmp's `snmptrapd` shows them, but for the name of
/// the type in front and what `shown(_:)` takes away.
struct ValueAgreementTests {
    @Test func everyObjectsValuesAreShownAsNetSNMPShowsThem() throws {
        let variables = Bundled.catalog.nodes.filter { $0.kind == .column || $0.kind == .scalar }.flatMap { node in
            Self.samples(of: node).map { VariableBinding(name: node.oid.appending(1), value: $0) }
        }
        #expect(variables.count > 5_000)
        let shown = try TrapPrinter().print(variables)
        for (variable, printed) in zip(variables, shown) {
            let expected = Self.shown(printed.value)
            let own = Bundled.catalog.text(of: variable.value, for: variable.name)
            #expect(own == expected, "\(Bundled.catalog.name(of: variable.name)) \(variable.value)")
        }
    }

    /// What we make of net-snmp's text on purpose: no type in front (a person knows a number from a text), no quotes
    /// around a text without a hint, and no blank after the last octet of a hexadecimal value.
    private static func shown(_ text: String) -> String {
        let types = [
            "INTEGER: ", "STRING: ", "Hex-STRING: ", "OID: ", "Timeticks: ", "IpAddress: ", "Counter32: ", "Gauge32: ",
            "Counter64: ", "BITS: ", "OPAQUE: ", "Opaque: Float: ",
        ]
        guard let type = types.first(where: text.hasPrefix) else { return text == "\"\"" ? "" : text }
        var bare = String(text.dropFirst(type.count))
        if type == "STRING: ", bare.hasPrefix("\""), let end = bare.lastIndex(of: "\"") {
            bare.remove(at: end)
            bare.removeFirst()
        }
        while bare.hasSuffix(" ") { bare.removeLast() }
        return bare.replacing("  ", with: " ")
    }

    /// Values that the object could have, and some that it should not.
    private static func samples(of node: MIBNode) -> [Value] {
        switch node.syntax {
        case "INTEGER", "Integer32":
            let named = node.enumeration.keys.sorted()
            let numbers = [0, 1, -1, 42, 2_000_000_000, -2_147_483_647] + named.prefix(3) + named.suffix(1)
            return Set(numbers).sorted().map { .integer($0) }
        case "Unsigned32", "Gauge32": return [0, 7, 123_456, 4_294_967_295].map { .gauge32($0) }
        case "Counter32": return [0, 4_294_967_295].map { .counter32($0) }
        case "Counter64": return [0, 18_446_744_073_709_551_615].map { .counter64($0) }
        case "TimeTicks": return [0, 123, 8_640_000, 17_280_099, 4_294_967_295].map { .timeTicks($0) }
        case "IpAddress": return [0, 0xc000_0201, 0xffff_ffff].map { .ipAddress($0) }
        case "OBJECT IDENTIFIER":
            return ["0.0", "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.2.2.1.1.7", "1.3.6.1.4.1.99999.1"]
                .compactMap { OID($0) }.map { .objectIdentifier($0) }
        case "BITS": return [[0xa0], [0x00], [0x50, 0x81], []].map { .octetString($0) }
        case "Opaque": return [.opaque([1, 2, 0xff]), .float(1.5), .double(-0.25)]
        case "OCTET STRING": return octets(for: node.displayHint).map { .octetString($0[...]) }
        default: return []
        }
    }

    /// Lengths that the hint uses up: net-snmp reads past the end of a value that ends within a format.
    private static func octets(for hint: String?) -> [[UInt8]] {
        switch hint {
        case nil:
            return [
                [], Array("plain text, with 1 comma".utf8), [0, 0x1b, 0xfc, 0x0a], [0xff], [0x41, 0x80], Array(1...16),
            ]
        case "1x:": return [[], [0x0a], [0, 0x1b, 0xfc, 1, 2, 3]]
        case "4x-2x-2x-1x1x-6x": return [Array(0...15), Array(240...255)]
        case let hint? where hint.hasPrefix("2d-1d"):
            return [[7, 0xea, 3, 9, 14, 5, 6, 7], [7, 0xea, 12, 31, 23, 59, 60, 9, 0x2d, 11, 0]]
        default: return [[], Array("eth0".utf8), Array("Zürich, Gleis 3".utf8), Array("say \"hi\" \\ there".utf8)]
        }
    }
}
