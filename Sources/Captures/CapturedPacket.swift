public import Basics

/// One packet of a capture file, its link layer still in place.
public struct CapturedPacket: Sendable, Hashable {
    /// When it was captured. A pcapng simple packet block has no time and takes that of the packet before it.
    public var time: Timestamp
    /// pcapng's `if_name`; pcap has none.
    public var interfaceName: String?
    public var linkType: LinkType
    public var bytes: ArraySlice<UInt8>
    /// How long the packet was on the wire; more than `bytes.count` where the capture cut it.
    public var originalLength: Int

    public init(
        time: Timestamp, interfaceName: String?, linkType: LinkType, bytes: ArraySlice<UInt8>, originalLength: Int
    ) {
        self.time = time
        self.interfaceName = interfaceName
        self.linkType = linkType
        self.bytes = bytes
        self.originalLength = originalLength
    }
}
