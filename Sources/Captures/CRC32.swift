/// The CRC-32 of Ethernet, gzip and pcapng's `epb_hash` (reflected polynomial 0xedb88320, all ones before and after),
/// eight octets a step.
package struct CRC32: Sendable {
    private var state: UInt32 = 0xffff_ffff

    package init() {}

    package var checksum: UInt32 { ~state }

    package mutating func update(_ bytes: RawSpan) {
        var state = state
        unsafe Self.tables.withUnsafeBufferPointer { tables in
            var at = 0
            while at &+ 8 <= bytes.byteCount {
                let word = unsafe UInt64(
                    littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
                let low = UInt32(truncatingIfNeeded: word) ^ state
                let high = UInt32(truncatingIfNeeded: word >> 32)
                // Each index is below 8 × 256, the tables' size.
                let first = unsafe tables[Int(1_792 &+ (low & 0xff))] ^ tables[Int(1_536 &+ (low >> 8 & 0xff))]
                let second = unsafe tables[Int(1_280 &+ (low >> 16 & 0xff))] ^ tables[Int(1_024 &+ (low >> 24))]
                let third = unsafe tables[Int(768 &+ (high & 0xff))] ^ tables[Int(512 &+ (high >> 8 & 0xff))]
                let fourth = unsafe tables[Int(256 &+ (high >> 16 & 0xff))] ^ tables[Int(high >> 24)]
                state = first ^ second ^ third ^ fourth
                at &+= 8
            }
            while at < bytes.byteCount {
                let octet = unsafe bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self)
                state = unsafe state >> 8 ^ tables[Int((state ^ UInt32(octet)) & 0xff)]
                at &+= 1
            }
        }
        self.state = state
    }

    /// Table `n` at 256 × n holds what an octet contributes with n octets of zeros behind it.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for octet in 0..<256 {
            var remainder = UInt32(octet)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xedb8_8320 : remainder >> 1 }
            tables[octet] = remainder
        }
        for index in 256..<tables.count {
            let shorter = tables[index - 256]
            tables[index] = shorter >> 8 ^ tables[Int(shorter & 0xff)]
        }
        return tables
    }()
}
