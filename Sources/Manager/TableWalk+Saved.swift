internal import Foundation
internal import SNMPWire

/// A walk can be put down and taken up again, so that whoever was stopped in the middle goes on where it was.
extension TableWalk {
    /// What a walk knows, as plain values.
    public struct Saved: Sendable, Codable {
        fileprivate var columns: [String]
        fileprivate var places: [String?]
        /// SNMP messages with what was read.
        fileprivate var collected: [Data]
        fileprivate var repetitions: Int32
        fileprivate var width: Int
        fileprivate var replies: Int
        fileprivate var end: End?
    }

    /// A saved walk that is damaged.
    public struct Unreadable: Error {}

    /// Octets of a message, give or take a variable: well below what a message may have.
    private static let messageOctets = 16_384

    public var saved: Saved {
        var messages: [Data] = []
        var part: [VariableBinding] = []
        var octets = 0
        func close() {
            guard !part.isEmpty else { return }
            let pdu = StandardPDU(kind: .response, requestID: 0, variables: VariableBindings(part))
            messages.append(Data(CommunityMessage(version: .v2c, community: [], pdu: .standard(pdu)).encode()))
            (part, octets) = ([], 0)
        }
        for variable in collected {
            part.append(variable)
            octets += variable.name.encoded.count + variable.value.octetCount
            if octets > TableWalk.messageOctets { close() }
        }
        close()
        return Saved(
            columns: columns.map(\.description), places: places.map { $0?.description }, collected: messages,
            repetitions: repetitions, width: width, replies: replies, end: end)
    }

    public init(saved: Saved) throws {
        func name(_ text: String) throws -> OID {
            guard let name = OID(text) else { throw Unreadable() }
            return name
        }
        guard saved.columns.count == saved.places.count else { throw Unreadable() }
        let variables = try saved.collected.flatMap { message in
            Array(try SNMPMessage.decode(Array(message)).pdu?.variables ?? [])
        }
        self.init(
            columns: try saved.columns.map(name), places: try saved.places.map { try $0.map(name) },
            collected: variables, repetitions: saved.repetitions, width: saved.width, replies: saved.replies,
            end: saved.end)
    }
}

extension Value {
    /// About how long it is on the wire.
    fileprivate var octetCount: Int {
        switch self {
        case .octetString(let octets), .opaque(let octets): octets.count + 8
        case .objectIdentifier(let oid): oid.encoded.count + 8
        default: 16
        }
    }
}
