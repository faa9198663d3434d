import Basics
import Captures
import Foundation
import Journal
import TestPeers
import Testing

@testable import Sinks

@Suite struct DebugRecordingPacketTests {
    private func entry(
        _ payload: [UInt8], sender: String = "10.1.1.1:161", receiver: String = "10.9.9.9:162"
    ) throws -> JournalEntry {
        JournalEntry(
            time: WireSamples.time, interface: "traps", sender: try #require(Endpoint(sender)),
            receiver: try #require(Endpoint(receiver)), payload: payload)
    }

    /// The packet as tshark is shown it: from us to port 925.
    private func capture(_ packets: [DebugRecordingPacket]) throws -> Data {
        let from = try #require(Endpoint("10.0.0.1:40000"))
        let to = try #require(Endpoint("10.0.0.2:925"))
        return Tshark.capture(ofIPPackets: packets.map { IPPacket.udp(from: from, to: to, payload: $0.encode()) })
    }

    private func packet(
        _ entry: JournalEntry, sequence: UInt16 = 1, community: DebugRecordingSettings.Community = .overwrite
    ) throws -> DebugRecordingPacket {
        let payload = try #require(DebugRecordingPacket.Payload.datagram(of: entry, community: community))
        return DebugRecordingPacket(sequence: sequence, time: entry.time, payload: payload)
    }

    @Test func `the header's octets`() {
        let packet = DebugRecordingPacket(
            sequence: 0x0102, time: Timestamp(nanoseconds: 0x0012_d687 * 1_000 + 999), payload: .text("<132>x"))
        #expect(
            packet.encode()
                == [9, 0x00, 0x12, 0xd6, 0x87, 1, 2] + [UInt8](repeating: 0xff, count: 8) + [0, 6, 5, 0]
                + [UInt8](repeating: 0, count: 9) + Array("<132>x".utf8))
    }

    @Test func `the time wraps at 32 bits`() {
        let packet = DebugRecordingPacket(
            sequence: 0, time: Timestamp(nanoseconds: (0x1_0000_0000 + 5) * 1_000), payload: .text(""))
        #expect(packet.microseconds == 5)
    }

    @Test(arguments: [
        ("10.1.1.1:161", "10.9.9.9:162", "ip", "162"), ("10.1.1.1:161", "10.9.9.9:1161", "ip", "1161"),
        ("10.1.1.1:50000", "10.9.9.9:10162", "ip", "162"), ("[2001:db8::1]:161", "[2001:db8::2]:162", "ip:ipv6", "162"),
    ])
    func `tshark finds the trap inside and has nothing to complain of`(
        sender: String, receiver: String, protocolName: String, port: String
    ) throws {
        let packets = try (UInt16(1)...3).map {
            try packet(try entry(WireSamples.datagram(), sender: sender, receiver: receiver), sequence: $0)
        }
        let capture = try capture(packets)
        let rows = try Tshark.fields(
            ["frame.protocols", "acdr.media_type", "acdr.seq", "snmp.name", "udp.dstport"], of: capture)
        #expect(rows.count == 3)
        for (index, row) in rows.enumerated() {
            try #require(row.count == 5)
            #expect(row[0].hasSuffix("acdr:\(protocolName):udp:snmp"))
            #expect(row[1] == "5")
            #expect(row[2] == String(index + 1))
            #expect(row[3].contains("1.3.6.1.2.1.2.2.1.2.7"))
            #expect(row[4] == "925,\(port)")
        }
        #expect(try Tshark.complaints(about: capture) == "")
    }

    @Test func `the community is overwritten unless it is to be kept`() throws {
        let datagram = WireSamples.datagram(community: "s3cr3t")
        for (community, expected) in [
            (DebugRecordingSettings.Community.overwrite, "******"), (.keep, "s3cr3t"),
        ] {
            let packet = try packet(try entry(datagram), community: community)
            let capture = try capture([packet])
            #expect(try Tshark.fields(["snmp.community"], of: capture) == [[expected]])
            let leaks = packet.encode().split(separator: Array("s3cr3t".utf8)).count > 1
            #expect(leaks == (community == .keep))
        }
    }

    @Test func `what is no notification is not sent with its community`() throws {
        let torn = Array(WireSamples.datagram(community: "s3cr3t").dropLast(3))
        #expect(DebugRecordingPacket.Payload.datagram(of: try entry(torn), community: .overwrite) == nil)
    }

    @Test func `a datagram that does not fit inside another is told by its line`() throws {
        let large = WireSamples.datagram(variables: [
            VariableSample.octets("1.3.6.1.4.1.1.0", String(repeating: "x", count: 65_410))
        ])
        #expect(large.count < 65_507)
        #expect(DebugRecordingPacket.Payload.datagram(of: try entry(large), community: .overwrite) == nil)
        let sink = DebugRecordingSink(name: "recorder", settings: DebugRecordingSettings(host: "127.0.0.1"))
        let event = WireSamples.sinkEvent(WireSamples.event(), datagram: large)
        #expect(sink.preview(event).hasPrefix("<130>"))
    }

    @Test func `the text form is a syslog message to tshark`() throws {
        let line = SyslogFormatter(settings: SyslogSettings(host: "x", format: .rfc3164))
            .message(for: SinkEvent(event: WireSamples.event()))
        let capture = try capture([DebugRecordingPacket(sequence: 1, time: WireSamples.time, payload: .text(line))])
        let row = try #require(
            try Tshark.fields(["frame.protocols", "syslog.facility", "syslog.level"], of: capture).first)
        #expect(row == ["raw:ip:udp:acdr", "16", "2"])
        #expect(try Tshark.complaints(about: capture) == "")
    }
}
