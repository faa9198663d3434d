import Basics
import SNMPWire
import TestPeers
import Testing

@testable import MIBCatalog

struct OIDTreeTests {
    @Test func emptyTreeKnowsNothing() throws {
        let oid = try #require(OID("1.3.6"))
        #expect(OIDTree([]).longestPrefix(of: oid.octets) == nil)
    }

    @Test func longestOfSeveralPrefixesIsFound() throws {
        let entries = try ["1.3.6", "1.3.6.1.2.1", "1.3.6.1.2.1.2.2.1.8", "2.999"].map { try #require(OID($0)) }
        let tree = OIDTree(entries.map(\.encoded))
        let cases = [
            ("1.3.6.1.2.1.2.2.1.8.7", 2), ("1.3.6.1.2.1.2.2.1.9", 1), ("1.3.6.1.2.1", 1), ("1.3.6.1.2", 0),
            ("1.3.6.4294967295", 0), ("2.999.1", 3), ("1.3", nil), ("2.998", nil),
        ]
        for (text, entry) in cases {
            let oid = try #require(OID(text))
            #expect(tree.longestPrefix(of: oid.octets)?.entry == entry, "\(text)")
        }
    }

    @Test func laterOfTwoEntriesAtOneOIDIsFound() throws {
        let oid = try #require(OID("1.3.6.1"))
        #expect(OIDTree([oid.encoded, oid.encoded]).longestPrefix(of: oid.octets)?.entry == 1)
    }

    @Test func agreesWithASearchThroughAllEntries() throws {
        var random = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...(.max), using: &random)
        var generator = SeededGenerator(seed: seed)
        let arcs: [UInt32] = [1, 2, 3, 127, 128, 300, 4_294_967_295]
        func randomOID() -> OID? {
            let count = Int.random(in: 0...16, using: &generator)
            let below = (0..<count).map { _ in arcs[Int.random(in: 0..<arcs.count, using: &generator)] }
            return OID(arcs: [1, 3] + below)
        }
        let entries = (0..<300).compactMap { _ in randomOID() }.sorted()
        let tree = OIDTree(entries.map(\.encoded))
        for _ in 0..<2_000 {
            let oid = try #require(randomOID())
            let expected = entries.filter { oid.hasPrefix($0) }.max { $0.arcCount < $1.arcCount }
            let match = tree.longestPrefix(of: oid.octets)
            #expect(match.map { entries[$0.entry] } == expected, "seed \(seed): \(oid)")
            if let match, let expected {
                let below = oid.encoded.dropFirst(match.end)
                #expect(Array(below) == Array(oid.encoded.dropFirst(expected.encoded.count)), "seed \(seed): \(oid)")
            }
        }
    }
}
