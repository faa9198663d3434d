import Basics
import Foundation
import Testing

@testable import Journal

@Suite struct JournalBlockTests {
    private let position = JournalPosition(segment: 3, offset: 1_024)

    private func block(_ entry: JournalEntry) -> [UInt8] {
        var bytes: [UInt8] = []
        let length = JournalBlock.append(entry, interface: 1, to: &bytes)
        JournalBlock.seal(&bytes, at: 0, length: length, position: position)
        return bytes
    }

    /// The documented input of the checksum, put together once more by hand and fed to another CRC-32.
    @Test func theChecksumIsTheDocumentedOne() throws {
        let bytes = block(entry(0, payload: [1, 2, 3, 4, 5]))
        let trailer = bytes.count - 20
        var input: [UInt8] = [3, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0]
        input += bytes[..<trailer]
        let checksum = bitwiseCRC32(input)
        #expect(Array(bytes[trailer..<trailer + 5]) == [3, 0, 5, 0, 2])
        #expect(
            Array(bytes[trailer + 5..<trailer + 9])
                == [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) })
    }

    @Test func theLayoutIsAnEnhancedPacketBlock() {
        let bytes = block(entry(0, payload: [1, 2, 3, 4, 5]))
        #expect(bytes.count % 4 == 0)
        #expect(Array(bytes[0..<4]) == [6, 0, 0, 0])
        #expect(Array(bytes[4..<8]) == Array(bytes.suffix(4)))
        #expect(Array(bytes[8..<12]) == [1, 0, 0, 0])
        // 20 + 8 + 5 octets of packet, three of padding.
        #expect(Array(bytes[20..<28]) == [33, 0, 0, 0, 33, 0, 0, 0])
        #expect(bytes.count == 28 + 36 + 20)
    }

    @Test func aBlockIsGoodOnlyInItsPlace() {
        let bytes = block(entry(2))
        #expect(check(bytes, position) == bytes.count)
        #expect(check(bytes, JournalPosition(segment: 4, offset: 1_024)) == nil)
        #expect(check(bytes, JournalPosition(segment: 3, offset: 1_028)) == nil)
    }

    @Test func noPrefixIsABlock() {
        let bytes = block(entry(2))
        for length in 0..<bytes.count {
            let prefix = Array(bytes[..<length])
            #expect(check(prefix, position) == nil)
        }
    }

    @Test func theLongestBlockIsNotTooLong() {
        let bytes = block(entry(2, payload: [UInt8](repeating: 9, count: 65_527)))
        #expect(bytes.count <= JournalBlock.longest)
        #expect(check(bytes, position) == bytes.count)
    }

    @Test func anInterfaceWithoutNameIsNumbered() {
        let bytes = block(entry(0))
        let read = JournalBlock.entry(bytes.span.bytes, interfaces: ["only one"])
        #expect(read?.interface == "interface 1")
    }

    private func check(_ bytes: [UInt8], _ position: JournalPosition) -> Int? {
        JournalBlock.check(bytes.span.bytes, position: position)
    }

    /// The checksum bit by bit, as the polynomial defines it.
    private func bitwiseCRC32(_ bytes: [UInt8]) -> UInt32 {
        var remainder: UInt32 = 0xffff_ffff
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xedb8_8320 : remainder >> 1 }
        }
        return ~remainder
    }
}
