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
        guard let pdu = message.pdu else { throw WireError(.v3Unsupported, at: 0) }
        self.init(version: message.version, trapOID: .zeroDotZero, uptime: 0, variables: pdu.variables)
        switch message {
        case .community(let message): community = message.community
        case .v3(let envelope): v3 = V3Identity(envelope)
        }
        switch pdu {
        case .trapV1(let trap): take(trap)
        case .standard(let pdu):
            guard pdu.kind.isNotification else { throw WireError(.notANotification, at: 0) }
            let list = pdu.variables.encoded
            let header = try BERReader(list.rawOctets, leniency: .devices).notificationHeader()
            take(header, of: 0..<list.count, count: pdu.variables.count, in: list)
            kind = pdu.kind == .informRequest ? .inform : .trap
            requestID = pdu.requestID
        }
    }

    /// Reads a datagram, in one pass over it.
    public static func decode(
        _ datagram: [UInt8], leniency: Leniency = .devices
    ) throws(WireError) -> SNMPNotification {
        let layout = try MessageLayout(datagram.rawOctets, leniency: leniency)
        guard let pdu = layout.pdu else { throw WireError(.v3Unsupported, at: layout.encryptedOffset) }
        let header = try pdu.notificationHeader(in: datagram.rawOctets, leniency: leniency)
        return SNMPNotification(layout, pdu, header, in: datagram[...])
    }

    private init(
        _ layout: MessageLayout, _ pdu: PDULayout, _ header: NotificationHeader?, in buffer: ArraySlice<UInt8>
    ) {
        switch layout.body {
        case .community(let range, _):
            self.init(layout.version, nil, pdu, header, in: buffer)
            community = buffer.octets(range)
        case .v3(let v3):
            self.init(layout.version, V3Identity(V3Envelope(v3, in: buffer)), pdu, header, in: buffer)
        }
    }

    /// - Parameter buffer: what PDU and header were read from.
    init(
        _ version: SNMPVersion, _ identity: V3Identity?, _ pdu: PDULayout, _ header: NotificationHeader?,
        in buffer: ArraySlice<UInt8>
    ) {
        self.init(
            version: version, trapOID: .zeroDotZero, uptime: 0, v3: identity,
            variables: VariableBindings(checked: [], count: 0))
        if let header {
            take(header, of: pdu.variables, count: pdu.variableCount, in: buffer)
            kind = pdu.kind == .informRequest ? .inform : .trap
            requestID = pdu.requestID
        } else if case .trapV1(let trap) = PDU(pdu, in: buffer) {
            take(trap)
        }
    }

    private mutating func take(_ trap: TrapV1PDU) {
        trapOID = trap.trapOID
        enterprise = trap.enterprise
        agentAddress = trap.agentAddress
        uptime = trap.timestamp
        variables = trap.variables
    }

    private mutating func take(
        _ header: NotificationHeader, of list: Range<Int>, count: Int, in buffer: ArraySlice<UInt8>
    ) {
        trapOID = OID(checked: buffer.octets(header.trapOID))
        uptime = header.uptime
        variables = header.rest(of: list, count: count, in: buffer)
    }
}

/// Who a v3 message says that it comes from.
public struct V3Identity: Sendable, Hashable {
    public var userName: ArraySlice<UInt8>
    public var level: SecurityLevel
    /// The authoritative engine: the sender's of a trap, the receiver's of an inform (RFC 3414 §1.5.1).
    public var engineID: ArraySlice<UInt8>
    /// What that engine's clock showed (RFC 3414 §2.2).
    public var engineBoots: Int32
    public var engineTime: Int32
    public var contextEngineID: ArraySlice<UInt8>
    public var contextName: ArraySlice<UInt8>

    public init(
        userName: ArraySlice<UInt8>, level: SecurityLevel, engineID: ArraySlice<UInt8>,
        engineBoots: Int32 = 0, engineTime: Int32 = 0, contextEngineID: ArraySlice<UInt8>,
        contextName: ArraySlice<UInt8>
    ) {
        self.userName = userName
        self.level = level
        self.engineID = engineID
        self.engineBoots = engineBoots
        self.engineTime = engineTime
        self.contextEngineID = contextEngineID
        self.contextName = contextName
    }

    /// `nil` where the PDU is encrypted, and its context with it.
    init?(_ envelope: V3Envelope) {
        guard case .plaintext(let contextEngineID, let contextName, _) = envelope.scopedPDU else { return nil }
        self.init(
            userName: envelope.userName, level: envelope.level, engineID: envelope.engineID,
            engineBoots: envelope.engineBoots, engineTime: envelope.engineTime, contextEngineID: contextEngineID,
            contextName: contextName)
    }

    /// Proven to be its user's, where it was let in.
    public var isAuthenticated: Bool { level != .noAuthNoPriv }

    /// An SnmpAdminString is UTF-8 (RFC 3411 §5); what is not is shown with replacement characters.
    public var user: String { String(decoding: userName, as: UTF8.self) }
    public var context: String { String(decoding: contextName, as: UTF8.self) }
}
