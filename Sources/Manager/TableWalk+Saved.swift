internal import Foundation
public import SNMPWire

/// A walk can be put down and taken up again, so that whoever was stopped in the middle goes on where it was. What it
/// has read is kept apart, part by part: each is written once.
extension TableWalk {
    /// What a walk knows but for what it has read, as plain values.
    public struct Saved: Sendable, Codable {
        fileprivate var columns: [String]
        fileprivate var places: [String?]
        fileprivate var repetitions: Int32
        fileprivate var width: Int
        fileprivate var replies: Int
        fileprivate var end: End?
    }

    /// A saved walk that is damaged.
    public struct Unreadable: Error {}

    public var saved: Saved {
        Saved(
            columns: columns.map(\.description), places: places.map { $0?.description }, repetitions: repetitions,
            width: width, replies: replies, end: end)
    }

    /// - Parameter saved: a walk to which the parts that it had read are yet to be given, by `append`.
    public init(saved: Saved) throws {
        func name(_ text: String) throws -> OID {
            guard let name = OID(text) else { throw Unreadable() }
            return name
        }
        guard saved.columns.count == saved.places.count else { throw Unreadable() }
        self.init(
            columns: try saved.columns.map(name), places: try saved.places.map { try $0.map(name) },
            repetitions: saved.repetitions, width: saved.width, replies: saved.replies, end: saved.end)
    }

    /// A part as the octets of an SNMP message, which is what it came as.
    public static func encode(_ part: [VariableBinding]) -> [UInt8] {
        let pdu = StandardPDU(kind: .response, requestID: 0, variables: VariableBindings(part))
        return CommunityMessage(version: .v2c, community: [], pdu: .standard(pdu)).encode()
    }

    public static func part(_ octets: [UInt8]) throws -> [VariableBinding] {
        Array(try SNMPMessage.decode(octets).pdu?.variables ?? [])
    }
}

extension Value {
    /// About how long it is on the wire.
    var octetCount: Int {
        switch self {
        case .octetString(let octets), .opaque(let octets): octets.count + 8
        case .objectIdentifier(let oid): oid.encoded.count + 8
        default: 16
        }
    }
}
