import Basics
import TestPeers
import Testing

@testable import Captures

@Suite struct DatagramReaderTests {
    /// Datagrams of every kind mixed with packets that are none, written by our own writer: the same list as tshark's.
    @Test func randomCapturesReadAsTsharkReadsThem() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<8 {
            var writer = PcapngWriter()
            let raw = writer.addInterface(name: "raw")
            let ethernet = writer.addInterface(name: "eth0", linkType: .ethernet)
            for number in 0..<80 {
                let payload = (0..<Int.random(in: 0...1_400, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                // Ports that no dissector of tshark claims, so that it cannot find another protocol within.
                let udp = Wire.udp(payload, from: 40_001, to: 40_002)
                let packet: [UInt8]
                switch Int.random(in: 0..<6, using: &random) {
                case 0: packet = Wire.ipv4(udp, identification: UInt16(number))
                case 1: packet = Wire.ipv6(udp)
                case 2: packet = Wire.ipv6(Wire.extensionHeader(next: 17) + udp, next: 60)
                case 3: packet = Wire.ipv4(payload, transport: 253)
                case 4: packet = Wire.ipv4(Array(udp.prefix(8)), identification: UInt16(number), more: true)
                default: packet = Wire.ipv4(udp, identification: UInt16(number), options: [1, 1, 1, 0])
                }
                let time = Timestamp(nanoseconds: Int64.random(in: 1...2_000_000_000_000_000_000, using: &random))
                if Bool.random(using: &random) {
                    writer.addPacket(packet, time: time, interface: raw)
                } else {
                    let tags: [UInt16] = [[], [0x8100], [0x88a8, 0x8100]].randomElement(using: &random) ?? []
                    writer.addPacket(Wire.ethernet(packet, tags: tags), time: time, interface: ethernet)
                }
            }
            let capture = writer.takeBytes()
            let (found, error, _) = datagrams(capture)
            #expect(error == nil, "seed \(seed), round \(round)")
            let tshark = try tsharkLines(capture, withInterface: true)
            #expect(lines(found, withInterface: true) == tshark, "seed \(seed), round \(round)")
        }
        print("randomCapturesReadAsTsharkReadsThem: seed \(seed)")
    }

    @Test func everyPacketIsADatagramOrCounted() throws {
        let packets = [
            Wire.ipv4(Wire.udp([1])), Wire.ipv4([1], transport: 6), Wire.ipv4([1]), [0x45],
            Wire.ipv4(Wire.udp([1]), more: true), Wire.ipv6(Wire.udp([1])),
        ]
        let (found, error, skipped) = datagrams(Wire.pcap(packets))
        #expect(error == nil)
        #expect(found.count == 2)
        #expect(skipped?.notUDP == 1)
        #expect(skipped?.malformed == 2)
        #expect(skipped?.incompleteFragments == 1)
    }
}
