/// The Response that acknowledges an inform (RFC 3416 §4.2.7).
public enum InformResponse {
    /// Of the same version, community, request ID and variables, with no error; request ID and variables octet for octet
    /// as they came, since the sender may compare them so. `nil` where the datagram is no v2c inform: a trap is not answered, and v3's answer needs its keys.
    public static func encode(to datagram: [UInt8], leniency: Leniency = .devices) -> [UInt8]? {
        encode(to: datagram.rawOctets, leniency: leniency)
    }

    public static func encode(to datagram: RawSpan, leniency: Leniency = .devices) -> [UInt8]? {
        let reader = BERReader(datagram, leniency: leniency)
        guard let layout = try? MessageLayout(datagram, leniency: leniency),
            case .community(let community, let pdu) = layout.body, pdu.kind == .informRequest,
            // One that does not say what it is about was not accepted, and so is not acknowledged.
            (try? reader.inside(pdu.variables).notificationHeader()) != nil
        else { return nil }
        var writer = BERWriter(capacity: datagram.byteCount)
        writer.append(BERTag.sequence) { writer in
            writer.append(layout.version.rawValue)
            writer.append(BERTag.octetString, reader.octets(in: community))
            writer.append(PDUKind.response.rawValue) { writer in
                writer.append(BERTag.integer, reader.octets(in: pdu.requestIDContents))
                writer.append(0)
                writer.append(0)
                writer.append(BERTag.sequence, reader.octets(in: pdu.variables))
            }
        }
        return writer.octets
    }
}

extension BERReader {
    /// A copy of the octets in `range`.
    fileprivate func octets(in range: Range<Int>) -> [UInt8] {
        range.map { octet($0) }
    }
}
