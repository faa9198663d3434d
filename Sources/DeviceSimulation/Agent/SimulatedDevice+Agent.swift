public import Basics
internal import SNMPWire

/// The device's SNMP agent for v1 and v2c (RFC 1157 §4.1, RFC 3416 §4.2).
extension SimulatedDevice {
    /// What the agent answers to a datagram; `nil` for none: it is down or cut off, the community is not one of its
    /// own, or this is no request.
    public mutating func answer(_ datagram: [UInt8], at time: Timestamp) -> [UInt8]? {
        guard phase != .down, isConnected, let message = try? SNMPMessage.decode(datagram),
            case .community(let request) = message, case .standard(let pdu) = request.pdu
        else { return nil }
        let isWriter = request.community.elementsEqual(options.writeCommunity.utf8)
        guard isWriter || request.community.elementsEqual(options.readCommunity.utf8) else { return nil }
        let agent = AgentRequest(
            view: AgentView(device: self, time: time), version: request.version, community: request.community,
            octetLimit: options.responseOctets)
        switch pdu.kind {
        case .getRequest: return agent.get(pdu)
        case .getNextRequest: return agent.getNext(pdu)
        case .getBulkRequest: return agent.getBulk(pdu)
        case .setRequest:
            let (answer, indication) = agent.set(pdu, mayWrite: isWriter)
            if let indication { units[activeUnit].coldStartIndication = indication }
            return answer
        case .response, .trapV1, .informRequest, .trapV2, .report: return nil
        }
    }
}

/// One request and how it is answered.
struct AgentRequest {
    let view: AgentView
    let version: SNMPVersion
    let community: ArraySlice<UInt8>
    /// Of a response.
    let octetLimit: Int

    /// error-status (RFC 3416 §3); v1 has only those up to genErr (5).
    private enum ErrorStatus: Int32 {
        case noError = 0
        case tooBig = 1
        case noSuchName = 2
        case badValue = 3
        case noAccess = 6
        case wrongType = 7
        case wrongValue = 10
        case notWritable = 17
    }

    func get(_ pdu: StandardPDU) -> [UInt8] {
        var found: [VariableBinding] = []
        for (index, asked) in pdu.variables.enumerated() {
            let value: Value
            switch view.get(asked.name) {
            case .value(let known): value = known
            case .noSuchObject: value = .noSuchObject
            case .noSuchInstance: value = .noSuchInstance
            }
            if version == .v1, value == .noSuchObject || value == .noSuchInstance {
                return refuse(pdu, .noSuchName, at: index)
            }
            found.append(VariableBinding(name: asked.name, value: value))
        }
        return respond(pdu, found)
    }

    func getNext(_ pdu: StandardPDU) -> [UInt8] {
        var found: [VariableBinding] = []
        for (index, asked) in pdu.variables.enumerated() {
            if let next = view.next(after: asked.name) {
                found.append(next)
            } else if version == .v1 {
                return refuse(pdu, .noSuchName, at: index)
            } else {
                found.append(VariableBinding(name: asked.name, value: .endOfMibView))
            }
        }
        return respond(pdu, found)
    }

    /// As many repetitions as fit into a response (RFC 3416 §4.2.3).
    func getBulk(_ pdu: StandardPDU) -> [UInt8] {
        let once = min(max(0, Int(pdu.nonRepeaters)), pdu.variables.count)
        var found: [VariableBinding] = []
        // What a variable takes beside its own octets is counted once too often at most: the sum errs to the safe side.
        var octets = respond(pdu, []).count
        func add(_ binding: VariableBinding) -> Bool {
            octets += VariableBindings([binding]).encoded.count
            // The lengths of message, PDU and list may need two octets more each than in the empty response.
            guard octets + 6 <= octetLimit else { return false }
            found.append(binding)
            return true
        }
        var repeated: [OID] = []
        for (index, asked) in pdu.variables.enumerated() {
            guard index < once else {
                repeated.append(asked.name)
                continue
            }
            let next = view.next(after: asked.name) ?? VariableBinding(name: asked.name, value: .endOfMibView)
            if !add(next) { return respond(pdu, found) }
        }
        for _ in 0..<max(0, repeated.isEmpty ? 0 : Int(pdu.maxRepetitions)) {
            var isAtEnd = true
            for (column, name) in repeated.enumerated() {
                let next = view.next(after: name)
                let binding = next ?? VariableBinding(name: name, value: .endOfMibView)
                if !add(binding) { return respond(pdu, found) }
                if let next {
                    repeated[column] = next.name
                    isAtEnd = false
                }
            }
            if isAtEnd { break }
        }
        return respond(pdu, found)
    }

    /// One object can be written: acSysSNMPEmsColdStrartIndication, by which a manager notices a restart. A request is
    /// carried out whole or not at all.
    func set(_ pdu: StandardPDU, mayWrite: Bool) -> (answer: [UInt8], coldStartIndication: UInt32?) {
        let writable = AgentScalar.acSysSNMPEmsColdStrartIndication.oid.appending(0)
        var indication: UInt32?
        for (index, binding) in pdu.variables.enumerated() {
            guard mayWrite else { return (refuse(pdu, .noAccess, orInV1: .noSuchName, at: index), nil) }
            guard binding.name == writable else {
                return (refuse(pdu, .notWritable, orInV1: .noSuchName, at: index), nil)
            }
            guard case .gauge32(let number) = binding.value else {
                return (refuse(pdu, .wrongType, orInV1: .badValue, at: index), nil)
            }
            guard number <= UInt32(Int32.max) else {
                return (refuse(pdu, .wrongValue, orInV1: .badValue, at: index), nil)
            }
            indication = number
        }
        return (encoded(pdu, variables: pdu.variables), indication)
    }

    // MARK: - Responses

    /// A response that does not fit says so: v2c with no variables, v1 with those of the request.
    private func respond(_ pdu: StandardPDU, _ variables: [VariableBinding]) -> [UInt8] {
        let response = encoded(pdu, variables: VariableBindings(variables))
        guard response.count > octetLimit else { return response }
        return encoded(
            pdu, status: .tooBig, variables: version == .v1 ? pdu.variables : VariableBindings())
    }

    private func refuse(
        _ pdu: StandardPDU, _ status: ErrorStatus, orInV1 old: ErrorStatus? = nil, at index: Int
    ) -> [UInt8] {
        let status = version == .v1 ? old ?? status : status
        return encoded(pdu, status: status, index: Int32(index + 1), variables: pdu.variables)
    }

    private func encoded(
        _ pdu: StandardPDU, status: ErrorStatus = .noError, index: Int32 = 0, variables: VariableBindings
    ) -> [UInt8] {
        let response = StandardPDU(
            kind: .response, requestID: pdu.requestID, errorStatus: status.rawValue, errorIndex: index,
            variables: variables)
        return CommunityMessage(version: version, community: community, pdu: .standard(response)).encode()
    }
}
