public import Basics
internal import Captures
internal import Journal
internal import SNMPWire

/// One packet of the vendor's debug recording, version 9 of its header, as Wireshark's `acdr` dissector reads it: 28
/// octets, big-endian, then the payload.
///
/// | offset | octets | | here |
/// |---|---|---|---|
/// | 0 | 1 | version | 9 |
/// | 1 | 4 | time in microseconds, modulo 2^32 | the event's |
/// | 5 | 2 | sequence number | running |
/// | 7, 11 | 4, 4 | source and destination channel | none (all ones) |
/// | 15 | 1 | extra data: 8 says that the payload begins with an IP header | 8 or 0 |
/// | 16 | 1 | trace point | 6, system |
/// | 17 | 1 | media type | 5, system information |
/// | 18 | 1 | length of a header extension | 0 |
/// | 19, 22, 23 | 3, 1, 5 | session: board, reset counter, number | none (zeros) |
public struct DebugRecordingPacket: Sendable, Hashable {
    public enum Payload: Sendable, Hashable {
        /// An IPv4 or IPv6 packet.
        case ipPacket([UInt8])
        /// A syslog line of RFC 3164.
        case text(String)
    }

    public static let headerLength = 28
    /// A packet leaves as one UDP datagram: what the smaller one, IPv4's, can carry besides the header above.
    public static let payloadLimit = DatagramPeer.payloadLimit - headerLength

    private static let version: UInt8 = 9
    private static let headerAdded: UInt8 = 0x08
    private static let systemTracePoint: UInt8 = 6
    private static let systemInformation: UInt8 = 5

    public var sequence: UInt16
    public var microseconds: UInt32
    public var payload: Payload

    public init(sequence: UInt16, time: Timestamp, payload: Payload) {
        self.sequence = sequence
        self.microseconds = UInt32(truncatingIfNeeded: time.nanoseconds / 1_000)
        self.payload = payload
    }

    public func encode() -> [UInt8] {
        var octets: [UInt8] = [Self.version]
        octets += Self.bigEndian(microseconds)
        octets += [UInt8(sequence >> 8), UInt8(truncatingIfNeeded: sequence)]
        octets += [UInt8](repeating: 0xff, count: 8)
        switch payload {
        case .ipPacket(let packet):
            octets += [Self.headerAdded] + Self.trailer + packet
        case .text(let text):
            octets += [0] + Self.trailer + Array(text.utf8)
        }
        return octets
    }

    /// From the trace point to the end of the header.
    private static let trailer: [UInt8] = [systemTracePoint, systemInformation, 0] + [UInt8](repeating: 0, count: 9)

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}

extension DebugRecordingPacket.Payload {
    /// The datagram of a journal record in its rebuilt IP packet; `nil` where it is too large for one packet of the
    /// recording, or where its community was to be overwritten and cannot be found.
    ///
    /// The addresses are the true ones, and so are the ports if one of them is SNMP's own (161 or 162): else the
    /// destination's becomes 162, by which packet tools know SNMP.
    static func datagram(
        of entry: JournalEntry, community: DebugRecordingSettings.Community
    ) -> DebugRecordingPacket.Payload? {
        let snmpPorts: Set<UInt16> = [161, 162]
        var receiver = entry.receiver
        if !snmpPorts.contains(entry.sender.port), !snmpPorts.contains(receiver.port) { receiver.port = 162 }
        guard let payload = community == .keep ? entry.payload : overwritingCommunity(in: entry.payload),
            payload.count <= IPPacket.largestPayload(from: entry.sender.address, to: receiver.address)
        else {
            return nil
        }
        let packet = IPPacket.udp(from: entry.sender, to: receiver, payload: payload)
        return packet.count <= DebugRecordingPacket.payloadLimit ? .ipPacket(packet) : nil
    }

    /// The same datagram with `*` for each octet of a v1 or v2c community, so that every length in it still holds; `nil`
    /// for what is no SNMP notification.
    static func overwritingCommunity(in datagram: [UInt8]) -> [UInt8]? {
        guard let summary = try? NotificationView.check(datagram, leniency: .devices) else { return nil }
        var datagram = datagram
        for index in summary.community { datagram[index] = UInt8(ascii: "*") }
        return datagram
    }
}
