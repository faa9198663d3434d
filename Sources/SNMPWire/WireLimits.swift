/// The limits of the reader and the writer. How deep a message nests needs no number of its own: the reader follows the
/// message's syntax (message, PDU, list, binding, value) and calls nothing recursively.
public enum WireLimits {
    /// What an IPv4 datagram carries at most over UDP: 65,535 octets less 20 of IP and 8 of UDP header. An IPv6 datagram
    /// of up to 65,527 octets could exist, but no agent may send what an IPv4 manager could not receive.
    public static let datagramOctets = 65_507
    /// RFC 2578 §3.5: an OBJECT IDENTIFIER has at most 128 sub-identifiers.
    public static let arcs = 128
    /// A datagram's lengths need 3 octets at most; encoders that always write a C `long` write 8, and net-snmp takes no
    /// more.
    public static let lengthOctets = 8
    /// Padding beyond the 8 octets of a C `long` is no device's habit but an attempt to find an overflow. (An unsigned
    /// number may have one octet more, which is zero.)
    public static let integerOctets = 8
}
