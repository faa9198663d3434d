import Basics
import TestPeers
import Testing

@testable import Captures

@Suite struct FragmentTableTests {
    private static let payload = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }
    private static let whole = Wire.udp(payload)

    private static func v4(_ range: Range<Int>, identification: UInt16 = 1, sender: [UInt8] = Wire.v4.sender) -> [UInt8]
    {
        Wire.ipv4(
            Array(whole[range]), identification: identification, offset: range.lowerBound,
            more: range.upperBound < whole.count, sender: sender)
    }

    private static func v6(_ range: Range<Int>, next: UInt8 = 17, of whole: [UInt8] = whole) -> [UInt8] {
        let header = Wire.fragmentHeader(
            next: next, offset: range.lowerBound, more: range.upperBound < whole.count)
        return Wire.ipv6(header + Array(whole[range]), next: 44)
    }

    private static let end = whole.count

    static let captures: [(name: String, packets: [[UInt8]], count: Int)] = [
        ("in order", [v4(0..<400), v4(400..<800), v4(800..<end)], 1),
        ("backwards", [v4(800..<end), v4(400..<800), v4(0..<400)], 1),
        ("first one last", [v4(400..<800), v4(800..<end), v4(0..<400)], 1),
        ("a fragment twice", [v4(0..<400), v4(0..<400), v4(400..<800), v4(800..<end)], 1),
        (
            "two datagrams at once",
            [v4(0..<400), v4(0..<800, identification: 2), v4(400..<end), v4(800..<end, identification: 2)], 2
        ),
        (
            "two senders, one number",
            [
                v4(0..<400), v4(0..<800, sender: [192, 0, 2, 77]), v4(400..<end),
                v4(800..<end, sender: [192, 0, 2, 77]),
            ],
            2
        ),
        ("IPv6 in order", [v6(0..<400), v6(400..<800), v6(800..<end)], 1),
        ("IPv6 backwards", [v6(800..<end), v6(400..<800), v6(0..<400)], 1),
        ("both versions", [v6(0..<800), v4(0..<400), v6(800..<end), v4(400..<end)], 2),
        ("one missing", [v4(0..<400), v4(800..<end)], 0),
        ("the last one missing", [v4(0..<400), v4(400..<800)], 0),
        ("the first one missing", [v6(400..<800), v6(800..<end)], 0),
    ]

    @Test(arguments: captures) func fragmentsAreReassembledAsTsharkDoes(
        name: String, packets: [[UInt8]], count: Int
    ) throws {
        let capture = Wire.pcap(packets)
        let (found, error, _) = datagrams(capture)
        #expect(error == nil)
        #expect(found.map(\.payload) == [[UInt8]](repeating: Self.payload, count: count))
        #expect(lines(found) == (try tsharkLines(capture)))
    }

    @Test func extensionHeadersMayStandBehindTheFragmentHeader() throws {
        let whole = Wire.extensionHeader(next: 17) + Self.whole
        let capture = Wire.pcap([
            Self.v6(0..<400, next: 60, of: whole), Self.v6(400..<whole.count, next: 60, of: whole),
        ])
        let found = datagrams(capture).datagrams
        #expect(found.map(\.payload) == [Self.payload])
        #expect(lines(found) == (try tsharkLines(capture)))
    }

    /// The largest UDP datagram comes in 45 pieces of an Ethernet frame's size.
    @Test func theLargestDatagramIsPutTogether() throws {
        let whole = Wire.udp([UInt8](repeating: 7, count: 65_507))
        let packets = stride(from: 0, to: whole.count, by: 1_480).map { start in
            let end = min(start + 1_480, whole.count)
            return Wire.ipv4(Array(whole[start..<end]), offset: start, more: end < whole.count)
        }
        let capture = Wire.pcap(packets)
        let found = datagrams(capture).datagrams
        #expect(found.map(\.payload.count) == [65_507])
        #expect(lines(found) == (try tsharkLines(capture)))
    }

    /// 48 octets are the least that an IPv4 link carries behind a header; smaller ones are there to cost memory.
    @Test(arguments: [(48, 1), (40, 0)]) func theLargestDatagramMayComeInTheSmallestPieces(size: Int, count: Int) {
        let whole = Wire.udp([UInt8](repeating: 7, count: 65_507))
        let packets = stride(from: 0, to: whole.count, by: size).map { start in
            let end = min(start + size, whole.count)
            return Wire.ipv4(Array(whole[start..<end]), offset: start, more: end < whole.count)
        }
        let (found, _, skipped) = datagrams(Wire.pcap(packets))
        #expect(found.map(\.payload.count) == [Int](repeating: 65_507, count: count))
        #expect(skipped?.incompleteFragments == 1 - count)
    }

    @Test(
        arguments: [
            ("an overlap", [v4(0..<400), v4(392..<800), v4(800..<end)]),
            ("an overlap in front", [v4(400..<800), v4(0..<408), v4(800..<end)]),
            ("one within another", [v4(0..<800), v4(400..<480), v4(800..<end)]),
            ("two ends", [v4(800..<end), Wire.ipv4(Array(whole[400..<500]), offset: 400), v4(0..<400), v4(400..<800)]),
            (
                "beyond the end",
                [v4(800..<end), Wire.ipv4([UInt8](repeating: 0, count: 8), offset: 1_600, more: true), v4(0..<800)]
            ),
            ("another length than a multiple of 8", [Wire.ipv4(Array(whole[..<401]), more: true), v4(400..<end)]),
            ("an empty fragment", [v4(0..<400), Wire.ipv4([], offset: 400, more: true), v4(400..<end)]),
            ("past the largest packet", [Wire.ipv4([UInt8](repeating: 0, count: 64), offset: 65_528, more: false)]),
        ] as [(String, [[UInt8]])]) func contradictionsVoidTheDatagram(name: String, packets: [[UInt8]])
    {
        let (found, error, skipped) = datagrams(Wire.pcap(packets))
        #expect(found.isEmpty)
        #expect(error == nil)
        #expect(skipped?.incompleteFragments == 1)
    }

    @Test func aFragmentThatTheCaptureCutIsMissing() {
        let packets = [Self.v4(0..<400), Self.v4(400..<Self.end)]
        let capture = Wire.pcap(
            [packets[0], Array(packets[1].dropLast(10))], originalLengths: [420, packets[1].count])
        let (found, _, skipped) = datagrams(capture)
        #expect(found.isEmpty)
        #expect(skipped?.incompleteFragments == 1)
    }

    @Test func theTableIsBounded() throws {
        var table = FragmentTable()
        let count = FragmentTable.mostDatagrams + 50
        for number in 0..<count {
            let packet = Self.v4(0..<400, identification: UInt16(number))
            let header = try #require(InternetHeader(packet[...]))
            let fragment = try #require(header.fragment)
            #expect(table.add(header, fragment, time: Timestamp(seconds: 0), interfaceName: nil) == nil)
        }
        #expect(table.waiting == FragmentTable.mostDatagrams)
        #expect(table.abandoned == 50)
        // The newest are still there, the oldest are not.
        let last = try #require(InternetHeader(Self.v4(400..<Self.end, identification: UInt16(count - 1))[...]))
        let first = try #require(InternetHeader(Self.v4(400..<Self.end, identification: 0)[...]))
        #expect(table.add(last, try #require(last.fragment), time: Timestamp(seconds: 1), interfaceName: nil) != nil)
        #expect(table.add(first, try #require(first.fragment), time: Timestamp(seconds: 1), interfaceName: nil) == nil)
    }

    @Test func aDatagramWaitsOnlySoLong() throws {
        var table = FragmentTable()
        let first = try #require(InternetHeader(Self.v4(0..<400)[...]))
        let last = try #require(InternetHeader(Self.v4(400..<Self.end)[...]))
        let late = Timestamp(nanoseconds: FragmentTable.patienceNanoseconds + 1)
        #expect(table.add(first, try #require(first.fragment), time: Timestamp(seconds: 0), interfaceName: nil) == nil)
        #expect(table.add(last, try #require(last.fragment), time: late, interfaceName: nil) == nil)
        #expect(table.abandoned == 1)
        // The late one began anew.
        #expect(table.add(first, try #require(first.fragment), time: late, interfaceName: nil) != nil)
    }

    @Test func everySplitOfADatagramGivesItBack() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<200 {
            var packets: [[UInt8]] = []
            var at = 0
            while at < Self.end {
                let next = min(Self.end, at + 8 * Int.random(in: 1...40, using: &random))
                packets.append(round % 2 == 0 ? Self.v4(at..<next) : Self.v6(at..<next))
                at = next
            }
            packets.shuffle(using: &random)
            let twice = packets.filter { _ in Int.random(in: 0..<4, using: &random) == 0 && packets.count > 1 }
            // A fragment repeated after the datagram was complete begins one that never will be.
            let found = datagrams(Wire.pcap(twice + packets)).datagrams
            #expect(found.first?.payload == Self.payload, "seed \(seed), round \(round)")
        }
        print("everySplitOfADatagramGivesItBack: seed \(seed)")
    }
}
