internal import Alarms
internal import Basics
internal import Foundation
public import NIOCore

/// Sends each event as a syslog message: over UDP (RFC 5426), TCP (RFC 6587), TLS (RFC 5425) or RELP.
public final class SyslogSink: Sink {
    public static let type = "syslog"

    /// Datagrams sent in one go: small enough for a receiver's default socket buffer.
    private static let datagramBatch = 64
    /// Messages written in one go to a stream: some 500 KiB at their longest common sizes.
    private static let streamBatch = 512
    /// Octets that few messages pass.
    private static let commonLength = 2_048

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
        switch transport {
        case .datagrams(let peer):
            try await peer.send(events.map(octets))
        case .stream(let stream, let framing):
            try await stream.send(framed(events, framing))
        case .relp(let relp):
            try await relp.send(events.map { SyslogRELP.Message(event: $0.event.id, octets: octets($0)) })
        }
    }

    private func octets(_ event: SinkEvent) -> [UInt8] {
        var message = OctetWriter(capacity: Self.commonLength)
        formatter.append(event, to: &message)
        return message.copy()
    }

    private func framed(_ events: [SinkEvent], _ framing: SyslogFraming) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(events.count * Self.commonLength)
        var message = OctetWriter(capacity: Self.commonLength)
        for event in events {
            message.removeAll()
            formatter.append(event, to: &message)
            framing.write(message, into: &buffer)
        }
        return buffer
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
        formatter.message(for: event)
    }
}

extension SyslogFraming {
    /// `message` holds no line break: `SyslogFormatter` promises it.
    func write(_ message: borrowing OctetWriter, into buffer: inout ByteBuffer) {
        if self == .octetCounting { buffer.writeString("\(message.count) ") }
        _ = unsafe message.withUnsafeBytes { unsafe buffer.writeBytes($0) }
        if self == .newline { buffer.writeString("\n") }
    }
}
