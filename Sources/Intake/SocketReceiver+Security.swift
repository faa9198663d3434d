internal import Basics
internal import Logging
internal import SNMPSecurity
internal import SNMPWire
internal import Synchronization

// Messages of v3: judged by the User-based Security Model, and answered with Reports where they are not let in.

extension SocketReceiver {
    func takeSecured(
        _ header: DatagramHeader, _ payload: RawSpan, _ summary: V3Summary, _ now: Int64, _ batch: inout ReceivedBatch
    ) {
        let moment = Moment.received(header.time)
        let admitted: AdmittedMessage
        do throws(SecurityRefusal) {
            admitted = try gate.incoming.admit(
                payload, summary, from: header.sender.address, at: moment, looksInside: awaited.isAsked(header.sender))
        } catch {
            if error == .notANotification, awaited.isAsked(header.sender) {
                return refuse(header, .unawaited, nil, now, &batch)
            }
            return refuse(header, payload, summary, error, moment, now, &batch)
        }
        switch admitted {
        case .trap(let level):
            if gate.troubles.isAnyStanding, level != .noAuthNoPriv,
                let engine = EngineID(payload.extracting(summary.engineID))
            {
                gate.troubles.settle(engine, from: header.sender.address, now: now)
            }
            batch.accounts.received += 1
            append(header, payload, to: &batch)
        case .inform(let inform):
            batch.steps.settle(header.sender.address)
            takeInform(header, payload, summary, inform, moment, now, &batch)
        }
    }

    /// A repeat comes with new octets around the PDU, so that it is known by what was decrypted. Only what is no repeat may
    /// be a replay.
    private func takeInform(
        _ header: DatagramHeader, _ payload: RawSpan, _ summary: V3Summary, _ inform: AdmittedInform, _ moment: Moment,
        _ now: Int64, _ batch: inout ReceivedBatch
    ) {
        // Noted of each, so that nobody can send a repeat once more from elsewhere.
        let isReplay = gate.incoming.isReplay(inform, at: moment)
        let key = InformKey(sender: header.sender, payload, summary, inform.plaintext, inform.scoped)
        // Whoever sends another's inform again costs neither a place among the genuine ones nor an answer.
        if isReplay, !recalled.contains(key, now: now), !informs.withLock({ $0.contains(key) }) {
            return refuse(header, payload, summary, .replayed, moment, now, &batch)
        }
        let response = gate.incoming.response(to: inform, payload, summary, at: moment)
        guard let response else {
            // The library fails: the inform is kept, and its sender will try again.
            guard !isReplay else { return refuse(header, payload, summary, .replayed, moment, now, &batch) }
            batch.accounts.received += 1
            append(header, payload, to: &batch)
            return
        }
        let answer = ReceivedBatch.Answer(payload: response, path: header.answerPath, note: inform.replayNote)
        guard let ticket = recognise(key, answer, now, &batch) else {
            batch.accounts.received += 1
            return
        }
        guard !isReplay else {
            // Its first could not be kept, a moment ago.
            informs.withLock { _ = $0.settle(key, ticket, isDurable: false) }
            return refuse(header, payload, summary, .replayed, moment, now, &batch)
        }
        batch.accounts.received += 1
        append(header, payload, to: &batch)
        batch.informs.append(ReceivedBatch.PendingInform(key: key, ticket: ticket, answer: answer))
    }

    private func refuse(
        _ header: DatagramHeader, _ payload: RawSpan, _ summary: V3Summary, _ refusal: SecurityRefusal,
        _ moment: Moment, _ now: Int64, _ batch: inout ReceivedBatch
    ) {
        batch.accounts.received += 1
        let isAnswered = report(header, payload, summary, refusal, moment, now, &batch)
        var refusal = refusal
        if isAnswered, isStep(refusal, payload, summary) {
            guard let times = batch.steps.note(header.sender.address, now: now) else {
                batch.accounts.answered += 1
                return
            }
            refusal = .noInformFollows(times: times)
        } else if EngineID(payload.extracting(summary.engineID)) == gate.incoming.engine.id {
            // It has our engine ID and clock; what keeps it out now has a name and a line of its own.
            batch.steps.settle(header.sender.address)
        }
        batch.accounts.refused[.security(refusal.label), default: 0] += 1
        tell(header, payload, summary, refusal, now)
    }

    /// Whether this is how an inform begins: its sender asks for our engine ID, and then for our clock (RFC 3414 §4), or
    /// for it again after a restart of ours. Nothing is lost, and nobody need look after it, as long as an inform follows.
    private func isStep(_ refusal: SecurityRefusal, _ payload: RawSpan, _ summary: V3Summary) -> Bool {
        switch refusal {
        case .unknownEngine:
            return summary.engineID.isEmpty && summary.scoped != nil
        case .ownClockMissed(let told, let own):
            return told.boots < own.boots
        default:
            return false
        }
    }

    private func tell(
        _ header: DatagramHeader, _ payload: RawSpan, _ summary: V3Summary, _ refusal: SecurityRefusal, _ now: Int64
    ) {
        let user = payload.extracting(summary.userName)
        let engine = EngineID(payload.extracting(summary.engineID))
        if let (known, told) = refusal.clocks, let engine {
            gate.troubles.note(engine, now: now) {
                .clockWentBack(
                    engine: engine, user: SecurityRefusal.printable(user), known: known, told: told,
                    sender: header.sender.address)
            }
        }
        ledger.complain(refusal.label, of: header.sender.address, now: now) {
            let name = SecurityRefusal.printable(user)
            return "Refused a datagram from \(header.sender) to \(socket.endpoint), user `\(name)`, engine "
                + "\(engine?.description ?? "none"): \(refusal.advice(user: name))"
        }
    }

    /// Whether the sender gets a Report.
    private func report(
        _ header: DatagramHeader, _ payload: RawSpan, _ summary: V3Summary, _ refusal: SecurityRefusal,
        _ moment: Moment, _ now: Int64, _ batch: inout ReceivedBatch
    ) -> Bool {
        guard summary.wantsReport, refusal.report != nil else { return false }
        guard batch.reportLimiter.admits(header.sender.address, at: now, within: gate.reports) else {
            batch.reportsWithheld += 1
            return false
        }
        guard let report = gate.incoming.report(on: refusal, payload, summary, at: moment) else { return false }
        batch.reports.append(ReceivedBatch.Answer(payload: report, path: header.answerPath))
        return true
    }

    func sendReports(_ batch: inout ReceivedBatch) {
        guard !batch.reports.isEmpty || batch.reportsWithheld > 0 else { return }
        var sent = 0
        for report in batch.reports {
            if let error = socket.send(report.payload, along: report.path) {
                ledger.complain("report") {
                    "A Report to \(Endpoint(report.path.sender)) could not be sent: \(error)"
                }
            } else {
                sent += 1
            }
        }
        let withheld = batch.reportsWithheld
        ledger.book { books in
            books.reports += sent
            books.reportsWithheld += withheld
        }
        batch.reports.removeAll(keepingCapacity: true)
        batch.reportsWithheld = 0
    }
}

extension SecurityRefusal {
    /// What the engine should tell, and what it does, where it has lost its clock.
    fileprivate var clocks: (known: EngineReading, told: EngineReading)? {
        switch self {
        case .bootsWentBack(let known, let told), .timeWentBack(let known, let told): (known, told)
        default: nil
        }
    }
}
