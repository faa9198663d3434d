/// Finds the IP packet within a captured packet.
enum LinkLayer {
    /// More tags than any network stacks; a longer row of them is damage.
    static let mostTags = 8

    enum Finding {
        /// An IP packet, version still to be looked at.
        case ip(ArraySlice<UInt8>)
        /// Something else (ARP, LLDP, …), or a link type that is not read here.
        case other
        case unknownLinkType
        /// The link layer's own header is cut.
        case malformed
    }

    static func internetPacket(in packet: CapturedPacket) -> Finding {
        let bytes = packet.bytes
        switch packet.linkType {
        case .raw, .rawBSD, .rawOpenBSD, .ipv4, .ipv6:
            return .ip(bytes)
        case .ethernet:
            return payload(of: bytes, typeAt: 12)
        case .linuxCooked:
            return payload(of: bytes, typeAt: 14)
        case .linuxCooked2:
            guard let type = bytes.number(UInt16.self, at: 0), let rest = bytes.after(20) else { return .malformed }
            return payload(type: type, rest)
        case .null, .loop:
            guard let family = bytes.number(UInt32.self, at: 0), let rest = bytes.after(4) else { return .malformed }
            // Families are small numbers: the order in which one is small is the order it was written in.
            return isInternetFamily(family) || isInternetFamily(family.byteSwapped) ? .ip(rest) : .other
        default:
            return .unknownLinkType
        }
    }

    /// AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS.
    private static func isInternetFamily(_ number: UInt32) -> Bool { [2, 10, 24, 28, 30].contains(number) }

    private static func payload(of bytes: ArraySlice<UInt8>, typeAt offset: Int) -> Finding {
        guard let type = bytes.number(UInt16.self, at: offset), let rest = bytes.after(offset + 2) else {
            return .malformed
        }
        return payload(type: type, rest)
    }

    /// Follows EtherTypes (IEEE 802.3) through VLAN tags (802.1Q, 802.1ad and the older numbers of stacked tags) and
    /// SNAP.
    private static func payload(type: UInt16, _ bytes: ArraySlice<UInt8>) -> Finding {
        var type = type
        var rest = bytes
        for _ in 0...mostTags {
            switch type {
            case 0x0800, 0x86dd:
                return .ip(rest)
            case 0x8100, 0x88a8, 0x9100, 0x9200:
                guard let inner = rest.number(UInt16.self, at: 2), let next = rest.after(4) else { return .malformed }
                (type, rest) = (inner, next)
            case 0...1_500:
                // An 802.3 length: SNAP (RFC 1042) puts the EtherType behind an LLC header of its own.
                guard rest.starts(with: [0xaa, 0xaa, 0x03, 0, 0, 0]), let inner = rest.number(UInt16.self, at: 6),
                    let next = rest.after(8)
                else { return .other }
                (type, rest) = (inner, next)
            default:
                return .other
            }
        }
        return .malformed
    }
}
