import Basics

@testable import Captures

/// Packets and capture files built octet by octet, independently of the room's own writer.
enum Wire {
    static func big(_ number: some FixedWidthInteger) -> [UInt8] {
        stride(from: number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    static func bytes(_ number: some FixedWidthInteger, _ order: ByteOrder) -> [UInt8] {
        order == .big ? big(number) : big(number).reversed()
    }

    static let v4 = (sender: [192, 0, 2, 1] as [UInt8], receiver: [198, 51, 100, 7] as [UInt8])
    static let v6 = (
        sender: [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] as [UInt8],
        receiver: [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2] as [UInt8]
    )

    // MARK: IP

    static func udp(_ payload: [UInt8], from: UInt16 = 40_000, to: UInt16 = 16_200, length: UInt16? = nil) -> [UInt8] {
        big(from) + big(to) + big(length ?? UInt16(8 + payload.count)) + [0, 0] + payload
    }

    static func ipv4(
        _ payload: [UInt8], transport: UInt8 = 17, identification: UInt16 = 1, offset: Int = 0, more: Bool = false,
        options: [UInt8] = [], total: UInt16? = nil, sender: [UInt8] = v4.sender
    ) -> [UInt8] {
        let headerLength = 20 + options.count
        var header: [UInt8] = [0x40 | UInt8(headerLength / 4), 0]
        header += big(total ?? UInt16(headerLength + payload.count)) + big(identification)
        header += big(UInt16(offset / 8) | (more ? 0x2000 : 0)) + [64, transport, 0, 0]
        return header + sender + v4.receiver + options + payload
    }

    static func ipv6(_ payload: [UInt8], next: UInt8 = 17, length: UInt16? = nil) -> [UInt8] {
        [0x60, 0, 0, 0] + big(length ?? UInt16(payload.count)) + [next, 64] + v6.sender + v6.receiver + payload
    }

    /// A hop-by-hop, routing or destination header of 8 octets (padding within) or more.
    static func extensionHeader(next: UInt8, units: UInt8 = 0) -> [UInt8] {
        let length = 8 + Int(units) * 8
        return [next, units, 1, UInt8(min(255, length - 4))] + [UInt8](repeating: 0, count: length - 4)
    }

    static func fragmentHeader(next: UInt8 = 17, offset: Int, more: Bool, identification: UInt32 = 1) -> [UInt8] {
        [next, 0] + big(UInt16(offset) | (more ? 1 : 0)) + big(identification)
    }

    // MARK: Link layers

    static func ethernet(_ packet: [UInt8], tags: [UInt16] = []) -> [UInt8] {
        var frame: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]
        for tag in tags { frame += big(tag) + [0, 42] }
        return frame + etherType(packet) + packet
    }

    static func snap(_ packet: [UInt8]) -> [UInt8] {
        let content: [UInt8] = [0xaa, 0xaa, 3, 0, 0, 0] + etherType(packet) + packet
        return [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2] + big(UInt16(content.count)) + content
    }

    static func linuxCooked(_ packet: [UInt8]) -> [UInt8] {
        [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0] + etherType(packet) + packet
    }

    static func linuxCooked2(_ packet: [UInt8]) -> [UInt8] {
        etherType(packet) + [0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0] + packet
    }

    static func loopback(_ packet: [UInt8], _ order: ByteOrder, family: UInt32? = nil) -> [UInt8] {
        bytes(family ?? (packet[0] >> 4 == 4 ? 2 : 30), order) + packet
    }

    private static func etherType(_ packet: [UInt8]) -> [UInt8] {
        packet.first.map { $0 >> 4 } == 6 ? [0x86, 0xdd] : [8, 0]
    }

    // MARK: pcap

    static func pcap(
        _ packets: [[UInt8]], _ linkType: LinkType = .raw, order: ByteOrder = .little, magic: UInt32 = 0xa1b2_c3d4,
        ticks: UInt32 = 123_456, originalLengths: [Int] = []
    ) -> [UInt8] {
        var file = bytes(magic, order) + bytes(2 as UInt16, order) + bytes(4 as UInt16, order)
        file += [UInt8](repeating: 0, count: 8) + bytes(262_144 as UInt32, order)
        file += bytes(UInt32(linkType.rawValue), order)
        for (index, packet) in packets.enumerated() {
            file += bytes(UInt32(1_700_000_000 + index / 100), order) + bytes(ticks + UInt32(index % 100), order)
            file += bytes(UInt32(packet.count), order)
            file += bytes(UInt32(index < originalLengths.count ? originalLengths[index] : packet.count), order)
            if magic == 0xa1b2_cd34 { file += [1, 0, 0, 0, 0, 0, 0, 0] }
            file += packet
        }
        return file
    }

    // MARK: pcapng

    /// Blocks one after another; a plain sum of many arrays takes the compiler too long.
    static func file(_ blocks: [UInt8]...) -> [UInt8] { blocks.flatMap { $0 } }

    static func block(_ type: UInt32, _ body: [UInt8], _ order: ByteOrder = .little) -> [UInt8] {
        let length = bytes(UInt32(12 + body.count), order)
        return bytes(type, order) + length + body + length
    }

    static func section(_ order: ByteOrder = .little) -> [UInt8] {
        block(
            0x0a0d_0d0a,
            bytes(0x1a2b_3c4d as UInt32, order) + bytes(1 as UInt16, order) + bytes(0 as UInt16, order)
                + [UInt8](repeating: 0xff, count: 8), order)
    }

    static func option(_ code: UInt16, _ value: [UInt8], _ order: ByteOrder = .little) -> [UInt8] {
        bytes(code, order) + bytes(UInt16(value.count), order) + padded(value)
    }

    static func interface(
        _ linkType: LinkType = .raw, name: String? = nil, resolution: UInt8? = nil, offset: Int64? = nil,
        snapLength: UInt32 = 0, _ order: ByteOrder = .little
    ) -> [UInt8] {
        var body = bytes(linkType.rawValue, order) + [0, 0] + bytes(snapLength, order)
        if let name { body += option(2, Array(name.utf8), order) }
        if let resolution { body += option(9, [resolution], order) }
        if let offset { body += option(14, bytes(offset, order), order) }
        return block(1, body + [0, 0, 0, 0], order)
    }

    static func enhanced(
        _ packet: [UInt8], interface: UInt32 = 0, ticks: UInt64 = 1_700_000_000_123_456, original: Int? = nil,
        options: [UInt8] = [], _ order: ByteOrder = .little
    ) -> [UInt8] {
        var body = bytes(interface, order) + bytes(UInt32(ticks >> 32), order)
        body += bytes(UInt32(truncatingIfNeeded: ticks), order) + bytes(UInt32(packet.count), order)
        body += bytes(UInt32(original ?? packet.count), order) + padded(packet) + options
        return block(6, body, order)
    }

    /// The packet block that the enhanced one replaced.
    static func obsolete(_ packet: [UInt8], interface: UInt16 = 0, _ order: ByteOrder = .little) -> [UInt8] {
        let ticks: UInt64 = 1_700_000_000_123_456
        var body = bytes(interface, order) + bytes(UInt16.max, order) + bytes(UInt32(ticks >> 32), order)
        body += bytes(UInt32(truncatingIfNeeded: ticks), order) + bytes(UInt32(packet.count), order)
        body += bytes(UInt32(packet.count), order) + padded(packet)
        return block(2, body, order)
    }

    static func simple(_ packet: [UInt8], original: Int? = nil, _ order: ByteOrder = .little) -> [UInt8] {
        block(3, bytes(UInt32(original ?? packet.count), order) + padded(packet), order)
    }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }
}
