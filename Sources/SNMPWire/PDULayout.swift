/// Where the parts of a PDU lie in a datagram: what the reader makes of it without touching the heap.
struct PDULayout {
    var kind: PDUKind
    /// The whole PDU, tag and length included.
    var element: Range<Int>
    var requestID: Int32 = 0
    /// The request ID's content octets.
    var requestIDContents: Range<Int> = 0..<0
    var errorStatus: Int32 = 0
    var errorIndex: Int32 = 0
    /// The content octets of the variables' list.
    var variables: Range<Int> = 0..<0
    var variableCount = 0

    // Of v1's trap alone.
    var enterprise: Range<Int> = 0..<0
    var agentAddress: UInt32 = 0
    var genericTrap: Int32 = 0
    var specificTrap: Int32 = 0
    var timestamp: UInt32 = 0
}

extension PDULayout {
    /// - Parameter datagram: what the layout was read from.
    /// - Returns: `nil` for v1's trap, which needs none.
    /// - Throws: `.notANotification`, `.missingTrapOID`.
    func notificationHeader(
        in datagram: RawSpan, leniency: Leniency
    ) throws(WireError) -> NotificationHeader? {
        guard kind.isNotification else { throw WireError(.notANotification, at: element.lowerBound) }
        guard kind != .trapV1 else { return nil }
        return try BERReader(datagram, leniency: leniency).inside(variables).notificationHeader()
    }
}

extension BERReader {
    /// Reads a PDU and every variable in it, unless they are left for later.
    @_lifetime(self: copy self)
    mutating func pdu(version: SNMPVersion, leavesVariables: Bool = false) throws(WireError) -> PDULayout {
        let start = position
        let (tag, contents) = try element()
        guard let kind = PDUKind(rawValue: tag),
            kind.belongs(to: version) || (kind.isNotification && leniency.contains(.pduOfOtherVersion))
        else { throw WireError(.badType, at: start) }
        var layout = PDULayout(kind: kind, element: start..<position)
        var reader = inside(contents)
        if kind == .trapV1 {
            layout.enterprise = try reader.objectIdentifier()
            layout.agentAddress = try reader.ipAddress(in: try reader.element(BERTag.ipAddress))
            layout.genericTrap = try reader.int32()
            layout.specificTrap = try reader.int32()
            layout.timestamp = try reader.uint32(in: try reader.element(BERTag.timeTicks))
        } else {
            (layout.requestID, layout.requestIDContents) = try reader.requestID()
            layout.errorStatus = try reader.int32()
            layout.errorIndex = try reader.int32()
        }
        layout.variables = try reader.element(BERTag.sequence)
        try reader.expectEnd()
        if leavesVariables { return layout }
        var list = inside(layout.variables)
        layout.variableCount = try list.countBindings()
        return layout
    }
}

extension PDU {
    /// - Parameter buffer: the datagram that the layout was read from.
    init(_ layout: PDULayout, in buffer: ArraySlice<UInt8>) {
        let variables = VariableBindings(checked: buffer.octets(layout.variables), count: layout.variableCount)
        if layout.kind == .trapV1 {
            self = .trapV1(
                TrapV1PDU(
                    enterprise: OID(checked: buffer.octets(layout.enterprise)), agentAddress: layout.agentAddress,
                    genericTrap: layout.genericTrap, specificTrap: layout.specificTrap, timestamp: layout.timestamp,
                    variables: variables))
        } else {
            self = .standard(
                StandardPDU(
                    kind: layout.kind, requestID: layout.requestID, errorStatus: layout.errorStatus,
                    errorIndex: layout.errorIndex, variables: variables))
        }
    }
}

extension BERWriter {
    mutating func append(_ pdu: PDU) {
        append(pdu.kind.rawValue) { writer in
            switch pdu {
            case .trapV1(let trap):
                writer.append(trap.enterprise)
                writer.append(.ipAddress(trap.agentAddress))
                writer.append(trap.genericTrap)
                writer.append(trap.specificTrap)
                writer.append(.timeTicks(trap.timestamp))
            case .standard(let pdu):
                writer.append(pdu.requestID)
                writer.append(pdu.errorStatus)
                writer.append(pdu.errorIndex)
            }
            writer.append(BERTag.sequence, pdu.variables.encoded)
        }
    }
}
