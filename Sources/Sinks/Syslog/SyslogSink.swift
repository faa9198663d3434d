internal import Alarms
internal import Foundation
public import NIOCore

/// Sends each event as a syslog message: over UDP (RFC 5426), TCP (RFC 6587), TLS (RFC 5425) or RELP.
public final class SyslogSink: Sink {
    public static let type = "syslog"

    /// Datagrams sent in one go: small enough for a receiver's default socket buffer.
    private static let datagramBatch = 64
    /// Messages written in one go to a stream: some 500 KiB at their longest common sizes.
    private static let streamBatch = 512

    public let name: String
    public let gathering: Gathering
    private let settings: SyslogSettings
    private let formatter: SyslogFormatter
    private let transport: Transport

    private enum Transport: Sendable {
        case datagrams(DatagramPeer)
        case stream(SyslogStream, SyslogFraming)
        case relp(SyslogRELP)
    }

    /// `eventLoopGroup` does the network's work; `nil` for the one that all sinks share.
    public init(name: String, settings: SyslogSettings, eventLoopGroup: (any EventLoopGroup)? = nil) {
        let eventLoopGroup = eventLoopGroup ?? SinkEventLoops.shared
        self.name = name
        self.settings = settings
        formatter = SyslogFormatter(settings: settings)
        switch settings.transport {
        case .udp:
            gathering = .immediate(maximum: Self.datagramBatch)
            transport = .datagrams(DatagramPeer(host: settings.host, port: settings.port))
        case .tcp(let framing):
            gathering = .immediate(maximum: Self.streamBatch)
            transport = .stream(SyslogStream(settings: settings, group: eventLoopGroup), framing)
        case .tls:
            gathering = .immediate(maximum: Self.streamBatch)
            transport = .stream(SyslogStream(settings: settings, group: eventLoopGroup), .octetCounting)
        case .relp:
            gathering = .immediate(maximum: Self.streamBatch)
            transport = .relp(SyslogRELP(name: name, settings: settings))
        }
    }

    public func deliver(_ events: [SinkEvent]) async throws(DeliveryFailure) {
        let messages = events.map { formatter.message(for: $0.event, datagram: $0.datagram) }
        switch transport {
        case .datagrams(let peer):
            try await peer.send(messages.map { Array($0.utf8) })
        case .stream(let stream, let framing):
            var buffer = ByteBuffer()
            for message in messages { framing.write(message, into: &buffer) }
            try await stream.send(buffer)
        case .relp(let relp):
            try await relp.send(
                zip(events, messages).map { SyslogRELP.Message(event: $0.event.id, octets: Array($1.utf8)) })
        }
    }

    /// Over UDP there is nobody to ask: what has left is delivered.
    public var needsConfirmation: Bool {
        switch transport {
        case .datagrams: false
        case .stream, .relp: true
        }
    }

    public func confirm() async throws(DeliveryFailure) {
        switch transport {
        case .datagrams: break
        case .stream(let stream, _): try await stream.confirm()
        case .relp(let relp): try await relp.confirm()
        }
    }

    public func probe() async throws(DeliveryFailure) {
        switch transport {
        case .datagrams(let peer): try await peer.open()
        case .stream(let stream, _): try await stream.probe()
        case .relp(let relp): try await relp.probe()
        }
    }

    public func reopen() async {}

    public func close() async {
        switch transport {
        case .datagrams(let peer): await peer.close()
        case .stream(let stream, _): await stream.close()
        case .relp(let relp): await relp.close()
        }
    }

    public func preview(_ event: SinkEvent) -> String {
        formatter.message(for: event.event, datagram: event.datagram)
    }
}

extension SyslogFraming {
    /// `message` holds no line break: `SyslogFormatter` promises it.
    func write(_ message: String, into buffer: inout ByteBuffer) {
        switch self {
        case .octetCounting: buffer.writeString("\(message.utf8.count) \(message)")
        case .newline: buffer.writeString(message + "\n")
        }
    }
}
