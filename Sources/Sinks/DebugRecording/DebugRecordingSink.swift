internal import Alarms
internal import Foundation
internal import Journal
internal import Synchronization

/// Sends each event's datagram as a packet of the vendor's debug recording over UDP, where packet tools and the
/// vendor's own viewer take it in; or, by option, the event's syslog line.
///
/// Where the journal no longer has the datagram, or it is too large to travel inside another one, its place is taken by
/// the syslog line: the event is seen, and nothing waits behind it.
public final class DebugRecordingSink: Sink {
    public static let type = "debug-recording"

    /// Packets sent in one go: small enough for a receiver's default socket buffer.
    private static let batch = 64

    public let name: String
    public var gathering: Gathering { .immediate(maximum: Self.batch) }
    private let settings: DebugRecordingSettings
    private let formatter: SyslogFormatter
    private let peer: DatagramPeer
    private let sequence = Mutex<UInt16>(0)

    public init(name: String, settings: DebugRecordingSettings) {
        self.name = name
        self.settings = settings
        // The viewer reads the line of RFC 3164 alone.
        formatter = SyslogFormatter(
            settings: SyslogSettings(host: settings.host, transport: .udp, format: .rfc3164))
        peer = DatagramPeer(host: settings.host, port: settings.port)
    }

    public func deliver(_ events: [SinkEvent]) async throws(DeliveryFailure) {
        let packets = events.map { event in
            let number = sequence.withLock { sequence in
                defer { sequence &+= 1 }
                return sequence
            }
            return DebugRecordingPacket(sequence: number, time: event.event.time, payload: payload(of: event)).encode()
        }
        try await peer.send(packets)
    }

    public func probe() async throws(DeliveryFailure) {
        try await peer.open()
    }

    public func reopen() async {}

    public func close() async {
        await peer.close()
    }

    public func preview(_ event: SinkEvent) -> String {
        switch payload(of: event) {
        case .text(let text): text
        case .ipPacket(let packet): "IP packet of \(packet.count) octets: \(hex(packet))"
        }
    }

    private func payload(of event: SinkEvent) -> DebugRecordingPacket.Payload {
        if settings.form == .datagram, let entry = event.record?.entry,
            let datagram = DebugRecordingPacket.Payload.datagram(of: entry, community: settings.community)
        {
            return datagram
        }
        return .text(formatter.message(for: event))
    }

    private func hex(_ octets: [UInt8]) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
