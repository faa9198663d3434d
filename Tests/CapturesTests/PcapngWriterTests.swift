import Basics
import TestPeers
import Testing

@testable import Captures

@Suite struct PcapngWriterTests {
    private func capture() -> [UInt8] {
        var writer = PcapngWriter(application: "Trapline test")
        let first = writer.addInterface(name: "traps")
        let second = writer.addInterface(name: "eth0", linkType: .ethernet, snapLength: 1_000)
        let packet = Wire.ipv4(Wire.udp([1, 2, 3]))
        writer.addPacket(packet, time: Timestamp(nanoseconds: 1_700_000_000_123_456_789), interface: first)
        writer.addPacket(
            Wire.ethernet(packet), time: Timestamp(nanoseconds: 1_700_000_001_000_000_001), interface: second,
            originalLength: 60,
            options: [.init(code: PcapngWriter.Option.comment, value: "a comment".utf8)])
        return writer.takeBytes()
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let (found, error) = packets(capture())
        #expect(error == nil)
        #expect(found.map(\.interfaceName) == ["traps", "eth0"])
        #expect(found.map(\.time.nanoseconds) == [1_700_000_000_123_456_789, 1_700_000_001_000_000_001])
        #expect(found.map(\.originalLength) == [31, 60])
        #expect(found.map(\.linkType) == [.raw, .ethernet])
    }

    @Test func tsharkReadsIt() throws {
        let bytes = capture()
        let found = datagrams(bytes).datagrams
        #expect(found.count == 2)
        #expect(lines(found, withInterface: true) == (try tsharkLines(bytes, withInterface: true)))
        let file = try TemporaryFile(bytes)
        let output = try Command.run("tshark", ["-r", file.path, "-T", "fields", "-e", "frame.comment"])
        #expect(output.status == 0, "\(output.standardError)")
        #expect(output.text.contains("a comment"))
    }

    @Test func piecesTakenOneByOneMakeOneFile() {
        var writer = PcapngWriter()
        var bytes = writer.takeBytes()
        let interface = writer.addInterface(name: nil)
        bytes += writer.takeBytes()
        writer.addPacket([0x45], time: Timestamp(seconds: 5), interface: interface)
        bytes += writer.takeBytes()
        #expect(writer.takeBytes().isEmpty)
        #expect(packets(bytes).packets.map(\.time) == [Timestamp(seconds: 5)])
        #expect(packets(bytes).error == nil)
    }

    @Test func aTimeBefore1970IsWrittenAs1970() {
        var writer = PcapngWriter()
        let interface = writer.addInterface(name: nil)
        writer.addPacket([1], time: Timestamp(seconds: -1), interface: interface)
        #expect(packets(writer.takeBytes()).packets.map(\.time) == [Timestamp(seconds: 0)])
    }

    @Test func anOptionTooLongIsCut() {
        var writer = PcapngWriter(
            options: [.init(code: PcapngWriter.Option.comment, value: [UInt8](repeating: 65, count: 70_000))])
        let interface = writer.addInterface(name: String(repeating: "n", count: 70_000))
        writer.addPacket([1], time: Timestamp(seconds: 1), interface: interface)
        let (found, error) = packets(writer.takeBytes())
        #expect(error == nil)
        #expect(found.first?.interfaceName?.count == 65_535)
    }
}
