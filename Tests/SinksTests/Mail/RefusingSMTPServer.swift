import NIOCore
import NIOPosix

/// Speaks just enough SMTP to refuse for good (554) at one step: a command's verb, `.` for the mail's text, or nothing
/// for the greeting.
final class RefusingSMTPServer: Sendable {
    let port: Int
    private let channel: any Channel

    init(at step: String) throws {
        channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Conversation(refusing: step))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        port = channel.localAddress?.port ?? 0
    }

    func stop() {
        channel.close(promise: nil)
    }

    private final class Conversation: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let step: String
        private var received = ""
        private var isInText = false

        init(refusing step: String) {
            self.step = step
        }

        func channelActive(context: ChannelHandlerContext) {
            answer("", "220 mail.example.net ready", context)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            while let end = received.firstRange(of: "\r\n") {
                let line = String(received[..<end.lowerBound])
                received.removeSubrange(..<end.upperBound)
                if isInText {
                    guard line == "." else { continue }
                    isInText = false
                    answer(".", "250 taken", context)
                    continue
                }
                let verb = line.prefix { $0 != " " }.uppercased()
                isInText = verb == "DATA" && step != "DATA"
                answer(verb, verb == "DATA" ? "354 go on" : "250 mail.example.net", context)
            }
        }

        private func answer(_ verb: String, _ reply: String, _ context: ChannelHandlerContext) {
            // Whoever is refused EHLO tries HELO.
            let isRefused = verb == step || (step == "EHLO" && verb == "HELO")
            let line = isRefused ? "554 not here" : reply
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: line + "\r\n")), promise: nil)
        }
    }
}
