public import SNMPWire

// What a receiver sends back: Reports, by which senders discover us and set their clocks, and the Responses to informs.

extension IncomingSecurity {
    /// The Report that a refused message is answered with (RFC 3412 §7.1 step 3, RFC 3414 §3.2); `nil` where its sender
    /// asked for none or could make no use of it. A sender's own question is about as long; one that was made to be as short
    /// as can be gets three times its length at most. Whoever sends it limits the rate.
    /// - Parameter datagram: what was refused, of which `summary` tells.
    public func report(
        on refusal: SecurityRefusal, _ datagram: RawSpan, _ summary: V3Summary, at moment: Moment
    ) -> [UInt8]? {
        guard summary.wantsReport, let kind = reportKind(of: refusal, datagram, summary) else { return nil }
        var keys: LocalisedKeys?
        if kind == .notInTimeWindows {
            // The sender sets its clock by it, and so must be able to believe it.
            guard let name = ShortOctets(datagram.extracting(summary.userName)),
                let entry = users.entry(named: name), let known = ring.keys(entry.identity, at: engine.id)
            else { return nil }
            keys = known
        }
        let counter = VariableBinding(name: kind.oid, value: .counter32(statistics[kind]))
        let pdu = StandardPDU(
            // 0 where it is encrypted or was not read.
            kind: .report, requestID: summary.scoped?.requestID ?? 0, variables: [counter])
        let contextName = summary.scoped.map { datagram.extracting($0.contextName).copied } ?? []
        let id = engine.id.octets[...]
        let message = OutgoingMessage(
            messageID: summary.messageID, isReportable: false, engineID: id, reading: engine.reading(at: moment),
            userName: datagram.extracting(summary.userName).copied[...],
            level: keys == nil ? .noAuthNoPriv : .authNoPriv,
            scoped: ScopedPDU(contextEngineID: id, contextName: contextName[...], pdu: .standard(pdu)))
        return try? message.encode(keys: keys, salts: salts)
    }

    /// What a refusal is counted as, and its sender told where it wants that.
    func reportKind(of refusal: SecurityRefusal, _ datagram: RawSpan, _ summary: V3Summary) -> ReportKind? {
        guard let kind = refusal.report else { return nil }
        // What is wrong at another engine is not for us to say, except that we are not that engine.
        return summary.wantsReport && EngineID(datagram.extracting(summary.engineID)) != engine.id
            ? .unknownEngineIDs : kind
    }

    /// The Response that acknowledges an inform (RFC 3416 §4.2.7), authenticated and encrypted as the inform was; to be
    /// sent once it is kept. `nil` only where the library fails.
    /// - Parameter datagram: what was admitted, of which `summary` tells.
    public func response(
        to inform: AdmittedInform, _ datagram: RawSpan, _ summary: V3Summary, at moment: Moment
    ) -> [UInt8]? {
        let octets = inform.plaintext ?? datagram.copied
        let buffer = octets[...]
        guard case .standard(var pdu) = try? PDU.decode(octets, at: inform.scoped.pdu) else { return nil }
        pdu.kind = .response
        pdu.errorStatus = 0
        pdu.errorIndex = 0
        let message = OutgoingMessage(
            messageID: summary.messageID, isReportable: false, engineID: engine.id.octets[...],
            reading: engine.reading(at: moment), userName: datagram.extracting(summary.userName).copied[...],
            level: inform.level,
            scoped: ScopedPDU(
                contextEngineID: buffer[inform.scoped.contextEngineID], contextName: buffer[inform.scoped.contextName],
                pdu: .standard(pdu)))
        return try? message.encode(keys: inform.keys, salts: salts)
    }
}

extension V3Summary {
    /// Whether a Report may go back: it is asked for, and a PDU that can be seen is one that is answered at all (RFC 3412
    /// §6.4 and §7.1).
    public var wantsReport: Bool {
        isReportable && scoped?.kind != .trapV1 && scoped?.kind != .trapV2 && scoped?.kind != .response
            && scoped?.kind != .report
    }
}

extension RawSpan {
    var copied: [UInt8] {
        unsafe withUnsafeBytes { unsafe Array($0) }
    }
}
