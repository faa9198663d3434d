public import SNMPWire

/// What is asked of a device, before it is known with which community and under which request ID.
public struct SNMPRequest: Sendable, Hashable {
    public enum Operation: Sendable, Hashable {
        case get
        case getNext
        /// Of every variable this many successors (RFC 3416 §4.2.3); to a v1 device it goes as a GetNextRequest.
        case getBulk(maxRepetitions: Int32)
        case set
    }

    public var operation: Operation
    public var variables: VariableBindings

    public init(_ operation: Operation, _ variables: VariableBindings) {
        self.operation = operation
        self.variables = variables
    }

    public init(_ operation: Operation, _ names: [OID]) {
        self.init(operation, VariableBindings(names.map { VariableBinding(name: $0, value: .null) }))
    }

    public static func get(_ names: [OID]) -> SNMPRequest { SNMPRequest(.get, names) }
    public static func getNext(_ names: [OID]) -> SNMPRequest { SNMPRequest(.getNext, names) }

    /// The request as a datagram of v1 or v2c.
    public func encode(requestID: Int32, _ credential: CommunityCredential) -> [UInt8] {
        CommunityMessage(
            version: credential.version == .v1 ? .v1 : .v2c, community: credential.octets[...],
            pdu: .standard(pdu(requestID: requestID, credential.version))
        ).encode()
    }

    /// The request's PDU as devices of this version take it.
    public func pdu(requestID: Int32, _ version: SNMPVersion) -> StandardPDU {
        var pdu = StandardPDU(kind: .getRequest, requestID: requestID, variables: variables)
        switch operation {
        case .get:
            break
        case .getNext:
            pdu.kind = .getNextRequest
        case .getBulk(let maxRepetitions):
            // v1 has no GetBulkRequest: its replies hold one successor each.
            if version == .v1 {
                pdu.kind = .getNextRequest
            } else {
                pdu.kind = .getBulkRequest
                pdu.maxRepetitions = maxRepetitions
            }
        case .set:
            pdu.kind = .setRequest
        }
        return pdu
    }
}
