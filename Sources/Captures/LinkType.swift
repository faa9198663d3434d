/// What a captured packet's first octets are, by the number that pcap and pcapng write for it (the LINKTYPE list of
/// tcpdump.org). Numbers without a name here are read as packets all the same; only their IP layer is not looked for.
public struct LinkType: RawRepresentable, Sendable, Hashable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// BSD loopback: an address family in the capturing machine's byte order.
    public static let null = LinkType(rawValue: 0)
    public static let ethernet = LinkType(rawValue: 1)
    /// The numbers that some systems' raw IP captures carry instead of 101.
    public static let rawBSD = LinkType(rawValue: 12)
    public static let rawOpenBSD = LinkType(rawValue: 14)
    /// IPv4 or IPv6, told apart by the version number.
    public static let raw = LinkType(rawValue: 101)
    /// OpenBSD loopback: an address family in network byte order.
    public static let loop = LinkType(rawValue: 108)
    public static let linuxCooked = LinkType(rawValue: 113)
    public static let ipv4 = LinkType(rawValue: 228)
    public static let ipv6 = LinkType(rawValue: 229)
    public static let linuxCooked2 = LinkType(rawValue: 276)
}
