internal import Alarms
internal import Basics
internal import Devices
internal import Journal
internal import SNMPSecurity
internal import SNMPWire

extension EventPipeline {
    /// One record, always in this order: the clock moves on; what was due by then happens, each at its own time; then
    /// what the record itself does.
    mutating func step(_ record: JournalRecord, _ draft: inout BatchDraft) {
        let isUnheard =
            record.entry.interface == OwnFacts.listener && record.entry.sender.port == OwnFacts.unheardPort
        moveClock(to: record.entry.time, isUnheard: isUnheard, &draft)
        take(record, &draft)
        for news in devices.takeNews() { tell(news, &draft) }
    }

    private mutating func take(_ record: JournalRecord, _ draft: inout BatchDraft) {
        let entry = record.entry
        let isOwn = entry.interface == OwnFacts.listener
        // The devices' alone, so that it adds up with what intake has journaled.
        if !isOwn { draft.tally.processed += 1 }

        let notification: SNMPNotification
        do throws(NotificationOpener.Failure) {
            switch try draft.opener.read(entry.payload, leniency: snapshot.leniency) {
            case .notification(let read): notification = read
            case .other(let message): return takeOther(entry, message, &draft)
            }
        } catch {
            return takeUnopened(record, error, &draft)
        }
        if isOwn && notification.trapOID == OwnFacts.tick { return }

        let received = ReceivedNotification(
            notification: notification, time: entry.time, sender: entry.sender, receiver: entry.receiver,
            listener: entry.interface, community: snapshot.communityName(notification.community))
        if isOwn, let found = OwnFacts.nameFound(in: notification) { return note(found.name, of: found.device) }
        if isOwn && OwnFacts.isSilent(notification.trapOID) { return takeSync(received, &draft) }
        var interpretation = snapshot.interpreter.interpret(isOwn ? worded(received) : received)
        let device = isOwn ? subject(of: received) : identify(received, interpretation, &draft)
        if !isOwn { noteEngineClock(of: device, received, draft.opener) }
        if isOwn, isTrustedAnyway(notification, device) { interpretation = asEvent(interpretation, notification) }
        let isRead = !isOwn && isRead(received, interpretation, device)
        if isRead { interpretation.kind = .event }
        let uptime = isOwn ? nil : noteBoot(of: device, interpretation, received, &draft)
        let event = apply(
            interpretation, of: device, received, uptime: uptime, position: record.position,
            reason: isRead ? AlarmTable.reasonLate : nil, &draft)
        guard isOwn else {
            return noteSync(received, interpretation, isRead: isRead, event, uptime: uptime, device, &draft)
        }
        takeSync(received, &draft)
        if let request = OwnFacts.request(in: notification) {
            requests.append(request)
            note(request, in: received)
        }
        carryOut(received, &draft)
    }
}
