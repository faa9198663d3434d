/// A decoded trap or inform of any version, v1's in the form that RFC 3584 §3.1 gives it. It shares the datagram's
/// buffer.
public struct SNMPNotification: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        case trap
        /// Wants a response.
        case inform
    }

    public var version: SNMPVersion
    public var kind: Kind
    /// Empty in v3.
    public var community: ArraySlice<UInt8>
    /// The value of `snmpTrapOID.0`; for v1 what RFC 3584 §3.1 makes of it.
    public var trapOID: OID
    /// v1 only: the trap's own `enterprise`.
    public var enterprise: OID?
    /// v1 only: `agent-addr`, IPv4 in host order.
    public var agentAddress: UInt32?
    /// The value of `sysUpTime.0`, in hundredths of a second.
    public var uptime: UInt32
    /// `nil` for v1, which has none.
    public var requestID: Int32?
    /// v3 only.
    public var v3: V3Identity?
    /// Those after `sysUpTime.0` and `snmpTrapOID.0`.
    public var variables: VariableBindings

    public init(
        version: SNMPVersion, kind: Kind = .trap, community: ArraySlice<UInt8> = [], trapOID: OID,
        enterprise: OID? = nil, agentAddress: UInt32? = nil, uptime: UInt32, requestID: Int32? = nil,
        v3: V3Identity? = nil, variables: VariableBindings
    ) {
        self.version = version
        self.kind = kind
        self.community = community
        self.trapOID = trapOID
        self.enterprise = enterprise
        self.agentAddress = agentAddress
        self.uptime = uptime
        self.requestID = requestID
        self.v3 = v3
        self.variables = variables
    }

    /// - Throws: `.notANotification` for any other PDU, `.missingTrapOID` for a v2 notification that does not say what
    ///   it is, `.v3Unsupported` for an encrypted one. The offsets count from the variables, or are 0.
    public init(_ message: SNMPMessage) throws(WireError) {
        switch message {
        case .community(let message):
            try self.init(message.pdu, version: message.version, community: message.community, v3: nil)
        case .v3(let envelope):
            guard case .plaintext(let contextEngineID, let contextName, let pdu) = envelope.scopedPDU else {
                throw WireError(.v3Unsupported, at: 0)
            }
            let identity = V3Identity(
                userName: envelope.userName, level: envelope.level, engineID: envelope.engineID,
                contextEngineID: contextEngineID, contextName: contextName)
            try self.init(pdu, version: .v3, community: [], v3: identity)
        }
    }

    /// Reads a datagram.
    public static func decode(
        _ datagram: [UInt8], leniency: Leniency = .devices
    ) throws(WireError) -> SNMPNotification {
        // The check comes first: it knows the offsets, and it is the one place that judges the header's leniency.
        _ = try NotificationView.check(datagram.rawOctets, leniency: leniency)
        return try SNMPNotification(try SNMPMessage.decode(datagram, leniency: leniency))
    }

    private init(
        _ pdu: PDU, version: SNMPVersion, community: ArraySlice<UInt8>, v3: V3Identity?
    ) throws(WireError) {
        switch pdu {
        case .trapV1(let trap):
            self.init(
                version: version, community: community, trapOID: trap.trapOID, enterprise: trap.enterprise,
                agentAddress: trap.agentAddress, uptime: trap.timestamp, v3: v3, variables: trap.variables)
        case .standard(let pdu):
            guard pdu.kind.isNotification else { throw WireError(.notANotification, at: 0) }
            let (uptime, trapOID, rest) = try pdu.variables.splitHeader()
            self.init(
                version: version, kind: pdu.kind == .informRequest ? .inform : .trap, community: community,
                trapOID: trapOID, uptime: uptime, requestID: pdu.requestID, v3: v3, variables: rest)
        }
    }
}

/// Who a v3 message says that it comes from.
public struct V3Identity: Sendable, Hashable {
    public var userName: ArraySlice<UInt8>
    public var level: SecurityLevel
    public var engineID: ArraySlice<UInt8>
    public var contextEngineID: ArraySlice<UInt8>
    public var contextName: ArraySlice<UInt8>

    public init(
        userName: ArraySlice<UInt8>, level: SecurityLevel, engineID: ArraySlice<UInt8>,
        contextEngineID: ArraySlice<UInt8>, contextName: ArraySlice<UInt8>
    ) {
        self.userName = userName
        self.level = level
        self.engineID = engineID
        self.contextEngineID = contextEngineID
        self.contextName = contextName
    }

    /// An SnmpAdminString is UTF-8 (RFC 3411 §5); what is not is shown with replacement characters.
    public var user: String { String(decoding: userName, as: UTF8.self) }
    public var context: String { String(decoding: contextName, as: UTF8.self) }
}
