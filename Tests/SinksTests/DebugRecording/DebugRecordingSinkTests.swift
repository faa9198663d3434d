import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TestPeers
import Testing

@testable import Sinks

@Suite struct DebugRecordingSinkTests {
    /// A UDP socket on loopback that keeps what comes.
    private final class Listener: Sendable {
        let received = Mutex<[[UInt8]]>([])

        func open(port: UInt16) async throws -> any Channel {
            try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.socketOption(.so_rcvbuf), value: 4_194_304)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Handler(self))
                    }
                }
                .bind(host: "127.0.0.1", port: Int(port)).get()
        }

        private final class Handler: ChannelInboundHandler {
            typealias InboundIn = AddressedEnvelope<ByteBuffer>
            let listener: Listener

            init(_ listener: Listener) {
                self.listener = listener
            }

            func channelRead(context: ChannelHandlerContext, data: NIOAny) {
                let octets = Array(unwrapInboundIn(data).data.readableBytesView)
                listener.received.withLock { $0.append(octets) }
            }
        }
    }

    private func sequence(_ packet: [UInt8]) -> Int { Int(packet[5]) << 8 | Int(packet[6]) }

    @Test func `a listener gets every datagram, numbered`() async throws {
        let port = try Ports.free()
        let listener = Listener()
        let channel = try await listener.open(port: port)
        let sink = DebugRecordingSink(
            name: "recorder", settings: DebugRecordingSettings(host: "127.0.0.1", port: port))
        try await sink.probe()
        let datagram = WireSamples.datagram()
        for start in stride(from: Int64(1), through: 641, by: 64) {
            try await sink.deliver(
                (start..<start + 64).map { WireSamples.sinkEvent(WireSamples.event(id: $0), datagram: datagram) })
        }
        let hasAll = await Poll.eventually { listener.received.withLock { $0.count } >= 704 }
        #expect(hasAll)
        let packets = listener.received.withLock { $0 }
        #expect(packets.map(sequence) == Array(0..<704))
        #expect(packets.allSatisfy { $0[0] == 9 && $0[15] == 8 })
        // What came is what tshark was shown in the packet's own tests.
        let payload = try #require(packets.first).dropFirst(DebugRecordingPacket.headerLength)
        let rows = try Tshark.fields(
            ["frame.protocols", "snmp.community"], of: Tshark.capture(ofIPPackets: [Array(payload)]))
        #expect(rows == [["raw:ip:udp:snmp", "******"]])
        await sink.close()
        try await channel.close().get()
    }

    @Test func `an event without its datagram, or in the text form, is a line`() async throws {
        let port = try Ports.free()
        let listener = Listener()
        let channel = try await listener.open(port: port)
        for form in DebugRecordingSettings.Form.allCases {
            let sink = DebugRecordingSink(
                name: "recorder", settings: DebugRecordingSettings(host: "localhost", port: port, form: form))
            try await sink.deliver([
                WireSamples.sinkEvent(WireSamples.event(), datagram: form == .text ? WireSamples.datagram() : nil)
            ])
            await sink.close()
        }
        let hasAll = await Poll.eventually { listener.received.withLock { $0.count } >= 2 }
        #expect(hasAll)
        for packet in listener.received.withLock({ $0 }) {
            #expect(packet[15] == 0)
            let line = String(decoding: packet.dropFirst(DebugRecordingPacket.headerLength), as: UTF8.self)
            #expect(line.hasPrefix("<130>"))
            #expect(line.hasSuffix("Description: ifIndex.7, Interface 7 is down"))
        }
        try await channel.close().get()
    }

    @Test func `nobody listens`() async throws {
        let sink = DebugRecordingSink(
            name: "recorder", settings: DebugRecordingSettings(host: "127.0.0.1", port: try Ports.free()))
        let failure = await #expect(throws: DeliveryFailure.self) {
            for number in Int64(1)...20 { try await sink.deliver(WireSamples.sinkEvents(number...number)) }
        }
        #expect(failure?.reason == .unreachable)
        await sink.close()
    }
}
