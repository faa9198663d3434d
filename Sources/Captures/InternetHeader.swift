internal import Basics

/// An IP packet's headers read down to its transport: IPv4 (RFC 791) or IPv6 with its extension headers (RFC 8200 §4).
struct InternetHeader {
    /// Where in the whole datagram a fragment belongs, and which datagram that is.
    struct Fragment {
        var identification: UInt32
        /// In octets.
        var offset: Int
        var isLast: Bool
    }

    static let udp: UInt8 = 17

    /// 4 or 6: the header's own, since IPv4-mapped addresses in an IPv6 header read as IPv4 ones.
    var version: UInt8
    var source: IPAddress
    var destination: IPAddress
    /// The protocol of `payload`; for an IPv6 fragment, what its fragment header names.
    var transport: UInt8
    var payload: ArraySlice<UInt8>
    /// Octets of the payload that the capture cut off.
    var missingOctets: Int
    /// `nil` for a packet that is whole.
    var fragment: Fragment?

    /// `nil` if the packet is neither version or its headers are cut or contradict each other.
    init?(_ packet: ArraySlice<UInt8>) {
        switch packet.first.map({ $0 >> 4 }) {
        case 4: self.init(v4: packet)
        case 6: self.init(v6: packet)
        default: return nil
        }
    }

    private init?(v4 packet: ArraySlice<UInt8>) {
        guard let first = packet.first, let total = packet.number(UInt16.self, at: 2),
            let identification = packet.number(UInt16.self, at: 4), let flags = packet.number(UInt16.self, at: 6),
            let transport = packet.number(UInt8.self, at: 9), let source = packet.number(UInt32.self, at: 12),
            let destination = packet.number(UInt32.self, at: 16)
        else { return nil }
        let headerLength = Int(first & 0x0f) * 4
        // A length of 0 is what a capture on a machine that leaves segmentation to its network card shows.
        let length = total == 0 ? packet.count : Int(total)
        guard headerLength >= 20, length >= headerLength, let rest = packet.after(headerLength) else { return nil }
        self.version = 4
        self.source = IPAddress(v4: source)
        self.destination = IPAddress(v4: destination)
        self.transport = transport
        self.payload = rest.prefix(length - headerLength)
        self.missingOctets = length - headerLength - payload.count
        let offset = Int(flags & 0x1fff) * 8
        let isLast = flags & 0x2000 == 0
        if offset > 0 || !isLast {
            self.fragment = Fragment(identification: UInt32(identification), offset: offset, isLast: isLast)
        }
    }

    private init?(v6 packet: ArraySlice<UInt8>) {
        guard let length = packet.number(UInt16.self, at: 4), let next = packet.number(UInt8.self, at: 6),
            let source = packet.octets(at: 8, 16).flatMap({ IPAddress(octets: $0) }),
            let destination = packet.octets(at: 24, 16).flatMap({ IPAddress(octets: $0) }), let rest = packet.after(40)
        else { return nil }
        let whole = length == 0 ? rest.count : Int(length)
        self.version = 6
        self.source = source
        self.destination = destination
        self.transport = next
        self.payload = rest.prefix(whole)
        self.missingOctets = whole - payload.count
        guard passExtensionHeaders() else { return nil }
    }

    /// Moves `payload` past IPv6 extension headers up to the transport or to a fragment header. Each step takes at least
    /// 8 octets, so the packet's length bounds the walk. `false` if a header is cut.
    mutating func passExtensionHeaders() -> Bool {
        while true {
            let length: Int
            switch transport {
            case 0, 43, 60, 135, 139, 140:  // hop-by-hop, routing, destination, mobility, HIP, shim6
                guard let units = payload.number(UInt8.self, at: 1) else { return false }
                length = 8 + Int(units) * 8
            case 51:  // authentication (RFC 4302), counted in words of 4 octets
                guard let units = payload.number(UInt8.self, at: 1) else { return false }
                length = (Int(units) + 2) * 4
            case 44:
                guard fragment == nil, let next = payload.first, let field = payload.number(UInt16.self, at: 2),
                    let identification = payload.number(UInt32.self, at: 4), let rest = payload.after(8)
                else { return false }
                transport = next
                payload = rest
                let offset = Int(field & 0xfff8)
                let isLast = field & 1 == 0
                // A fragment that is the whole datagram is an ordinary packet (RFC 6946).
                if offset == 0 && isLast { continue }
                fragment = Fragment(identification: identification, offset: offset, isLast: isLast)
                return true
            default:
                return true
            }
            guard let next = payload.first, let rest = payload.after(length) else { return false }
            transport = next
            payload = rest
        }
    }
}
