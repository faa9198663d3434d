/// Cuts an IP packet into fragments that every link carries.
enum IPFragments {
    /// 1,280 octets, which every IPv6 link carries whole (RFC 8200 §5), and IPv4 links in practice too.
    private static let largestPacket = 1_280

    /// `packet` has a bare header: 20 octets of IPv4, or 40 of IPv6. The identification is random, as RFC 7739 asks,
    /// so that the fragments of two packets are not taken for one.
    static func split(_ packet: [UInt8], identification: UInt32 = .random(in: 1...UInt32.max)) -> [[UInt8]] {
        guard let first = packet.first else { return [] }
        return first >> 4 == 4 ? splitV4(packet, identification) : splitV6(packet, identification)
    }

    /// RFC 791 §3.1. The kernel computes the header's checksum of what is sent raw (raw(7)).
    private static func splitV4(_ packet: [UInt8], _ identification: UInt32) -> [[UInt8]] {
        pieces(packet, header: 20, room: largestPacket - 20).map { offset, isLast, piece in
            var header = Array(packet.prefix(20))
            let total = 20 + piece.count
            header.replaceSubrange(
                2..<4, with: [UInt8(truncatingIfNeeded: total >> 8), UInt8(truncatingIfNeeded: total)])
            header.replaceSubrange(
                4..<6,
                with: [
                    UInt8(truncatingIfNeeded: identification >> 8), UInt8(truncatingIfNeeded: identification),
                ])
            // "More fragments" in the third bit, the offset in units of 8 octets behind it; "don't fragment" is gone.
            let flags = (isLast ? 0 : 0x2000) | offset / 8
            header.replaceSubrange(
                6..<8, with: [UInt8(truncatingIfNeeded: flags >> 8), UInt8(truncatingIfNeeded: flags)])
            return header + piece
        }
    }

    /// RFC 8200 §4.5: a fragment header of 8 octets stands between the IPv6 header and each piece.
    private static func splitV6(_ packet: [UInt8], _ identification: UInt32) -> [[UInt8]] {
        let fragmentHeaderNumber: UInt8 = 44
        return pieces(packet, header: 40, room: largestPacket - 48).map { offset, isLast, piece in
            var header = Array(packet.prefix(40))
            let length = 8 + piece.count
            header.replaceSubrange(
                4..<6, with: [UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)])
            let next = header[6]
            header[6] = fragmentHeaderNumber
            let flags = offset | (isLast ? 0 : 1)
            header += [next, 0, UInt8(truncatingIfNeeded: flags >> 8), UInt8(truncatingIfNeeded: flags)]
            header += (0..<4).map { UInt8(truncatingIfNeeded: identification >> (24 - 8 * UInt32($0))) }
            return header + piece
        }
    }

    /// What follows the header, in pieces whose length is a multiple of 8 but for the last.
    private static func pieces(
        _ packet: [UInt8], header: Int, room: Int
    ) -> [(offset: Int, isLast: Bool, octets: ArraySlice<UInt8>)] {
        let content = packet.dropFirst(header)
        let step = room / 8 * 8
        return stride(from: 0, to: content.count, by: step).map { offset in
            let piece = content.dropFirst(offset).prefix(step)
            return (offset, offset + piece.count == content.count, piece)
        }
    }
}
