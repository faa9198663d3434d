/// The kind of a PDU; the raw value is its tag (RFC 3416 §3, RFC 1157 §4.1).
public enum PDUKind: UInt8, Sendable, Hashable, CaseIterable {
    case getRequest = 0xa0
    case getNextRequest = 0xa1
    case response = 0xa2
    case setRequest = 0xa3
    case trapV1 = 0xa4
    case getBulkRequest = 0xa5
    case informRequest = 0xa6
    case trapV2 = 0xa7
    case report = 0xa8

    /// `trap` (of either form), `inform`, `response`, `report`, `get`, `get-next`, `get-bulk`, `set`.
    public var name: String {
        switch self {
        case .getRequest: "get"
        case .getNextRequest: "get-next"
        case .response: "response"
        case .setRequest: "set"
        case .trapV1, .trapV2: "trap"
        case .getBulkRequest: "get-bulk"
        case .informRequest: "inform"
        case .report: "report"
        }
    }

    public var isNotification: Bool {
        self == .trapV1 || self == .trapV2 || self == .informRequest
    }

    /// Whether the RFCs of that version have this PDU.
    func belongs(to version: SNMPVersion) -> Bool {
        switch self {
        case .getRequest, .getNextRequest, .response, .setRequest: true
        case .trapV1: version == .v1
        case .getBulkRequest, .informRequest, .trapV2, .report: version != .v1
        }
    }
}

/// Every PDU but v1's trap (PDU and BulkPDU of RFC 3416 §3).
public struct StandardPDU: Sendable, Hashable {
    /// Not `.trapV1`, which has a form of its own.
    public var kind: PDUKind
    public var requestID: Int32
    /// `non-repeaters` of a GetBulkRequest.
    public var errorStatus: Int32
    /// `max-repetitions` of a GetBulkRequest.
    public var errorIndex: Int32
    public var variables: VariableBindings

    public init(
        kind: PDUKind, requestID: Int32, errorStatus: Int32 = 0, errorIndex: Int32 = 0, variables: VariableBindings
    ) {
        self.kind = kind
        self.requestID = requestID
        self.errorStatus = errorStatus
        self.errorIndex = errorIndex
        self.variables = variables
    }

    /// The number of leading variables that a GetBulkRequest asks for once.
    public var nonRepeaters: Int32 {
        get { errorStatus }
        set { errorStatus = newValue }
    }

    /// How many successors of each other variable a GetBulkRequest asks for.
    public var maxRepetitions: Int32 {
        get { errorIndex }
        set { errorIndex = newValue }
    }
}

/// The Trap-PDU of v1 (RFC 1157 §4.1.6).
public struct TrapV1PDU: Sendable, Hashable {
    public var enterprise: OID
    /// IPv4 in host order: 192.0.2.1 is 0xc0000201.
    public var agentAddress: UInt32
    /// 0 (coldStart) to 5 (egpNeighborLoss), or 6: `specificTrap` under `enterprise`.
    public var genericTrap: Int32
    public var specificTrap: Int32
    /// The sender's sysUpTime in hundredths of a second.
    public var timestamp: UInt32
    public var variables: VariableBindings

    /// `generic-trap` of a trap that `enterprise` and `specific-trap` name.
    public static let enterpriseSpecific: Int32 = 6

    public init(
        enterprise: OID, agentAddress: UInt32, genericTrap: Int32, specificTrap: Int32, timestamp: UInt32,
        variables: VariableBindings
    ) {
        self.enterprise = enterprise
        self.agentAddress = agentAddress
        self.genericTrap = genericTrap
        self.specificTrap = specificTrap
        self.timestamp = timestamp
        self.variables = variables
    }
}

public enum PDU: Sendable, Hashable {
    case trapV1(TrapV1PDU)
    case standard(StandardPDU)

    public var kind: PDUKind {
        switch self {
        case .trapV1: .trapV1
        case .standard(let pdu): pdu.kind
        }
    }

    public var variables: VariableBindings {
        switch self {
        case .trapV1(let pdu): pdu.variables
        case .standard(let pdu): pdu.variables
        }
    }
}
