import Testing

@testable import Captures

@Suite struct LinkLayerTests {
    private static let v4 = Wire.ipv4(Wire.udp([1, 2, 3]))
    private static let v6 = Wire.ipv6(Wire.udp([4, 5, 6]))

    /// Both IP versions behind each link layer.
    static let frames: [(name: String, linkType: LinkType, frames: [[UInt8]])] = [
        ("raw", .raw, [v4, v6]),
        ("raw, 12", .rawBSD, [v4, v6]),
        ("raw, 14", .rawOpenBSD, [v4, v6]),
        ("IPv4", .ipv4, [v4]),
        ("IPv6", .ipv6, [v6]),
        ("Ethernet", .ethernet, [Wire.ethernet(v4), Wire.ethernet(v6)]),
        ("Ethernet, padded", .ethernet, [Wire.ethernet(v4) + [0, 0, 0, 0, 0], Wire.ethernet(v6) + [9, 9]]),
        ("802.1Q", .ethernet, [Wire.ethernet(v4, tags: [0x8100]), Wire.ethernet(v6, tags: [0x8100])]),
        (
            "802.1ad", .ethernet,
            [Wire.ethernet(v4, tags: [0x88a8, 0x8100]), Wire.ethernet(v6, tags: [0x88a8, 0x8100])]
        ),
        ("stacked tags", .ethernet, [Wire.ethernet(v4, tags: [0x9100, 0x8100, 0x8100])]),
        ("SNAP", .ethernet, [Wire.snap(v4), Wire.snap(v6)]),
        ("Linux cooked", .linuxCooked, [Wire.linuxCooked(v4), Wire.linuxCooked(v6)]),
        ("Linux cooked 2", .linuxCooked2, [Wire.linuxCooked2(v4), Wire.linuxCooked2(v6)]),
        ("BSD loopback, little", .null, [Wire.loopback(v4, .little), Wire.loopback(v6, .little)]),
        ("BSD loopback, big", .null, [Wire.loopback(v4, .big), Wire.loopback(v6, .big)]),
        (
            "BSD loopback, each system's IPv6", .null,
            [24, 28, 30].map { Wire.loopback(v6, .little, family: $0) }
        ),
        ("OpenBSD loopback", .loop, [Wire.loopback(v4, .big), Wire.loopback(v6, .big, family: 24)]),
    ]

    @Test(arguments: frames) func everyLinkLayerIsReadAsTsharkReadsIt(
        name: String, linkType: LinkType, frames: [[UInt8]]
    ) throws {
        let capture = Wire.pcap(frames, linkType)
        let (found, error, skipped) = datagrams(capture)
        #expect(error == nil)
        #expect(found.count == frames.count)
        #expect(skipped == DatagramReader.Skipped())
        #expect(lines(found) == (try tsharkLines(capture)))
    }

    /// tcpdump takes its own system's number too, which is Linux's 10; tshark does not.
    @Test func linuxsNumberForIPv6IsTakenInALoopbackCapture() {
        let capture = Wire.pcap([Wire.loopback(Self.v6, .little, family: 10)], .null)
        #expect(datagrams(capture).datagrams.map(\.payload) == [[4, 5, 6]])
    }

    @Test func otherPacketsAreCountedAndPassedOver() {
        let arp: [UInt8] = [UInt8](repeating: 2, count: 12) + [8, 6] + [UInt8](repeating: 0, count: 28)
        let spanningTree: [UInt8] =
            [UInt8](repeating: 2, count: 12) + [0, 38, 0x42, 0x42, 3] + [UInt8](repeating: 0, count: 35)
        let capture = Wire.pcap([arp, spanningTree, Wire.ethernet(Self.v4)], .ethernet)
        let (found, error, skipped) = datagrams(capture)
        #expect(error == nil)
        #expect(found.count == 1)
        #expect(skipped?.notUDP == 2)
    }

    @Test func anUnknownLinkTypeIsCounted() {
        let (found, error, skipped) = datagrams(Wire.pcap([Self.v4, Self.v4], LinkType(rawValue: 105)))
        #expect(found.isEmpty)
        #expect(error == nil)
        #expect(skipped?.unknownLinkType == 2)
    }

    @Test func tagsWithoutEndAreMalformed() {
        let tags = [UInt16](repeating: 0x8100, count: LinkLayer.mostTags + 1)
        #expect(datagrams(Wire.pcap([Wire.ethernet(Self.v4, tags: tags)], .ethernet)).skipped?.malformed == 1)
        let fewer = Array(tags.dropLast())
        #expect(datagrams(Wire.pcap([Wire.ethernet(Self.v4, tags: fewer)], .ethernet)).datagrams.count == 1)
    }

    @Test(arguments: frames) func everyPrefixOfAFrameIsReadOrCounted(
        name: String, linkType: LinkType, frames: [[UInt8]]
    ) {
        for frame in frames {
            for length in frame.indices {
                let (found, error, skipped) = datagrams(
                    Wire.pcap([Array(frame[..<length])], linkType, originalLengths: [frame.count]))
                #expect(error == nil)
                let counted = (skipped?.malformed ?? 0) + (skipped?.notUDP ?? 0)
                #expect(found.count + counted == 1, "\(name), \(length) octets")
            }
        }
    }
}
