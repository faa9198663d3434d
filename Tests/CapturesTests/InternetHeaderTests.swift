import Basics
import Testing

@testable import Captures

@Suite struct InternetHeaderTests {
    private static let payload: [UInt8] = [1, 2, 3, 4, 5]

    static let packets: [(name: String, packet: [UInt8])] = [
        ("IPv4", Wire.ipv4(Wire.udp(payload))),
        ("IPv4 without payload", Wire.ipv4(Wire.udp([]))),
        ("IPv4 with options", Wire.ipv4(Wire.udp(payload), options: [148, 4, 0, 0, 1, 1, 1, 0])),
        ("IPv4, more octets than its length", Wire.ipv4(Wire.udp(payload)) + [9, 9, 9]),
        ("IPv6", Wire.ipv6(Wire.udp(payload))),
        ("hop-by-hop", Wire.ipv6(Wire.extensionHeader(next: 17) + Wire.udp(payload), next: 0)),
        (
            "hop-by-hop, destination, routing",
            Wire.ipv6(
                Wire.extensionHeader(next: 60, units: 2) + Wire.extensionHeader(next: 43)
                    + [17, 0, 0, 0, 0, 0, 0, 0] + Wire.udp(payload), next: 0)
        ),
        (
            "authentication",
            Wire.ipv6([17, 4, 0, 0] + [UInt8](repeating: 7, count: 20) + Wire.udp(payload), next: 51)
        ),
        (
            "a fragment that is the whole datagram",
            Wire.ipv6(Wire.fragmentHeader(offset: 0, more: false) + Wire.udp(payload), next: 44)
        ),
    ]

    @Test(arguments: packets) func headersAreReadAsTsharkReadsThem(name: String, packet: [UInt8]) throws {
        let capture = Wire.pcap([packet])
        let (found, error, _) = datagrams(capture)
        #expect(error == nil)
        #expect(found.count == 1)
        #expect(lines(found) == (try tsharkLines(capture)))
    }

    /// What stands behind UDP's own length is not delivered to anybody (tshark shows it as the trailer).
    @Test func octetsBehindTheDatagramAreNoPayload() {
        let capture = Wire.pcap([Wire.ipv4(Wire.udp(Self.payload, length: 10))])
        #expect(datagrams(capture).datagrams.map(\.payload) == [[1, 2]])
    }

    @Test func aLengthOfZeroMeansTheRest() {
        let v4 = Wire.ipv4(Wire.udp(Self.payload), total: 0)
        let v6 = Wire.ipv6(Wire.udp(Self.payload), length: 0)
        #expect(datagrams(Wire.pcap([v4, v6])).datagrams.map(\.payload) == [Self.payload, Self.payload])
    }

    @Test(
        arguments: [
            ("version 5", [0x50] + Wire.ipv4(Wire.udp([1])).dropFirst()),
            ("a header of 16 octets", [0x44] + Wire.ipv4(Wire.udp([1])).dropFirst()),
            ("a header longer than the packet", [0x4f] + Wire.ipv4(Wire.udp([1])).dropFirst()),
            ("a total below the header's", Wire.ipv4(Wire.udp([1]), total: 19)),
            ("UDP of 7 octets", Wire.ipv4(Wire.udp([1], length: 7))),
            ("UDP cut off by IP", Wire.ipv4([1, 2, 3])),
            ("an extension header that is cut", Wire.ipv6(Wire.extensionHeader(next: 17), next: 0, length: 6)),
            ("an extension header without end", Wire.ipv6([17, 255, 0, 0, 0, 0, 0, 0] + Wire.udp([1]), next: 60)),
            (
                "two fragment headers",
                Wire.ipv6(
                    Wire.fragmentHeader(next: 44, offset: 0, more: false)
                        + Wire.fragmentHeader(next: 44, offset: 8, more: true)
                        + Wire.fragmentHeader(offset: 0, more: true), next: 44)
            ),
            ("nothing", []),
        ] as [(String, [UInt8])]) func contradictionsAreMalformed(name: String, packet: [UInt8])
    {
        let (found, error, skipped) = datagrams(Wire.pcap([packet]))
        #expect(found.isEmpty)
        #expect(error == nil)
        let counted = (skipped?.malformed ?? 0) + (skipped?.incompleteFragments ?? 0)
        #expect(counted == 1, "\(name)")
    }

    @Test(arguments: [1, 6, 50, 58, 59] as [UInt8]) func otherProtocolsAreNotUDP(transport: UInt8) {
        let capture = Wire.pcap([
            Wire.ipv4(Wire.udp([1]), transport: transport), Wire.ipv6(Wire.udp([1]), next: transport),
        ])
        #expect(datagrams(capture).skipped?.notUDP == 2)
    }

    @Test func whatTheSnapLengthCutIsTold() {
        let packet = Wire.ipv4(Wire.udp([UInt8](0..<100)))
        let cut = Wire.pcap([Array(packet[..<68])], originalLengths: [packet.count])
        let datagram = datagrams(cut).datagrams.first
        #expect(datagram?.payload == [UInt8](0..<40))
        #expect(datagram?.missingOctets == 60)
    }

    @Test func aUDPHeaderThatClaimsMoreThanItsPacketHoldsLacksOctets() throws {
        let capture = Wire.pcap([Wire.ipv4(Wire.udp([1, 2, 3], length: 60))])
        let found = datagrams(capture).datagrams
        #expect(found.map(\.missingOctets) == [49])
        #expect(lines(found) == (try tsharkLines(capture)))
    }

    @Test func mappedAddressesReadAsIPv4() {
        var packet = Wire.ipv6(Wire.udp([1]))
        packet.replaceSubrange(8..<24, with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 9])
        #expect(datagrams(Wire.pcap([packet])).datagrams.first?.sender.description == "192.0.2.9:40000")
    }
}
