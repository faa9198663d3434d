import Basics
import TestPeers
import Testing

@testable import Captures

@Suite struct PcapngReaderTests {
    private static let packet = Wire.ipv4(Wire.udp([1, 2, 3]))
    private static let v6 = Wire.ipv6(Wire.udp([4, 5]))

    struct Capture: Sendable, CustomTestStringConvertible {
        var name: String
        var count: Int
        var bytes: [UInt8]

        var testDescription: String { name }

        init(_ name: String, _ count: Int, _ blocks: [UInt8]...) {
            self.name = name
            self.count = count
            self.bytes = blocks.flatMap { $0 }
        }
    }

    static let captures = captures(.little) + captures(.big)

    private static func captures(_ order: ByteOrder) -> [Capture] {
        let section = Wire.section(order)
        let comment = Wire.option(1, [65, 66, 67], order) + [0, 0, 0, 0]
        return [
            Capture("enhanced packet", 1, section, Wire.interface(.raw, order), Wire.enhanced(packet, order)),
            Capture("obsolete packet", 1, section, Wire.interface(.raw, order), Wire.obsolete(packet, order)),
            Capture(
                "several interfaces", 3, section, Wire.interface(.ethernet, name: "eth0", order),
                Wire.interface(.raw, name: "tun0", order), Wire.interface(.linuxCooked, order),
                Wire.enhanced(packet, interface: 1, order), Wire.enhanced(Wire.ethernet(v6), interface: 0, order),
                Wire.enhanced(Wire.linuxCooked(packet), interface: 2, order)),
            Capture(
                "nanoseconds", 1, section, Wire.interface(resolution: 9, order),
                Wire.enhanced(packet, ticks: 1_700_000_000_123_456_789, order)),
            Capture(
                "milliseconds", 1, section, Wire.interface(resolution: 3, order),
                Wire.enhanced(packet, ticks: 1_700_000_000_123, order)),
            Capture(
                "seconds", 1, section, Wire.interface(resolution: 0, order),
                Wire.enhanced(packet, ticks: 1_700_000_000, order)),
            Capture(
                "powers of two", 1, section, Wire.interface(resolution: 0x80 | 10, order),
                Wire.enhanced(packet, ticks: 1_700_000_000 << 10 | 256, order)),
            Capture(
                "time offset", 1, section, Wire.interface(offset: 1_000_000_000, order),
                Wire.enhanced(packet, ticks: 700_000_000_500_000, order)),
            Capture(
                "unknown blocks", 1, section, Wire.block(0x0bad, [1, 2, 3, 4, 5, 6, 7, 8], order),
                Wire.interface(.raw, order), Wire.block(5, [UInt8](repeating: 0, count: 12), order),
                Wire.enhanced(packet, order), Wire.block(4, [0, 0, 0, 0], order)),
            Capture(
                "options on a packet", 1, section, Wire.interface(.raw, order),
                Wire.enhanced(packet, options: comment, order)),
            Capture(
                "sections in both byte orders", 3, section, Wire.interface(.ethernet, name: "a", order),
                Wire.enhanced(Wire.ethernet(packet), order), Wire.section(.little), Wire.interface(.raw, name: "b"),
                Wire.enhanced(v6), Wire.section(.big), Wire.interface(.raw, name: "c", .big),
                Wire.enhanced(packet, .big)),
        ]
    }

    @Test(arguments: captures) func blocksAreReadAsTsharkReadsThem(capture: Capture) throws {
        let (found, error, _) = datagrams(capture.bytes)
        #expect(error == nil)
        #expect(found.count == capture.count)
        #expect(lines(found) == (try tsharkLines(capture.bytes)))
    }

    @Test func interfaceNamesAreThoseOfTshark() throws {
        let capture = Wire.file(
            Wire.section(), Wire.interface(name: "eth0"), Wire.interface(name: "späte"),
            Wire.enhanced(Self.packet, interface: 1), Wire.enhanced(Self.packet, interface: 0))
        let found = datagrams(capture).datagrams
        #expect(found.map(\.interfaceName) == ["späte", "eth0"])
        #expect(lines(found, withInterface: true) == (try tsharkLines(capture, withInterface: true)))
    }

    @Test func mergecapMakesInterfacesOfItsFiles() throws {
        let first = try TemporaryFile(Wire.pcap([Wire.ethernet(Self.packet)], .ethernet))
        let second = try TemporaryFile(Wire.pcap([Self.v6, Self.packet], .raw))
        let target = try TemporaryFile()
        let output = try Command.run("mergecap", ["-F", "pcapng", "-w", target.path, first.path, second.path])
        #expect(output.status == 0, "\(output.standardError)")
        let (found, error, _) = datagrams(try target.bytes())
        #expect(error == nil)
        #expect(found.count == 3)
        #expect(lines(found) == (try tsharkLines(path: target)))
    }

