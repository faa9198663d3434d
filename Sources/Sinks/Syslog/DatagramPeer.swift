internal import Basics
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A UDP socket connected to one peer, opened when it is first needed and again after a failure. UDP tells nothing of a
/// datagram's fate except that the peer's host answered that nobody listens (ICMP), which is taken as unreachable.
final class DatagramPeer: Sendable {
    /// What one IPv4 datagram can carry: 65,535 octets less the headers of IP and UDP.
    static let payloadLimit = 65_507

    private let host: String
    private let port: UInt16
    private let group: any EventLoopGroup
    private let current = Mutex<(any Channel)?>(nil)

    init(host: String, port: UInt16, group: any EventLoopGroup) {
        self.host = host
        self.port = port
        self.group = group
    }

    /// Sends each of `payloads` as one datagram and looks whether the peer refused any.
    func send(_ payloads: [[UInt8]]) async throws(DeliveryFailure) {
        let channel = try await open()
        do {
            for payload in payloads {
                try await channel.writeAndFlush(ByteBuffer(bytes: payload)).get()
            }
            try await refusal(channel)
        } catch {
            await close()
            throw DeliveryFailure(.unreachable, "udp://\(host):\(port): \(NetworkFailure.text(error))")
        }
    }

    /// Opens the socket: the host's name is looked up and a route to it found.
    @discardableResult
    func open() async throws(DeliveryFailure) -> any Channel {
        if let channel = current.withLock({ $0 }), channel.isActive { return channel }
        do {
            let address = try await NetworkFailure.resolve(host, port)
            let channel = try await DatagramBootstrap(group: group)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(RefusalHandler())
                    }
                }
                .connect(to: address).get()
            current.withLock { $0 = channel }
            return channel
        } catch {
            throw DeliveryFailure(.unreachable, "udp://\(host):\(port): \(NetworkFailure.text(error))")
        }
    }

    func close() async {
        let channel = current.withLock { current in
            defer { current = nil }
            return current
        }
        try? await channel?.close().get()
    }

    /// An ICMP answer lies on the socket as its pending error, or the event loop has read it already.
    private func refusal(_ channel: any Channel) async throws {
        try await channel.eventLoop.flatSubmit {
            channel.pipeline.handler(type: RefusalHandler.self).flatMapThrowing { handler in
                if let error = handler.error {
                    handler.error = nil
                    throw error
                }
            }
        }.get()
    }
}

/// Keeps the error that the socket reported; what comes in is dropped.
private final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    var error: (any Error)?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.error = error
    }
}
