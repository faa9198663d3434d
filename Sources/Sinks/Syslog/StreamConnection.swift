internal import Basics
internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS

/// One TCP or TLS connection to a syslog server.
///
/// Syslog over a stream has no acknowledgement (RFC 6587 §3.1): what TCP has delivered may still be lost in the peer.
/// So `send` promises nothing, and `finish` asks the peer's program: it closes our side, and only a program that has
/// read up to that end answers it in good order.
final class StreamConnection: Sendable {
    /// How a connection ended.
    enum End: Sendable {
        /// The peer closed, and had read all that had come: one that leaves something unread resets.
        case orderly
        case broken(any Error)
    }

    /// How long a peer may take to accept a connection or to agree on TLS.
    static let connectTimeout: Int64 = 10
    /// How long a peer may leave a write waiting, its buffers and ours full, before it counts as gone, in seconds.
    static let drainTimeout: Double = 30
    /// How long a peer may take to read what it has of ours and to answer our half-close, in seconds.
    static let finishTimeout: Double = 30
    /// And how long where nothing hangs on its answer, or the server is to end.
    static let farewellTimeout: Double = 5

    /// How long after the handshake a refusal of our certificate is awaited, in seconds: a round trip.
    static let certificateVerdictTime = 0.25

    private let channel: any Channel
    private let watcher: EndWatcher

    private init(channel: any Channel, watcher: EndWatcher) {
        self.channel = channel
        self.watcher = watcher
    }

    /// Connects, and agrees on TLS where `tls` is given; throws NIO's errors. With `awaitsVerdict` a server that refuses
    /// our certificate is told as such; without it the refusal ends a connection that was open.
    static func open(
        host: String, port: UInt16, tls: (context: NIOSSLContext, serverName: String?)?, awaitsVerdict: Bool,
        group: any EventLoopGroup
    ) async throws -> StreamConnection {
        let loop = group.next()
        let watcher = EndWatcher(loop, waitsForTLS: tls != nil)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.seconds(connectTimeout))
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls.context, serverHostname: tls.serverName)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(watcher.handler())
                }
            }
        let channel: any Channel
        do {
            channel = try await bootstrap.connect(host: host, port: Int(port)).get()
        } catch {
            watcher.ready.fail(error)
            throw error
        }
        let connection = StreamConnection(channel: channel, watcher: watcher)
        do {
            try await watcher.ready.futureResult.get(within: Double(connectTimeout))
            if let tls {
                if let name = tls.serverName { try await connection.expectName(name) }
                if awaitsVerdict { try await connection.outlastHandshake() }
            }
        } catch {
            await connection.close()
            throw error
        }
        return connection
    }

    private func expectName(_ name: String) async throws {
        let isBorne = try await channel.nioSSL_peerCertificate().map { certificate in
            certificate.map { PeerName.isBorne(name, by: $0) } ?? false
        }.get()
        if !isBorne { throw DeliveryFailure(.tls, "the peer's certificate does not bear the name \(name)") }
    }

    /// In TLS 1.3 a client has ended its handshake before the server has judged its certificate (RFC 8446 §2): a
    /// refusal comes as an alert a moment later, and what was sent by then is lost.
    private func outlastHandshake() async throws {
        try? await channel.closeFuture.get(within: Self.certificateVerdictTime)
        if case .broken(let error)? = try await end() { throw error }
        if !channel.isActive { throw ChannelError.eof }
    }

    /// How the connection ended; `nil` while it stands. Reads an end that lies on the socket unread.
    func end() async throws -> End? {
        let isEnding = try await channel.eventLoop.submit { [channel] in Self.hasEnd(channel) }.get()
        if isEnding {
            // The event loop reads it at its next turn.
            try? await channel.closeFuture.get(within: Self.farewellTimeout)
        }
        return try await channel.eventLoop.submit { [watcher] in watcher.end }.get()
    }

    /// Writes all of it at once, and returns when our kernel has it: whoever sends keeps it until `finish` has confirmed
    /// it, so that nothing is won by waiting for the peer's kernel, which may take its 40 ms to acknowledge.
    func send(_ buffer: ByteBuffer) async throws {
        do {
            // Bounded, since a peer that stops reading would hold the write for ever.
            try await channel.writeAndFlush(buffer).get(within: Self.drainTimeout)
        } catch {
            // How it ended tells more than that it is closed.
            if case .broken(let cause)? = try await end() { throw cause }
            throw error
        }
    }

    /// Says that no more comes and returns once the peer has ended the connection in answer to it, in good order: it has
    /// read everything. Throws after any other end; one that came before we asked says nothing of what was on the way.
    func finish(within seconds: Double = finishTimeout) async throws {
        do {
            switch try await end() {
            case .broken(let error)?: throw error
            case .orderly?: throw ChannelError.eof
            case nil: break
            }
            try await channel.close(mode: .output).get()
            try? await channel.closeFuture.get(within: seconds)
            switch try await channel.eventLoop.submit({ [watcher] in watcher.end }).get() {
            case .orderly?: return
            // rsyslog (gtls) answers our close_notify with its FIN alone. A peer that had not read as far would reset,
            // and that is another error, which comes before this one.
            case .broken(NIOSSLError.uncleanShutdown)?: return
            case .broken(let error)?: throw error
            case nil:
                throw DeliveryFailure(.timeout, "the peer has not answered our close within \(Int(seconds)) s")
            }
        } catch {
            await close()
            throw error
        }
    }

    func close() async {
        try? await channel.close().get()
    }

    /// Whether the peer's end or a reset lies on the socket.
    private static func hasEnd(_ channel: any Channel) -> Bool {
        let result = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { socket in
            var octet: UInt8 = 0
            let count = unsafe recv(socket, &octet, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
            return count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)
        }
        return result ?? true
    }
}

/// Sees a connection become ready and end. Everything of it happens on the connection's event loop.
private final class EndWatcher: @unchecked Sendable {
    let ready: EventLoopPromise<Void>
    private let waitsForTLS: Bool
    fileprivate(set) var end: StreamConnection.End?

    init(_ loop: any EventLoop, waitsForTLS: Bool) {
        ready = loop.makePromise()
        self.waitsForTLS = waitsForTLS
    }

    func handler() -> Handler { Handler(watcher: self) }

    final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let watcher: EndWatcher

        init(watcher: EndWatcher) {
            self.watcher = watcher
        }

        func channelActive(context: ChannelHandlerContext) {
            if !watcher.waitsForTLS { watcher.ready.succeed() }
        }

        /// A syslog server has nothing to say (RFC 5425 §4.3): what it says is dropped.
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { watcher.ready.succeed() }
            context.fireUserInboundEventTriggered(event)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            if watcher.end == nil { watcher.end = .broken(error) }
            watcher.ready.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            if watcher.end == nil { watcher.end = .orderly }
            watcher.ready.fail(ChannelError.eof)
        }
    }
}

extension EventLoopFuture where Value: Sendable {
    /// This future's result, or a time-out where it takes longer; the work itself goes on.
    fileprivate func get(within seconds: Double) async throws -> Value {
        let promise = eventLoop.makePromise(of: Value.self)
        let timer = eventLoop.scheduleTask(in: .milliseconds(Int64(seconds * 1_000))) {
            promise.fail(DeliveryFailure(.timeout, "no answer within \(Int(seconds)) s"))
        }
        whenComplete { result in
            timer.cancel()
            promise.completeWith(result)
        }
        return try await promise.futureResult.get()
    }
}
