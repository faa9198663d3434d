import NIOCore
import NIOPosix
import Synchronization

/// A RELP server that answers as it is told: what no real one does when asked to.
final class RELPServerDouble: Sendable {
    struct Frame: Sendable {
        var transaction: Int
        var command: String
        var data: String
    }

    enum Reply: Sendable {
        /// `200 OK` and the like, to the frame's transaction or to another.
        case answer(String, transaction: Int? = nil)
        case octets(String)
        case end
    }

    typealias Behaviour = @Sendable (Frame) -> [Reply]

    static let welcome = "200 OK\nrelp_version=0\nrelp_software=double\ncommands=syslog"

    private let frames = Mutex<[Frame]>([])
    private let behaviour: Mutex<Behaviour>

    init(_ behaviour: @escaping Behaviour) {
        self.behaviour = Mutex(behaviour)
    }

    /// The messages of all sessions, oldest first.
    var messages: [String] { frames.withLock { $0.filter { $0.command == "syslog" }.map(\.data) } }

    func behave(_ behaviour: @escaping Behaviour) { self.behaviour.withLock { $0 = behaviour } }

    func open(_ port: UInt16) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(self))
                }
            }
            .bind(host: "127.0.0.1", port: Int(port)).get()
    }

    /// What a server that takes everything does.
    static func take(_ frame: Frame) -> [Reply] {
        switch frame.command {
        case "open": [.answer(welcome)]
        case "close": [.answer("200 OK"), .end]
        default: [.answer("200 OK")]
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let server: RELPServerDouble
        private var received = ByteBuffer()

        init(_ server: RELPServerDouble) {
            self.server = server
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received.writeImmutableBuffer(unwrapInboundIn(data))
            while let frame = nextFrame() {
                server.frames.withLock { $0.append(frame) }
                for reply in server.behaviour.withLock({ $0 })(frame) {
                    switch reply {
                    case .answer(let text, let transaction):
                        write("\(transaction ?? frame.transaction) rsp \(text.utf8.count) \(text)\n", context)
                    case .octets(let text): write(text, context)
                    case .end: context.close(promise: nil)
                    }
                }
            }
        }

        private func write(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
        }

        /// `TXNR SP COMMAND SP DATALEN [SP DATA] LF`
        private func nextFrame() -> Frame? {
            let text = String(buffer: received)
            let words = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            guard words.count == 3, let transaction = Int(words[0]) else { return nil }
            let digits = words[2].prefix(while: \.isWholeNumber)
            guard let length = Int(digits), digits.endIndex < words[2].endIndex else { return nil }
            let header = words[0].utf8.count + words[1].utf8.count + digits.utf8.count + 2
            let whole = header + (length > 0 ? 1 + length : 0) + 1
            guard received.readableBytes >= whole, let octets = received.readBytes(length: whole) else { return nil }
            let data = length > 0 ? String(decoding: octets[(header + 1)..<(whole - 1)], as: UTF8.self) : ""
            return Frame(transaction: transaction, command: String(words[1]), data: data)
        }
    }
}
