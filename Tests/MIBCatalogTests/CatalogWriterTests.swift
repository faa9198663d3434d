import Basics
import SNMPWire
import TestPeers
import Testing

@testable import MIBCatalog

/// The writers give the octets that a plain rendering gives, for any OID and any value.
struct CatalogWriterTests {
    private let catalog = Bundled.catalog
    private let reference = ReferenceRendering(Bundled.catalog)

    @Test func namesOfRandomOIDsAreThoseOfAPlainRendering() {
        let seed = UInt64.random(in: 0...(.max))
        var random = RandomVariables(seed: seed)
        var text = OctetWriter()
        for _ in 0..<20_000 {
            let oid = random.oid(near: catalog)
            text.removeAll()
            catalog.appendName(of: oid.octets, to: &text)
            let expected = reference.name(of: oid)
            #expect(text.text() == expected, "seed \(seed): \(oid)")
            #expect(catalog.name(of: oid) == expected, "seed \(seed): \(oid)")
            let short = expected.firstRange(of: "::").map { String(expected[$0.upperBound...]) } ?? expected
            #expect(catalog.shortName(of: oid) == short, "seed \(seed): \(oid)")
        }
    }

    @Test func textsOfRandomValuesAreThoseOfAPlainRendering() {
        let seed = UInt64.random(in: 0...(.max))
        var random = RandomVariables(seed: seed)
        // One buffer for all: what was written before must not show.
        var text = OctetWriter()
        for _ in 0..<20_000 {
            let oid = random.oid(near: catalog)
            let value = random.value(near: catalog, for: oid)
            let start = text.count
            value.withView { catalog.appendText(of: $0, at: catalog.place(of: oid.octets), to: &text) }
            #expect(text.text(from: start) == reference.text(of: value, for: oid), "seed \(seed): \(oid) \(value)")
            #expect(catalog.text(of: value, for: oid) == text.text(from: start), "seed \(seed): \(oid) \(value)")
            if text.count > 10_000 { text.removeAll() }
        }
    }

    /// Those of the bundled modules, and others that stand in modules of vendors or in RFC 2579.
    @Test(arguments: [
        "255a", "255t", "1x:", "1x", "2x", "1d", "1o,", "*1x:/1x:", "*1d.", "2a:", "1a1d.", "3t/", "a", "10a",
        "1d.1d.1d.1d:2d", "2d-1d-1d,1d:1d:1d.1d,1a1d:1d", "4x-2x-2x-1x1x-6x", "0a[2x:2x]0a:2d", "8x", "9x ", "*2a-1x",
    ])
    func displayHintsOfOctetsAreFollowed(hint: String) throws {
        let seed = UInt64.random(in: 0...(.max))
        var random = RandomVariables(seed: seed)
        var tables = CatalogTables()
        let format = tables.format(.octetString, hint: hint)
        for _ in 0..<500 {
            let value = random.value(ofSyntax: "OCTET STRING", near: catalog)
            guard case .octetString(let octets) = value else { throw ToolFailure("another value: \(value)") }
            var text = OctetWriter()
            value.withView { tables.append($0, format, to: &text) { _, _ in } }
            #expect(text.text() == reference.text(Array(octets), hint), "seed \(seed): \(value)")
        }
    }

    @Test func emptyOctetsOfAnOIDStandForZeroDotZero() throws {
        let none: [UInt8] = []
        var text = OctetWriter()
        catalog.appendName(of: none.rawOctets, to: &text)
        #expect(text.text() == "SNMPv2-SMI::zeroDotZero")
        text.removeAll()
        text.append(dottedOID: none.rawOctets)
        #expect(text.text() == "0.0")
    }

    @Test func dottedOIDsAreThoseOfTheirDescription() {
        let seed = UInt64.random(in: 0...(.max))
        var random = RandomVariables(seed: seed)
        for _ in 0..<2_000 {
            let oid = random.oid(near: catalog)
            var text = OctetWriter()
            text.append(dottedOID: oid.octets)
            #expect(text.text() == oid.description, "seed \(seed)")
        }
    }
}

