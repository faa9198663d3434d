import Basics
import Captures
import Testing

@testable import Intake

@Suite struct IPFragmentsTests {
    private func packet(_ from: String, _ to: String, _ count: Int) throws -> [UInt8] {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
        return IPPacket.udp(
            from: try #require(Endpoint(from)), to: try #require(Endpoint(to)), payload: payload)
    }

    @Test(arguments: [1_300, 2_504, 9_000, 65_507])
    func v4PiecesMakeUpTheWhole(count: Int) throws {
        let packet = try packet("10.0.0.1:1", "10.0.0.2:2", count)
        let fragments = IPFragments.split(packet, identification: 0x1234_5678)
        var whole: [UInt8] = []
        for (index, fragment) in fragments.enumerated() {
            let flags = Int(fragment[6]) << 8 | Int(fragment[7])
            #expect(fragment.count <= 1_280)
            #expect(Int(fragment[2]) << 8 | Int(fragment[3]) == fragment.count)
            #expect(fragment[4...5] == [0x56, 0x78])
            #expect((flags & 0x1fff) * 8 == whole.count)
            #expect((flags & 0x2000 != 0) == (index < fragments.count - 1))
            #expect(flags & 0x4000 == 0)
            #expect(fragment[12..<20] == packet[12..<20])
            whole += fragment.dropFirst(20)
        }
        #expect(whole == Array(packet.dropFirst(20)))
    }

    @Test(arguments: [1_300, 9_000, 65_527])
    func v6PiecesMakeUpTheWhole(count: Int) throws {
        let packet = try packet("[2001:db8::1]:1", "[2001:db8::2]:2", count)
        let fragments = IPFragments.split(packet, identification: 0x1234_5678)
        var whole: [UInt8] = []
        for (index, fragment) in fragments.enumerated() {
            let flags = Int(fragment[42]) << 8 | Int(fragment[43])
            #expect(fragment.count <= 1_280)
            #expect(Int(fragment[4]) << 8 | Int(fragment[5]) == fragment.count - 40)
            #expect(fragment[6] == 44 && fragment[40] == 17)
            #expect(flags & ~7 == whole.count)
            #expect((flags & 1 != 0) == (index < fragments.count - 1))
            #expect(fragment[44..<48] == [0x12, 0x34, 0x56, 0x78])
            #expect(fragment[8..<40] == packet[8..<40])
            whole += fragment.dropFirst(48)
        }
        #expect(whole == Array(packet.dropFirst(40)))
    }

    @Test func nothingIsNothing() {
        #expect(IPFragments.split([]).isEmpty)
    }
}