    /// A simple packet has neither a time nor a length of its own; here it takes the time of the one before.
    @Test(arguments: [ByteOrder.little, .big]) func simplePacketsAreRead(order: ByteOrder) {
        let long = Array((Self.packet + [UInt8](repeating: 0, count: 40)).prefix(40))
        let capture = Wire.file(
            Wire.section(order), Wire.interface(snapLength: 40, order), Wire.enhanced(Self.packet, order),
            Wire.simple(Self.packet, order), Wire.simple(long, original: 1_000, order))
        let (found, error) = packets(capture)
        #expect(error == nil)
        #expect(found.map(\.bytes.count) == [31, 31, 40])
        #expect(found.map(\.originalLength) == [31, 31, 1_000])
        #expect(Set(found.map(\.time)).count == 1)
    }

    static let damaged: [Capture] = {
        let section = Wire.section()
        let interface = Wire.interface()
        let good = Wire.enhanced(packet)
        let zeros = [UInt8](repeating: 0, count: 20)
        let longPacket = [UInt8](repeating: 0, count: 12) + [200, 0, 0, 0, 200, 0, 0, 0]
        return [
            Capture("no interface", 0, section, good),
            Capture("a simple packet without interface", 0, section, Wire.simple(packet)),
            Capture("another interface", 0, section, interface, Wire.enhanced(packet, interface: 1)),
            Capture("an interface of another section", 1, section, interface, good, section, good),
            Capture("a section header without mark", 0, Wire.block(0x0a0d_0d0a, Array(zeros.prefix(16)))),
            Capture("a block of 8 octets", 0, section, [6, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0]),
            Capture("a block of 13 octets", 0, section, [6, 0, 0, 0, 13, 0, 0, 0], zeros),
            Capture("a block without end", 0, section, [9, 0, 0, 0, 0, 0, 0, 0x10], zeros),
            Capture("two lengths", 0, section, interface, good.dropLast(4) + [9, 0, 0, 0]),
            Capture("a short interface", 0, section, Wire.block(1, [101, 0, 0, 0])),
            Capture("a short packet block", 0, section, interface, Wire.block(6, [0, 0, 0, 0])),
            Capture("an empty simple packet block", 0, section, interface, Wire.block(3, [])),
            Capture("a packet longer than its block", 0, section, interface, Wire.block(6, longPacket)),
        ]
    }()

    @Test(arguments: damaged) func contradictionsAreDamage(capture: Capture) {
        let (found, error) = packets(capture.bytes)
        #expect(found.count == capture.count)
        #expect(error?.reason == .damaged, "\(String(describing: error))")
    }

    @Test func anotherVersionIsRefused() {
        var capture = Wire.section()
        capture[12] = 2
        #expect(packets(capture).error?.reason == .unsupported)
    }

    /// Clocks of every resolution, and counters as large as they can be: the time stays within what it can say.
    @Test func everyResolutionGivesATime() {
        for resolution in UInt8.min...UInt8.max {
            for ticks in [0, 1, 1_700_000_000, UInt64.max] {
                for offset in [nil, Int64.min, Int64.max] {
                    let capture = Wire.file(
                        Wire.section(), Wire.interface(resolution: resolution, offset: offset),
                        Wire.enhanced(Self.packet, ticks: ticks))
                    #expect(packets(capture).packets.count == 1)
                }
            }
        }
        let latest = Wire.file(
            Wire.section(), Wire.interface(resolution: 0, offset: .max), Wire.enhanced(Self.packet, ticks: .max))
        #expect(packets(latest).packets.first?.time.nanoseconds == .max)
        let earliest = Wire.file(
            Wire.section(), Wire.interface(offset: .min), Wire.enhanced(Self.packet, ticks: 0))
        #expect(packets(earliest).packets.first?.time.nanoseconds == .min)
        let fine = Wire.file(
            Wire.section(), Wire.interface(resolution: 12), Wire.enhanced(Self.packet, ticks: 1_999))
        #expect(packets(fine).packets.first?.time.nanoseconds == 1)
    }

    @Test func everyPrefixGivesWhatIsWholeAndAnError() {
        let pieces = [
            Wire.section(), Wire.interface(name: "x"), Wire.enhanced(Self.packet), Wire.block(99, [1, 2, 3, 4]),
            Wire.enhanced(Self.v6),
        ]
        let capture = pieces.flatMap { $0 }
        var borders: [Int] = []
        for piece in pieces { borders.append((borders.last ?? 0) + piece.count) }
        for length in capture.indices {
            let (found, error) = packets(Array(capture[..<length]))
            #expect(found.count == (length >= borders[2] ? 1 : 0))
            if borders.contains(length) {
                #expect(error == nil)
            } else {
                #expect(error?.reason == (length < 4 ? .notACapture : .truncated), "\(length)")
            }
        }
    }

    @Test func everyChangedOctetIsReadOrAnError() {
        for capture in Self.captures {
            for place in capture.bytes.indices {
                for change: UInt8 in [0x01, 0x80, 0xff] {
                    var changed = capture.bytes
                    changed[place] ^= change
                    let (found, error, _) = datagrams(changed)
                    #expect(found.count <= capture.count + 1)
                    #expect(error == nil || error?.path == "capture")
                }
            }
        }
    }
}
