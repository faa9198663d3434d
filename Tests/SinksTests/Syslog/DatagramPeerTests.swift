import NIOCore
import NIOPosix
import Synchronization
import TestPeers
import Testing

@testable import Sinks

@Suite struct DatagramPeerTests {
    private static let loopback = "127.0.0.1"

    /// Counts what comes to a UDP port of loopback.
    private final class Collector: Sendable {
        private let texts = Mutex<[String]>([])

        /// What has come so far.
        var all: [String] { texts.withLock { $0 } }

        func open(_ port: UInt16) async throws -> any Channel {
            try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.socketOption(.so_rcvbuf), value: 4_194_304)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_536))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Handler(self))
                    }
                }
                .bind(host: loopback, port: Int(port)).get()
        }

        private final class Handler: ChannelInboundHandler {
            typealias InboundIn = AddressedEnvelope<ByteBuffer>
            let collector: Collector

            init(_ collector: Collector) {
                self.collector = collector
            }

            func channelRead(context: ChannelHandlerContext, data: NIOAny) {
                let text = String(buffer: unwrapInboundIn(data).data)
                collector.texts.withLock { $0.append(text) }
            }
        }
    }

    @Test func `a delivery of any size goes in order, an empty datagram and a large one too`() async throws {
        let port = try Ports.free()
        let collector = Collector()
        let channel = try await collector.open(port)
        let peer = DatagramPeer(host: Self.loopback, port: port)
        let texts =
            (0..<200).map { "number \($0)" } + ["", String(repeating: "x", count: DatagramPeer.payloadLimit), "end"]
        try await peer.send(texts.map { Array($0.utf8) })
        let hasAll = await Poll.eventually { collector.all.count >= texts.count }
        #expect(hasAll)
        let isSame = collector.all == texts
        #expect(isSame)
        try await channel.close().get()
    }

    @Test func `one that is larger than a datagram fails`() async throws {
        let peer = DatagramPeer(host: Self.loopback, port: try Ports.free())
        let failure = await #expect(throws: DeliveryFailure.self) {
            try await peer.send([[UInt8](repeating: 0, count: DatagramPeer.payloadLimit + 1)])
        }
        #expect(failure?.detail.hasSuffix(": Message too long") == true, "\(failure?.detail ?? "")")
    }

    @Test func `a name that moves is followed, another order of its addresses is not`() async throws {
        let ports = [try Ports.free(), try Ports.free()]
        let collectors = [Collector(), Collector()]
        let channels = [try await collectors[0].open(ports[0]), try await collectors[1].open(ports[1])]
        let places = Mutex([0])
        let lookUps = Mutex(0)
        let peer = DatagramPeer(host: "logs.example.net", port: 514, lookUpInterval: .milliseconds(1)) { _, _ in
            lookUps.withLock { $0 += 1 }
            return places.withLock(\.self).flatMap { DatagramSocket.Address.all(of: Self.loopback, ports[$0]) }
        }
        func sendUntil(_ condition: () -> Bool) async -> Bool {
            await Poll.eventually {
                try? await peer.send([Array("text".utf8)])
                return condition()
            }
        }
        try await peer.send([Array("text".utf8)])
        places.withLock { $0 = [1, 0] }
        let isAsked = await sendUntil { lookUps.withLock(\.self) >= 4 }
        #expect(isAsked)
        #expect(collectors[1].all.isEmpty, "the address in use is still one of the name's")
        places.withLock { $0 = [] }
        let isAskedAgain = await sendUntil { lookUps.withLock(\.self) >= 8 }
        #expect(isAskedAgain)
        #expect(collectors[1].all.isEmpty, "a look-up that fails changes nothing")
        places.withLock { $0 = [1] }
        let hasMoved = await sendUntil { !collectors[1].all.isEmpty }
        #expect(hasMoved)
        for channel in channels { try await channel.close().get() }
    }

    @Test func `after a failure the name is looked up again`() async throws {
        let ports = [try Ports.free(), try Ports.free()]
        let collector = Collector()
        let channel = try await collector.open(ports[1])
        let lookUps = Mutex(0)
        let peer = DatagramPeer(host: "logs.example.net", port: 514) { _, _ in
            DatagramSocket.Address.all(
                of: Self.loopback,
                ports[
                    lookUps.withLock { count in
                        defer { count += 1 }
                        return min(count, 1)
                    }])
        }
        let failure = await #expect(throws: DeliveryFailure.self) {
            for _ in 0..<20 { try await peer.send([Array("lost".utf8)]) }
        }
        #expect(failure?.detail == "udp://logs.example.net:514: Connection refused")
        try await peer.send([Array("arrives".utf8)])
        let hasCome = await Poll.eventually { collector.all == ["arrives"] }
        #expect(hasCome)
        let asked = lookUps.withLock { $0 }
        #expect(asked == 2)
        try await channel.close().get()
    }
}
