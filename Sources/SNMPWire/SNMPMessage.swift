/// A v1 or v2c message (RFC 3584 §5.1, RFC 1901 §3).
public struct CommunityMessage: Sendable, Hashable {
    /// `.v1` or `.v2c`.
    public var version: SNMPVersion
    public var community: ArraySlice<UInt8>
    public var pdu: PDU

    public init(version: SNMPVersion, community: ArraySlice<UInt8>, pdu: PDU) {
        self.version = version
        self.community = community
        self.pdu = pdu
    }
}

/// A whole message, of any version and with any PDU.
public enum SNMPMessage: Sendable, Hashable {
    case community(CommunityMessage)
    case v3(V3Envelope)

    public var version: SNMPVersion {
        switch self {
        case .community(let message): message.version
        case .v3: .v3
        }
    }

    /// `nil` where it is encrypted.
    public var pdu: PDU? {
        switch self {
        case .community(let message): return message.pdu
        case .v3(let envelope):
            guard case .plaintext(_, _, let pdu) = envelope.scopedPDU else { return nil }
            return pdu
        }
    }

    /// Reads a datagram. What it gives shares the datagram's buffer; nothing is allocated.
    public static func decode(
        _ datagram: [UInt8], leniency: Leniency = .devices
    ) throws(WireError) -> SNMPMessage {
        let layout = try MessageLayout(datagram.rawOctets, leniency: leniency)
        return SNMPMessage(layout, in: datagram[...])
    }

    init(_ layout: MessageLayout, in buffer: ArraySlice<UInt8>) {
        switch layout.body {
        case .community(let community, let pdu):
            self = .community(
                CommunityMessage(
                    version: layout.version, community: buffer.octets(community), pdu: PDU(pdu, in: buffer)))
        case .v3(let v3):
            self = .v3(V3Envelope(v3, in: buffer))
        }
    }

    /// The message as a datagram. Variables are written as they were read, others with minimal lengths.
    public func encode() -> [UInt8] {
        var writer = BERWriter(capacity: 512)
        writer.append(BERTag.sequence) { writer in
            writer.append(version.rawValue)
            switch self {
            case .community(let message):
                writer.append(BERTag.octetString, message.community)
                writer.append(message.pdu)
            case .v3(let envelope):
                writer.append(envelope)
            }
        }
        return writer.octets
    }
}

extension CommunityMessage {
    /// The message as a datagram.
    public func encode() -> [UInt8] { SNMPMessage.community(self).encode() }
}