/// OIDs in and around a catalog, and values that its objects could have or should not.
struct RandomVariables {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func oid(near catalog: Catalog) -> OID {
        let arcs: [UInt32] = (0..<number(0...20)).map { _ in arc() }
        guard number(0...9) > 0 else {
            return OID(arcs: [number(0...2), number(0...39)].map(UInt32.init) + arcs) ?? .zeroDotZero
        }
        var oid = catalog.nodes[number(0...catalog.nodeCount - 1)].oid
        if number(0...9) == 0, let parent = oid.dropping(last: 1) { oid = parent }
        return number(0...4) == 0 ? oid : oid.appending(arcs: arcs)
    }

    private mutating func arc() -> UInt32 {
        switch number(0...9) {
        case 0...5: UInt32(number(0...20))
        case 6...7: UInt32(number(32...300))
        case 8: UInt32(number(127...129))
        default: UInt32.random(in: 0...(.max), using: &generator)
        }
    }

    mutating func value(near catalog: Catalog, for oid: OID) -> Value {
        if number(0...3) > 0, let node = catalog.node(for: oid) { return value(ofSyntax: node.syntax, near: catalog) }
        let syntaxes = [
            "INTEGER", "Gauge32", "Counter32", "Counter64", "TimeTicks", "IpAddress", "OBJECT IDENTIFIER", "Opaque",
            "OCTET STRING", "",
        ]
        return value(ofSyntax: syntaxes[number(0...syntaxes.count - 1)], near: catalog)
    }

    mutating func value(ofSyntax syntax: String, near catalog: Catalog) -> Value {
        switch syntax {
        case "INTEGER", "Integer32": .integer(Int32(truncatingIfNeeded: wide()))
        case "Gauge32", "Unsigned32", "UInteger32": .gauge32(UInt32(truncatingIfNeeded: wide()))
        case "Counter32": .counter32(UInt32(truncatingIfNeeded: wide()))
        case "Counter64": .counter64(wide())
        case "TimeTicks": .timeTicks(UInt32(truncatingIfNeeded: wide()))
        case "IpAddress", "NetworkAddress": .ipAddress(UInt32(truncatingIfNeeded: wide()))
        case "OBJECT IDENTIFIER": .objectIdentifier(oid(near: catalog))
        case "Opaque":
            [.opaque(octets()[...]), .float(Float(number(-1_000...1_000)) / 8), .double(.pi * Double(number(0...99)))][
                number(0...2)]
        case "OCTET STRING", "BITS", "NsapAddress": .octetString(octets()[...])
        default: [.null, .noSuchObject, .noSuchInstance, .endOfMibView][number(0...3)]
        }
    }

    /// Small numbers as often as large ones.
    private mutating func wide() -> UInt64 {
        let number = UInt64.random(in: 0...(.max), using: &generator)
        return number >> UInt64.random(in: 0...63, using: &generator)
    }

    private mutating func octets() -> [UInt8] {
        let count = number(0...40)
        let texts = [
            "Board#1", "Zürich", "say \"hi\"", "tab\t", "line\r\n", "\u{7f}", "\u{85}", "日本", "\u{10ffff}", " ",
        ]
        switch number(0...4) {
        case 0: return (0..<count).map { _ in UInt8(number(0...255)) }
        case 1: return (0..<count).map { _ in UInt8(number(0x20...0x7e)) }
        case 2: return (0..<number(0...4)).flatMap { _ in Array(texts[number(0...texts.count - 1)].utf8) }
        case 3: return (0..<count).map { _ in UInt8(number(0x20...0x7e)) } + [UInt8](repeating: 0, count: number(0...3))
        default: return (0..<count).map { _ in [0, 0x1f, 0x20, 0x7e, 0x7f, 0x80, 0xc3, 0xa9][number(0...7)] }
        }
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }
}
