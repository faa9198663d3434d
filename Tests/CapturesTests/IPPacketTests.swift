import Basics
import TestPeers
import Testing

@testable import Captures

@Suite struct IPPacketTests {
    private static let v4 = (
        Endpoint(IPAddress(v4: 0xc000_0201), port: 50_000), Endpoint(IPAddress(v4: 0x0a00_0001), port: 162)
    )
    private static let v6 = (
        Endpoint(IPAddress(v6: UInt128(0x2001_0db8) << 96 | 1), port: 50_001),
        Endpoint(IPAddress(v6: UInt128(0xfe80) << 112 | 2), port: 1_161)
    )

    @Test func whatIsBuiltIsReadBack() {
        for (sender, receiver) in [Self.v4, Self.v6, (Self.v4.0, Self.v6.1), (Self.v6.0, Self.v4.1)] {
            for count in [0, 1, 2, 3, 7, 8, 9, 463, 65_507] {
                let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let packet = IPPacket.udp(from: sender, to: receiver, payload: payload)
                let found = datagrams(Wire.pcap([packet])).datagrams.first
                #expect(found?.sender == sender)
                #expect(found?.receiver == receiver)
                #expect(found?.payload == payload)
                #expect(found?.missingOctets == 0)
            }
        }
    }

    /// Every length modulo 8, so that each way of the sum's end is taken, and a payload whose checksum is 0.
    @Test func tsharkFindsTheChecksumsGood() throws {
        var packets: [[UInt8]] = []
        for count in Array(0..<40) + [463, 1_500, 65_507] {
            let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 97 &+ count) }
            packets.append(IPPacket.udp(from: Self.v4.0, to: Self.v4.1, payload: payload))
            packets.append(IPPacket.udp(from: Self.v6.0, to: Self.v6.1, payload: payload))
            packets.append(IPPacket.udp(from: Self.v4.0, to: Self.v6.1, payload: payload))
        }
        packets.append(Self.packetWithChecksumZero())
        let file = try TemporaryFile(Wire.pcap(packets))
        let output = try Command.run(
            "tshark",
            [
                "-r", file.path, "-n", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields",
                "-e", "ip.checksum.status", "-e", "udp.checksum.status", "-e", "udp.checksum",
            ])
        #expect(output.status == 0, "\(output.standardError)")
        let rows = output.text.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
        #expect(rows.count == packets.count)
        // 1 is "good"; IPv6 has no checksum of its own.
        #expect(rows.allSatisfy { ($0[0] == "1" || $0[0].isEmpty) && $0[1] == "1" })
        #expect(rows.last?.last == "0xffff")
    }

    /// A payload made so that the sum over the datagram would come out as 0, which UDP writes as all ones.
    private static func packetWithChecksumZero() -> [UInt8] {
        let packet = IPPacket.udp(from: v4.0, to: v4.1, payload: [0, 0])
        return IPPacket.udp(from: v4.0, to: v4.1, payload: Array(packet[26..<28]))
    }

    @Test func payloadsBeyondTheLengthFieldsAreCut() {
        let payload = [UInt8](repeating: 1, count: 70_000)
        let v4 = IPPacket.udp(from: Self.v4.0, to: Self.v4.1, payload: payload)
        let v6 = IPPacket.udp(from: Self.v6.0, to: Self.v6.1, payload: payload)
        #expect(v4.count == 65_535)
        #expect(v6.count == 65_535 + 40)
        #expect(IPPacket.largestPayload(from: Self.v4.0.address, to: Self.v4.1.address) == 65_507)
        #expect(IPPacket.largestPayload(from: Self.v6.0.address, to: Self.v6.1.address) == 65_527)
        #expect(datagrams(Wire.pcap([v4, v6])).datagrams.map(\.payload.count) == [65_507, 65_527])
    }

    /// RFC 1071 §3's own example.
    @Test func theInternetChecksumIsThatOfItsRFC() {
        let bytes: [UInt8] = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]
        let folded = InternetChecksum.folded(InternetChecksum.sum(bytes.span.bytes, 0..<8))
        #expect(UInt16(bigEndian: folded) == 0xddf2)
    }
}
