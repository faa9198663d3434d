public import SNMPWire

/// What a device answered: the Response to one request (RFC 3416 §4.2).
public struct SNMPReply: Sendable, Hashable {
    public var requestID: Int32
    /// `error-status` of RFC 3416 §3; 0 for none.
    public var errorStatus: Int32
    /// The number from 1 of the variable that the error is about; 0 for none.
    public var errorIndex: Int32
    public var variables: VariableBindings

    public static let tooBig: Int32 = 1
    /// v1's way to say that there is no such object, or that a walk has reached the end.
    public static let noSuchName: Int32 = 2

    /// The names of RFC 3416 §3, by their numbers.
    private static let errorNames = [
        "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength",
        "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed",
        "undoFailed", "authorizationError", "notWritable", "inconsistentName",
    ]

    /// What an operator reads of an error, and what to look at.
    static func words(errorStatus: Int32) -> String {
        let number = Int(errorStatus)
        let name = errorNames.indices.contains(number) ? errorNames[number] : "error-status \(number)"
        let advice =
            switch name {
            case "authorizationError", "noAccess":
                "; on the device, look at which level it wants of the user, and at what user or community may read"
            case "genErr": "; the device names no reason, its own log may"
            default: ""
            }
        return "the device answers \(name)\(advice)"
    }

    public init(requestID: Int32, errorStatus: Int32 = 0, errorIndex: Int32 = 0, variables: VariableBindings) {
        self.requestID = requestID
        self.errorStatus = errorStatus
        self.errorIndex = errorIndex
        self.variables = variables
    }

    /// `nil` for a message with another PDU, and for v3, whose PDU is for whoever has the keys.
    public init?(_ message: SNMPMessage) {
        guard case .community(let message) = message else { return nil }
        self.init(message.pdu)
    }

    /// Of any version, where it is in the open; `nil` for another PDU.
    public init?(_ pdu: PDU) {
        guard case .standard(let pdu) = pdu, pdu.kind == .response else { return nil }
        self.init(
            requestID: pdu.requestID, errorStatus: pdu.errorStatus, errorIndex: pdu.errorIndex,
            variables: pdu.variables)
    }

    /// Whether a device that keeps to RFC 3416 could answer `request` so: the names asked for, or successors of them.
    /// An answer with an error is one to any request.
    public func answers(_ request: SNMPRequest) -> Bool {
        guard errorStatus == 0 else { return true }
        let asked = request.variables
        switch request.operation {
        case .get, .set:
            return variables.count == asked.count && zip(variables, asked).allSatisfy { $0.name == $1.name }
        case .getNext:
            return variables.count == asked.count && zip(variables, asked).allSatisfy(SNMPReply.isSuccessor)
        case .getBulk(let maxRepetitions):
            guard !asked.isEmpty, variables.count <= asked.count * max(1, Int(maxRepetitions)) else { return false }
            var before = Array(asked)
            for (index, variable) in variables.enumerated() {
                let column = index % before.count
                guard SNMPReply.isSuccessor(variable, of: before[column]) else { return false }
                before[column] = variable
            }
            return true
        }
    }

    /// The end of the view repeats the name asked for (RFC 3416 §4.2.2).
    private static func isSuccessor(_ variable: VariableBinding, of asked: VariableBinding) -> Bool {
        variable.value == .endOfMibView ? variable.name >= asked.name : variable.name > asked.name
    }
}
