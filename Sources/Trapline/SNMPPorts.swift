import Basics
public import Captures

/// Which datagrams of a capture are taken as SNMP.
public enum SNMPPorts {
    /// SNMP's own (RFC 3417 §3), the keep-alives', and what this server falls back to where it may not bind those.
    public static let usual: Set<UInt16> = [161, 162, 1161, 10_162, 11_161]

    /// Whether either end of `datagram` is one of the usual ports or of `extra`.
    public static func includes(_ datagram: UDPDatagram, extra: [UInt16]) -> Bool {
        [datagram.sender.port, datagram.receiver.port].contains { usual.contains($0) || extra.contains($0) }
    }
}
