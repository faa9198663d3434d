import Testing

@testable import Journal

@Suite struct SegmentHeadTests {
    @Test(arguments: [
        SegmentHead(interfaces: [], predecessor: nil),
        SegmentHead(interfaces: ["traps", "keep-alives", "trapline"], predecessor: nil),
        SegmentHead(interfaces: ["ü"], predecessor: .init(number: 7, end: 0x0102_0304_0506_0708)),
        SegmentHead(
            interfaces: (0..<SegmentHead.mostInterfaces).map { "interface \($0)" },
            predecessor: .init(number: .max, end: .max)),
    ]) func headsRoundTrip(head: SegmentHead) throws {
        let octets = head.encoded()
        let read = try #require(SegmentHead.decode(octets + [6, 0, 0, 0]))
        #expect(read.head == head)
        #expect(read.length == octets.count)
        #expect(octets.count % 4 == 0)
    }

    @Test func theLargestHeadFitsWhatReadersTake() throws {
        let name = String(repeating: "x", count: 254)
        let head = SegmentHead(
            interfaces: (0..<SegmentHead.mostInterfaces).map { _ in name }, predecessor: .init(number: 1, end: 1))
        #expect(head.encoded().count <= SegmentHead.longest)
    }

    @Test func everyPrefixAndEveryChangedOctetDecodesOrNot() {
        let head = SegmentHead(interfaces: ["traps", "other"], predecessor: .init(number: 1, end: 99))
        let octets = head.encoded()
        for length in octets.indices {
            let read = SegmentHead.decode(Array(octets[..<length]))
            #expect(read.map { $0.length <= length } ?? true)
        }
        for place in octets.indices {
            for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
                var changed = octets
                changed[place] = value
                let read = SegmentHead.decode(changed)
                #expect(read.map { $0.length <= octets.count } ?? true)
            }
        }
    }
}
