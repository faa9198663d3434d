import SNMPWire
import Testing

@Suite struct OIDTests {
    @Test(arguments: [
        ("1.3.6.1", "2b0601"), ("0.0", "00"), ("0.39", "27"), ("1.0", "28"), ("1.39", "4f"), ("2.0", "50"),
        ("2.39", "77"), ("2.47", "7f"), ("2.48", "8100"), ("2.999.3", "883703"), ("1.3.127.128", "2b7f8100"),
        ("1.3.16383.16384", "2bff7f818000"), ("1.3.2097151.2097152", "2bffff7f81808000"),
        ("1.3.268435455.268435456", "2bffffff7f8180808000"), ("1.3.4294967295", "2b8fffffff7f"),
        ("2.4294967215", "8fffffff7f"),
    ])
    func textAndOctets(_ dotted: String, _ octets: String) throws {
        let oid = try #require(OID(dotted))
        #expect(hex(oid.encoded) == octets)
        #expect(oid.description == dotted)
        #expect(OID("." + dotted) == oid)
        #expect(OID(arcs: oid.arcs) == oid)
        #expect(try OID(encoded: oid.encoded) == oid)
        #expect(oid.arcs.map(String.init).joined(separator: ".") == dotted)
        #expect(oid.arcCount == oid.arcs.count)
        #expect(oid.compacted() == oid)
    }

    @Test(arguments: [
        "", ".", "1", ".1", "1.", "1..3", "1.3.", "..1.3", "3.1", "0.40", "1.40", "1.3.4294967296", "2.4294967216",
        "1.3.-1", "1.3.+1", "1.3. 1", "1.3.a", "iso.3", "1.3.6.1\n", "1.3.٣", "99999999999999999999.1",
    ])
    func noOID(_ text: String) {
        #expect(OID(text) == nil)
    }

    @Test func hasAtMost128Arcs() {
        let longest = [UInt32](repeating: 1, count: 128)
        #expect(OID(arcs: longest)?.arcCount == 128)
        #expect(OID(arcs: longest + [1]) == nil)
        #expect(OID(longest.map(String.init).joined(separator: "."))?.arcs == longest)
        #expect(OID((longest + [1]).map(String.init).joined(separator: ".")) == nil)
        // What cannot be said is cut off rather than trapped on.
        #expect(OID(arcs: longest)?.appending(5).arcs == longest)
        #expect(OID(arcs: longest.dropLast(2))?.appending(5, 6, 7).arcs.suffix(3) == [1, 5, 6])
    }

    @Test(
        arguments: [
            // Empty, unfinished, a padded arc, an arc past 2^32-1, one too many arcs.
            [], [0x2b, 0x86], [0x2b, 0x80, 0x01], [0x80], [0x2b, 0x90, 0x80, 0x80, 0x80, 0x00],
            [0x2b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
            [0x2b] + [UInt8](repeating: 1, count: 127),
        ] as [[UInt8]])
    func badOctets(_ octets: [UInt8]) {
        #expect(throws: WireError.self) { try OID(encoded: octets[...]) }
    }

    @Test func namesTheErrorAndItsPlace() {
        #expect(throws: WireError(.badOID, at: 1)) { try OID(encoded: [0x2b, 0x80, 0x01]) }
        #expect("\(WireError(.badOID, at: 1))" == "bad-oid at octet 1")
    }

    @Test func prefixes() throws {
        let table = try #require(OID("1.3.6.1.2.1.2.2"))
        let cell = table.appending(1, 8, 4_294_967_295)
        #expect(cell.hasPrefix(table))
        #expect(table.hasPrefix(table))
        #expect(!table.hasPrefix(cell))
        #expect(cell.arcs(after: table) == [1, 8, 4_294_967_295])
        #expect(table.arcs(after: table) == [])
        #expect(table.arcs(after: cell) == nil)
        // 128 begins with the octets of no smaller arc.
        let long = try #require(OID("1.3.6.1.128"))
        #expect(!long.hasPrefix(try #require(OID("1.3.6.1.1"))))
        #expect(cell.dropping(last: 3) == table)
        #expect(cell.dropping(last: 0) == cell)
        #expect(table.dropping(last: 6)?.description == "1.3")
        #expect(table.dropping(last: 7) == nil)
        #expect(table.dropping(last: -1) == nil)
    }

    /// Octets alone would order 16,384 (81 80 00) before 16,383 (ff 7f).
    @Test func ordersByArcs() throws {
        let texts = [
            "0.0", "0.39", "1.0", "1.3", "1.3.0", "1.3.6.1", "1.3.6.1.0", "1.3.6.1.127", "1.3.6.1.128", "1.3.6.1.128.0",
            "1.3.6.1.16383", "1.3.6.1.16384", "1.3.6.1.4294967295", "1.3.6.2", "1.39", "2.0", "2.999",
        ]
        let oids = try texts.map { try #require(OID($0)) }
        for (index, oid) in oids.enumerated() {
            for (other, otherOID) in oids.enumerated() {
                #expect((oid < otherOID) == (index < other), "\(oid) \(otherOID)")
            }
        }
        #expect(oids.shuffled().sorted() == oids)
    }

    @Test func hashesByContents() throws {
        let octets: [UInt8] = [9, 9, 0x2b, 6, 1, 9]
        let shared = try OID(encoded: octets[2..<5])
        let own = try #require(OID("1.3.6.1"))
        #expect(shared == own)
        #expect(Set([shared, own]).count == 1)
        #expect(shared.compacted().encoded.startIndex == 0)
    }

    @Test func wellKnown() {
        let known: [(OID, String)] = [
            (.zeroDotZero, "0.0"), (.internet, "1.3.6.1"), (.mib2, "1.3.6.1.2.1"), (.enterprises, "1.3.6.1.4.1"),
            (.sysUpTimeInstance, "1.3.6.1.2.1.1.3.0"), (.snmpTrapOIDInstance, "1.3.6.1.6.3.1.1.4.1.0"),
            (.snmpTrapEnterpriseInstance, "1.3.6.1.6.3.1.1.4.3.0"), (.snmpTraps, "1.3.6.1.6.3.1.1.5"),
            (.snmpTrapAddressInstance, "1.3.6.1.6.3.18.1.3.0"), (.snmpTrapCommunityInstance, "1.3.6.1.6.3.18.1.4.0"),
        ]
        for (oid, text) in known {
            #expect(oid.description == text)
        }
    }
}
