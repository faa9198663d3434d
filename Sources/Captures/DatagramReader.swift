internal import Basics

/// Reads the UDP datagrams of a capture: packets, link layer, IP with its fragments put together, UDP.
public struct DatagramReader {
    /// Packets that gave no datagram, by why.
    public struct Skipped: Sendable, Hashable {
        /// Whole packets of other protocols.
        public var notUDP = 0
        public var unknownLinkType = 0
        /// Headers that are cut or contradict each other.
        public var malformed = 0
        /// Datagrams whose fragments overlapped, were cut, or never all came.
        public var incompleteFragments = 0
    }

    private var packets: CaptureReader
    private var fragments = FragmentTable()
    private var counts = Skipped()

    /// Opens a file; `-` is standard input.
    public init(path: String) throws(CaptureError) {
        packets = try CaptureReader(path: path)
    }

    /// Reads a capture that is already in memory; `name` stands in errors.
    public init(bytes: [UInt8], name: String = "capture") throws(CaptureError) {
        packets = try CaptureReader(bytes: bytes, name: name)
    }

    /// What was passed over so far. After the end, fragments still waiting for others are in it too.
    public var skipped: Skipped {
        var skipped = counts
        skipped.incompleteFragments = fragments.abandoned + fragments.waiting
        return skipped
    }

    /// The next datagram; `nil` at the end, and after an error was thrown.
    public mutating func next() throws(CaptureError) -> UDPDatagram? {
        while let packet = try packets.next() {
            if let datagram = datagram(in: packet) { return datagram }
        }
        return nil
    }

    private mutating func datagram(in packet: CapturedPacket) -> UDPDatagram? {
        switch LinkLayer.internetPacket(in: packet) {
        case .ip(let bytes):
            guard let header = InternetHeader(bytes) else {
                counts.malformed += 1
                return nil
            }
            return datagram(header, packet)
        case .other: counts.notUDP += 1
        case .unknownLinkType: counts.unknownLinkType += 1
        case .malformed: counts.malformed += 1
        }
        return nil
    }

    private mutating func datagram(_ header: InternetHeader, _ packet: CapturedPacket) -> UDPDatagram? {
        var header = header
        if let fragment = header.fragment {
            guard
                var whole = fragments.add(
                    header, fragment, time: packet.time, interfaceName: packet.interfaceName)
            else { return nil }
            // Extension headers may stand behind the fragment header; a second fragment header may not.
            if whole.version == 6, !whole.passExtensionHeaders() {
                counts.malformed += 1
                return nil
            }
            header = whole
        }
        guard header.transport == InternetHeader.udp else {
            counts.notUDP += 1
            return nil
        }
        guard let datagram = UDPDatagram(header, time: packet.time, interfaceName: packet.interfaceName) else {
            counts.malformed += 1
            return nil
        }
        return datagram
    }
}

extension UDPDatagram {
    /// From the UDP header (RFC 768) at the start of the IP payload; `nil` if it is cut or shorter than itself.
    init?(_ header: InternetHeader, time: Timestamp, interfaceName: String?) {
        let bytes = header.payload
        guard let source = bytes.number(UInt16.self, at: 0), let destination = bytes.number(UInt16.self, at: 2),
            let field = bytes.number(UInt16.self, at: 4), let rest = bytes.after(8)
        else { return nil }
        // 0 stands for "longer than the field can say" (RFC 2675 §4): then IP's length tells.
        let length = field == 0 ? bytes.count + header.missingOctets : Int(field)
        // A length beyond the packet's end is shown as a datagram that lacks octets, as tshark does: whoever looks into
        // a capture of such packets wants to see them.
        guard length >= 8 else { return nil }
        let payload = rest.prefix(length - 8)
        self.init(
            time: time, sender: Endpoint(header.source, port: source),
            receiver: Endpoint(header.destination, port: destination), payload: Array(payload),
            interfaceName: interfaceName, missingOctets: length - 8 - payload.count)
    }
}
