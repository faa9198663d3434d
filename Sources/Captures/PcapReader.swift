internal import Basics

/// The pcap format: a file header of 24 octets that tells byte order, resolution and link type, then packets, each after
/// a header of 16 octets (24 in the variant that a patched libpcap once wrote).
struct PcapReader {
    /// What Wireshark and libpcap take at most as one packet; a greater length is damage, not a packet.
    static let largestPacket = 262_144

    private let order: ByteOrder
    private let ticksPerSecond: UInt64
    private let recordHeaderLength: Int
    private let linkType: LinkType

    /// `nil` where `start`, the file's first 4 octets, is no pcap's.
    init?(start: ArraySlice<UInt8>, input: CaptureInput) throws(CaptureError) {
        guard let magic = start.number(UInt32.self, at: 0) else { return nil }
        switch magic {
        case 0xa1b2_c3d4: (order, ticksPerSecond, recordHeaderLength) = (.big, 1_000_000, 16)
        case 0xd4c3_b2a1: (order, ticksPerSecond, recordHeaderLength) = (.little, 1_000_000, 16)
        case 0xa1b2_3c4d: (order, ticksPerSecond, recordHeaderLength) = (.big, 1_000_000_000, 16)
        case 0x4d3c_b2a1: (order, ticksPerSecond, recordHeaderLength) = (.little, 1_000_000_000, 16)
        case 0xa1b2_cd34: (order, ticksPerSecond, recordHeaderLength) = (.big, 1_000_000, 24)
        case 0x34cd_b2a1: (order, ticksPerSecond, recordHeaderLength) = (.little, 1_000_000, 24)
        default: return nil
        }
        guard let header = try input.take(24, "the file header"),
            let major = header.number(UInt16.self, at: 4, order), let minor = header.number(UInt16.self, at: 6, order),
            let network = header.number(UInt32.self, at: 20, order)
        else { return nil }
        guard major == 2 else {
            throw CaptureError(
                .unsupported, path: input.path, offset: 4, detail: "pcap version \(major).\(minor); 2.4 is read here")
        }
        // The upper half tells the length of a frame check sequence, which the IP length cuts off anyway.
        linkType = LinkType(rawValue: UInt16(truncatingIfNeeded: network))
    }

    func next(from input: CaptureInput) throws(CaptureError) -> CapturedPacket? {
        let start = input.offset
        guard let header = try input.take(recordHeaderLength, "a packet's header"),
            let seconds = header.number(UInt32.self, at: 0, order),
            let ticks = header.number(UInt32.self, at: 4, order),
            let captured = header.number(UInt32.self, at: 8, order),
            let original = header.number(UInt32.self, at: 12, order)
        else { return nil }
        guard captured <= Self.largestPacket else {
            throw CaptureError(
                .damaged, path: input.path, offset: start, detail: "a packet of \(captured) octets cannot be")
        }
        var bytes: ArraySlice<UInt8> = []
        if captured > 0 {
            guard let taken = try input.take(Int(captured), "a packet") else {
                throw input.truncated("a packet", missing: Int(captured))
            }
            bytes = taken
        }
        let nanoseconds = UInt64(ticks) * (1_000_000_000 / ticksPerSecond)
        return CapturedPacket(
            time: Timestamp(seconds: Int64(seconds), nanoseconds: Int64(nanoseconds)), interfaceName: nil,
            linkType: linkType, bytes: bytes, originalLength: max(Int(original), bytes.count))
    }
}
