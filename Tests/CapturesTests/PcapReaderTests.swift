import Basics
import TestPeers
import Testing

@testable import Captures

@Suite struct PcapReaderTests {
    private let packet = Wire.ethernet(Wire.ipv4(Wire.udp([1, 2, 3])))

    @Test(arguments: [ByteOrder.little, .big], [0xa1b2_c3d4, 0xa1b2_3c4d, 0xa1b2_cd34] as [UInt32])
    func everyVariantIsReadAsTsharkReadsIt(order: ByteOrder, magic: UInt32) throws {
        let capture = Wire.pcap([packet, packet, packet], .ethernet, order: order, magic: magic)
        let (found, error, _) = datagrams(capture)
        #expect(error == nil)
        #expect(found.count == 3)
        #expect(lines(found) == (try tsharkLines(capture)))
    }

    /// The same packets through editcap into every format that it writes and we read.
    @Test(arguments: ["pcap", "nsecpcap", "modpcap", "pcapng"]) func whatEditcapWritesIsRead(format: String) throws {
        let original = Wire.pcap([packet, packet], .ethernet, magic: 0xa1b2_3c4d, ticks: 123_456_789)
        let source = try TemporaryFile(original)
        let target = try TemporaryFile()
        let output = try Command.run("editcap", ["-F", format, source.path, target.path])
        #expect(output.status == 0, "\(output.standardError)")
        let (found, error, _) = datagrams(try target.bytes())
        #expect(error == nil)
        #expect(found.count == 2)
        #expect(lines(found) == (try tsharkLines(path: target)))
    }

    @Test func text2pcapIsRead() throws {
        let source = try TemporaryFile(Array("0000 01 02 03 04\n0000 ff\n".utf8))
        for options in [["-4", "10.1.2.3,10.3.2.1"], ["-6", "2001:db8::5,2001:db8::6"]] {
            let target = try TemporaryFile()
            let output = try Command.run("text2pcap", ["-u", "1000,162"] + options + [source.path, target.path])
            #expect(output.status == 0, "\(output.standardError)")
            let (found, error, _) = datagrams(try target.bytes())
            #expect(error == nil)
            #expect(found.map(\.payload) == [[1, 2, 3, 4], [0xff]])
            #expect(lines(found) == (try tsharkLines(path: target)))
        }
    }

    @Test func whatEditcapCutsIsTold() throws {
        let source = try TemporaryFile(Wire.pcap([Wire.ethernet(Wire.ipv4(Wire.udp([UInt8](0..<200))))], .ethernet))
        let target = try TemporaryFile()
        #expect(try Command.run("editcap", ["-F", "pcap", "-s", "100", source.path, target.path]).status == 0)
        let datagram = datagrams(try target.bytes()).datagrams.first
        #expect(datagram?.payload == [UInt8](0..<58))
        #expect(datagram?.missingOctets == 142)
    }

    @Test func anotherVersionIsRefused() {
        var capture = Wire.pcap([packet], .ethernet)
        capture[4] = 3
        #expect(datagrams(capture).error?.reason == .unsupported)
    }

    @Test func aLengthThatCannotBeIsDamage() {
        let good = Wire.pcap([packet], .ethernet)
        var capture = Wire.pcap([packet, packet], .ethernet)
        capture[good.count + 8..<good.count + 12] = [1, 0, 4, 0]  // 262,145
        let (found, error, _) = datagrams(capture)
        #expect(found.count == 1)
        #expect(error?.reason == .damaged)
        #expect(error?.offset == UInt64(good.count))
    }

    @Test func thePartOfALinkTypeThatTellsOfChecksumsIsNotPartOfIt() {
        var capture = Wire.pcap([packet], .ethernet)
        capture[23] = 0x34
        #expect(datagrams(capture).datagrams.count == 1)
    }

    @Test func anOriginalLengthBelowTheCapturedOneIsRaised() {
        let (found, _) = packets(Wire.pcap([packet], .ethernet, originalLengths: [3]))
        #expect(found.first?.originalLength == packet.count)
    }

    @Test func everyPrefixGivesWhatIsWholeAndAnError() {
        let capture = Wire.pcap([packet, [], packet], .ethernet)
        let ends = [24, 24 + 16 + packet.count, 24 + 32 + packet.count, capture.count]
        for length in capture.indices {
            let (found, error) = packets(Array(capture[..<length]))
            #expect(found.count == ends.dropFirst().count { $0 <= length })
            if ends.contains(length) {
                #expect(error == nil)
            } else {
                #expect(error?.reason == (length < 4 ? .notACapture : .truncated), "\(length)")
            }
        }
    }

    @Test func everyChangedOctetIsReadOrAnError() {
        let capture = Wire.pcap([packet, packet], .ethernet)
        for place in capture.indices {
            for bit in 0..<8 {
                var changed = capture
                changed[place] ^= 1 << bit
                let (found, error, _) = datagrams(changed)
                #expect(found.count <= 2)
                #expect(error == nil || error?.path == "capture")
            }
        }
    }
}
