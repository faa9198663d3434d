import Testing

@testable import Captures

@Suite struct CRC32Tests {
    private func checksum(_ parts: [UInt8]...) -> UInt32 {
        var checksum = CRC32()
        for part in parts { checksum.update(part.span.bytes) }
        return checksum.checksum
    }

    /// The check values that the CRC catalogue and every implementation give.
    @Test func knownTextsGiveKnownChecksums() {
        #expect(checksum([]) == 0)
        #expect(checksum(Array("123456789".utf8)) == 0xcbf4_3926)
        #expect(checksum(Array("The quick brown fox jumps over the lazy dog".utf8)) == 0x414f_a339)
        #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x190a_55ad)
    }

    @Test func partsGiveTheChecksumOfTheWhole() {
        let whole = (0..<100).map { UInt8(truncatingIfNeeded: $0 &* 57) }
        for cut in whole.indices {
            #expect(checksum(Array(whole[..<cut]), Array(whole[cut...])) == checksum(whole))
        }
    }

    @Test func aChangedOctetChangesIt() {
        let whole = (0..<64).map { UInt8($0) }
        for place in whole.indices {
            var changed = whole
            changed[place] ^= 0x40
            #expect(checksum(changed) != checksum(whole))
        }
    }
}
