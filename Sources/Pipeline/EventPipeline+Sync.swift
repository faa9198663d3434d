internal import Alarms
internal import Basics
internal import Devices
internal import Journal
internal import Manager
internal import Resynchronisation
internal import SNMPSecurity
internal import SNMPWire
internal import Store

/// Keeping alarms in step with the devices': requests are left in the store, answers come in through the journal.
extension EventPipeline {
    /// The reason on what a device's tables said and its notifications did not.
    static let reasonResynchronised = "resynchronised"
    /// From the start of the server to the first question: its devices have more to say than usual then.
    private static let startPause: Int64 = 10_000_000_000
    /// After a start or a blind interval, devices are asked one after the other: twenty each second.
    private static let pace: Int64 = 50_000_000
    /// From a claim to the question whether it is true: what belongs together comes together.
    private static let claimPause: Int64 = 2_000_000_000

    /// The number of the request left last; those up to it are in the store once the batch is.
    public var lastRequest: Int64 { syncs.lastNumber }

    private func settings(_ device: EventDevice) -> SyncSettings? {
        snapshot.managed.rule(for: device.address)?.settings
    }

    // MARK: - What comes in

    /// Whether what a notification says was read from its device's history before: then it is only logged.
    mutating func isRead(
        _ received: ReceivedNotification, _ interpretation: Interpretation, _ device: EventDevice
    ) -> Bool {
        guard interpretation.kind == .alarm, !snapshot.managed.isEmpty, let settings = settings(device)
        else { return false }
        return syncs.isLate(
            device.id, trapOID: snapshot.interpreter.canonical(interpretation.trapOID),
            variables: received.notification.variables, at: received.time, settings)
    }

    /// A device's notification, after its own effects.
    ///
    /// - Parameters:
    ///   - isRead: what it says was read from the device's history before.
    ///   - event: what it led to; `nil` where that is withheld.
    mutating func noteSync(
        _ received: ReceivedNotification, _ interpretation: Interpretation, isRead: Bool, _ event: Event?,
        uptime: UInt32?, _ device: EventDevice, _ draft: inout BatchDraft
    ) {
        guard !snapshot.managed.isEmpty, let settings = settings(device) else { return }
        let kind: RunningNumbers.Class =
            switch interpretation.kind {
            case .alarm: .alarm
            case .keepAlive: .keepAlive
            default: isRead ? .alarm : .event
            }
        let effect: SyncEffect =
            switch event?.transition {
            case nil, .raised?, .changed?, .cleared?: .changed
            case .repeated?, .logged?: event?.reason == AlarmTable.reasonLate ? .late : .unchanged
            }
        // What was read before has nothing to say of its alarm any more, but for its number.
        let key = kind == .alarm && !isRead ? SyncKey(oid: interpretation.alarmOID, source: interpretation.source) : nil
        let actions = syncs.heard(
            kind, of: device.id, trapOID: snapshot.interpreter.canonical(interpretation.trapOID),
            variables: received.notification.variables, alarm: key, effect: effect, uptime: uptime,
            at: received.time, settings)
        noteVersion(received, interpretation, of: device.id)
        perform(actions, device, received, &draft)
    }

    /// How a device is to be asked, by what it says and by what it claims.
    private mutating func noteVersion(
        _ received: ReceivedNotification, _ interpretation: Interpretation, of device: String
    ) {
        let isAuthentic = received.notification.v3?.isAuthenticated ?? false
        if !isAuthentic, syncs.isUnproven(device) {
            for known in devices.contradicted(by: received, interpretation, of: device) {
                syncs.note(device, claimsToBe: known, isAuthentic: engineClocks.hasEngine(of: known))
            }
        }
        guard interpretation.kind == .keepAlive, let wish = versionWish(received.notification) else { return }
        // Whoever can send authentic messages says it in one of these.
        if wish.isProven || !engineClocks.hasEngine(of: device) { syncs.note(wish, of: device) }
    }

    /// Whoever makes a claim is asked as the device that he claims to be, or to be the other unit of.
    private mutating func noteVersion(of claim: BindingClaim, _ name: String) {
        // Another identity at the address of a known one is not that one.
        guard claim.kind != .serial else { return }
        syncs.note(wishOf: claim.device, ofClaim: claim.key)
        for known in [claim.device, claim.peerSerial.flatMap { devices.device(serial: $0)?.id }].compactMap(\.self) {
            syncs.note(name, claimsToBe: known, isAuthentic: engineClocks.hasEngine(of: known))
        }
    }

    /// In which version a keep-alive's sender wants to be asked.
    func versionWish(_ keepAlive: SNMPNotification) -> VersionWish? {
        let names = snapshot.devices.vendor.spellings(of: EventPipeline.additionalInfo2)
        var wish: VersionWish?
        for variable in keepAlive.variables where wish == nil {
            guard case .octetString(let words) = variable.value, names.contains(where: { variable.name.hasPrefix($0) })
            else { continue }
            wish = VersionWish(words, isProven: keepAlive.v3?.isAuthenticated ?? false)
        }
        return wish
    }

    private static let additionalInfo2 = VendorProfile.ownTrapRoot.appending(1, 9)

    /// A datagram that is no notification: `true` if it is a response, whether anybody awaited it or not.
    mutating func takeResponse(_ entry: JournalEntry, _ draft: inout BatchDraft) -> Bool {
        guard let reply = reply(entry, draft.opener) else { return false }
        take(reply, entry, &draft)
        return true
    }

    /// A response, whether anybody awaited it or not.
    mutating func take(_ reply: SNMPReply, _ entry: JournalEntry, _ draft: inout BatchDraft) {
        guard let id = syncs.device(answering: reply.requestID, from: entry.sender) else { return }
        if let claim = SyncTable.claim(of: id) { return take(reply, of: claim, id, at: entry.time, &draft) }
        guard let device = syncDevice(id), let settings = settings(device), let way = way(to: id, at: entry.time) else {
            // It has moved out of the managed networks, or these were changed: nothing would go on from here.
            return giveUp(id, at: entry.time, &draft)
        }
        let received = EventPipeline.received(reply: entry)
        if case .timeTicks(let uptime)? = reply.variables.value(of: .sysUpTimeInstance) {
            noteBoot(of: device, uptime: uptime, at: entry.time, &draft)
        }
        perform(syncs.take(reply, from: id, at: entry.time, way, settings), device, received, &draft)
    }

    /// Of any version, in the open; `nil` where it is no Response, or not authentic.
    private func reply(_ entry: JournalEntry, _ opener: NotificationOpener) -> SNMPReply? {
        guard let message = try? SNMPMessage.decode(entry.payload, leniency: snapshot.leniency) else { return nil }
        guard case .v3 = message else { return SNMPReply(message) }
        let opened = (try? opener.openMessage(entry.payload, leniency: snapshot.leniency)) ?? nil
        return opened.flatMap { EventPipeline.reply(entry, $0) }
    }

    static func reply(_ entry: JournalEntry, _ opened: OpenedMessage) -> SNMPReply? {
        (try? opened.scopedPDU(in: entry.payload)).flatMap { SNMPReply($0.pdu) }
    }

    /// What a device answers of its time; a restart that no notification told of ends alarms as one that was told.
    /// Which unit of a pair has answered it does not say: the other may have taken over since the last notification.
    private mutating func noteBoot(
        of device: EventDevice, uptime: UInt32, at time: Timestamp, _ draft: inout BatchDraft
    ) {
        guard devices.device(device.id)?.peerSerial == nil else { return }
        let reading = boots.note(
            device.id, serial: devices.activeSerial(of: device.id), uptime: uptime, at: time, isColdStart: false,
            tolerance: snapshot.alarms.restartTolerance)
        if let epoch = reading.restart { tell(alarms.restart(of: device.id, at: epoch), at: time, &draft) }
    }

    /// A device's notification has told that it started anew.
    mutating func noteRestart(of device: EventDevice, at time: Timestamp) {
        _ = syncs.restarted(device.id, at: time)
    }

    /// A fact of the server's own that devices' states depend on.
    mutating func takeSync(_ received: ReceivedNotification, _ draft: inout BatchDraft) {
        let fact = received.notification
        switch fact.trapOID {
        case OwnFacts.requestSent:
            guard let number = OwnFacts.integer(OwnFacts.requestNumber, in: fact),
                let id = OwnFacts.integer(OwnFacts.requestID, in: fact).flatMap(Int32.init(exactly:))
            else { return }
            syncs.sent(number, requestID: id, at: received.time)
        case OwnFacts.requestUnanswered:
            guard let number = OwnFacts.integer(OwnFacts.requestNumber, in: fact),
                let id = syncs.device(asked: number)
            else { return }
            let why = OwnFacts.words(OwnFacts.failureReason, in: fact) ?? "no answer"
            takeSilence(number, why, of: id, received, &draft)
        case OwnFacts.started:
            askAll(.start, from: received.time.adding(EventPipeline.startPause))
            for claim in devices.bindingsToVerify { question(claim, at: received.time) }
        case OwnFacts.configurationLoaded:
            syncs.tryAnew(from: received.time, pace: EventPipeline.pace)
        case OwnFacts.blind:
            askAll(.blind, from: received.time, at: blindSender(fact))
        case OwnFacts.senderWithinBudget:
            askAll(.blind, from: received.time, at: blindSender(fact))
        default:
            break
        }
    }

    /// An operator wants a device to be asked, or all that may be.
    ///
    /// - Returns: how that went, for the audit log.
    mutating func wishSync(of device: String?, at time: Timestamp) -> String {
        guard let device else {
            guard !snapshot.managed.isEmpty else { return AuditOutcome.noCredential }
            askAll(.operatorsWord, from: time)
            return AuditEntry.done
        }
        guard let known = syncDevice(device) else { return AuditOutcome.noDevice }
        guard settings(known) != nil else { return AuditOutcome.noCredential }
        syncs.wish(.operatorsWord, of: device, at: time)
        return AuditEntry.done
    }

    private mutating func takeSilence(
        _ number: Int64, _ why: String, of id: String, _ received: ReceivedNotification, _ draft: inout BatchDraft
    ) {
        if let key = SyncTable.claim(of: id) {
            guard let claim = devices.claim(key), let settings = settings(claim) else { return syncs.forget(id) }
            _ = syncs.unanswered(number, why, at: received.time, EventPipeline.way(to: claim), settings)
        } else if let device = syncDevice(id), let settings = settings(device), let way = way(to: id, at: received.time)
        {
            perform(syncs.unanswered(number, why, at: received.time, way, settings), device, received, &draft)
        } else {
            giveUp(id, at: received.time, &draft)
        }
    }

    /// The device is not asked any more; an alarm that says that it could not be would never end.
    private mutating func giveUp(_ id: String, at time: Timestamp, _ draft: inout BatchDraft) {
        syncs.giveUp(id)
        guard let alarm = alarms.alarm(for: EventPipeline.failureKey(id)) else { return }
        // Its place in the inventory may be another's by now.
        let device = syncDevice(id) ?? alarm.device
        let notification = SNMPNotification(
            version: .v2c, trapOID: OwnFacts.resyncGivenUp, uptime: 0, variables: VariableBindings([]))
        apply(notification, of: device, at: time, &draft)
    }

    /// The only device whose datagrams were lost; `nil` for all. Behind a relay there may be any.
    private func blindSender(_ fact: SNMPNotification) -> IPAddress? {
        guard let sender = OwnFacts.words(OwnFacts.blindSender, in: fact).flatMap({ IPAddress($0) }) else { return nil }
        return snapshot.devices.isRelay(sender) ? nil : sender
    }

    /// Gently: one after the other.
    private mutating func askAll(_ reason: SyncReason, from start: Timestamp, at address: IPAddress? = nil) {
        var due = start
        for device in syncs.devices {
            if let address, devices.device(device)?.address != address { continue }
            syncs.wish(reason, of: device, at: due)
            due = due.adding(EventPipeline.pace)
        }
    }

    // MARK: - Time

    /// Devices whose time has come are asked.
    mutating func fireSyncs(at due: Timestamp, _ draft: inout BatchDraft) {
        let now = clock ?? due
        while let id = syncs.takeDue(by: due) {
            if let key = SyncTable.claim(of: id) {
                guard let claim = devices.claim(key), let settings = settings(claim) else {
                    syncs.forget(id)
                    continue
                }
                noteVersion(of: claim, id)
                _ = syncs.advance(id, to: due, now: now, EventPipeline.way(to: claim), settings)
                continue
            }
            guard let device = syncDevice(id), let settings = settings(device), let way = way(to: id, at: due) else {
                giveUp(id, at: due, &draft)
                continue
            }
            let actions = syncs.advance(id, to: due, now: now, way, settings)
            perform(actions, device, EventPipeline.ownReceived(device, at: due), &draft)
        }
    }

    // MARK: - Ways and claims

    /// Where a device is asked, and from where.
    private func way(to id: String, at time: Timestamp) -> SyncWay? {
        guard let way = devices.way(to: id) else { return nil }
        let isClosed = way.closes.map { $0 < time } ?? false
        return SyncWay(
            RequestPath(peer: way.peer, local: way.local),
            notBefore: isClosed ? time.adding(max(way.lasts, 1_000_000_000)) : nil)
    }

    private static func way(to claim: BindingClaim) -> SyncWay {
        let peer = Endpoint(claim.address, port: claim.port ?? RequestPath.agentPort)
        return SyncWay(RequestPath(peer: peer, local: claim.reached))
    }

    private func settings(_ claim: BindingClaim) -> SyncSettings? {
        claim.isProvable ? snapshot.managed.rule(for: claim.address)?.settings : nil
    }

    /// Somebody claims to be a device that is known elsewhere; where there is a credential for his address, he is
    /// asked.
    mutating func question(_ claim: BindingClaim, at time: Timestamp) {
        guard settings(claim) != nil else { return }
        syncs.question(claim.key, at: time.adding(EventPipeline.claimPause))
    }

    private mutating func take(
        _ reply: SNMPReply, of key: String, _ id: String, at time: Timestamp, _ draft: inout BatchDraft
    ) {
        guard let claim = devices.claim(key), let settings = settings(claim) else { return syncs.forget(id) }
        for action in syncs.take(reply, from: id, at: time, EventPipeline.way(to: claim), settings) {
            guard case .identified(let serial, let engineID) = action else { continue }
            syncs.forget(id)
            guard let isProven = claim.isProven(serial: serial, engineID: engineID) else { continue }
            for news in devices.settle(key, isProven: isProven, at: time) { tell(news, &draft) }
        }
    }

    // MARK: - What comes of it

    private mutating func perform(
        _ actions: [SyncAction], _ device: EventDevice, _ received: ReceivedNotification, _ draft: inout BatchDraft
    ) {
        var (raised, cleared) = (0, 0)
        for action in actions {
            switch action {
            case .missed(let rows):
                (raised, cleared) = apply(missed: rows, device, received, &draft)
            case .standing(let rows, let guards):
                (raised, cleared) = apply(standing: rows, guards, device, received, &draft)
            case .done(let reason):
                let hadFailed = alarms.alarm(for: EventPipeline.failureKey(device.id)) != nil
                guard reason.isTold || hadFailed || raised + cleared > 0 else { continue }
                let counts = [
                    VariableBinding(name: OwnFacts.resyncRaised, value: .gauge32(UInt32(clamping: raised))),
                    VariableBinding(name: OwnFacts.resyncCleared, value: .gauge32(UInt32(clamping: cleared))),
                ]
                tell(OwnFacts.resyncDone, reason, counts, device, isEvent: !hadFailed, at: received.time, &draft)
            case .hasNoTable(let reason):
                let hadFailed = alarms.alarm(for: EventPipeline.failureKey(device.id)) != nil
                guard reason.isTold || hadFailed || reason == .firstContact else { continue }
                tell(OwnFacts.resyncHasNoTable, reason, [], device, isEvent: !hadFailed, at: received.time, &draft)
            case .failed(let reason, let why):
                let words = VariableBinding(
                    name: OwnFacts.failureReason, value: .octetString(ArraySlice(why.utf8)))
                tell(OwnFacts.resyncFailed, reason, [words], device, at: received.time, &draft)
            case .learned(let inventory):
                learn(
                    device.id, product: inventory.productName,
                    softwareVersion: inventory.version, foundName: inventory.name)
            case .ask, .withdraw, .restartNoticed, .identified:
                break
            }
        }
    }

    /// - Parameter isEvent: no alarm stands that it could clear: it is told for its own sake.
    private mutating func tell(
        _ fact: OID, _ reason: SyncReason, _ variables: [VariableBinding], _ device: EventDevice,
        isEvent: Bool = false, at time: Timestamp, _ draft: inout BatchDraft
    ) {
        let words = VariableBinding(
            name: OwnFacts.resyncReason, value: .octetString(ArraySlice(reason.rawValue.utf8)))
        let notification = SNMPNotification(
            version: .v2c, trapOID: fact, uptime: 0, variables: VariableBindings([words] + variables))
        apply(notification, of: device, isEvent: isEvent, at: time, &draft)
    }

    private static func failureKey(_ device: String) -> AlarmKey {
        AlarmKey(device: device, oid: OwnFacts.resyncFailed, source: "")
    }

    /// What was missed happens now, in the device's order.
    private mutating func apply(
        missed rows: [HistoryRow], _ device: EventDevice, _ received: ReceivedNotification,
        _ draft: inout BatchDraft
    ) -> (raised: Int, cleared: Int) {
        var (raised, cleared) = (0, 0)
        for row in rows {
            guard let (interpretation, recalled) = interpret(row.notification, received),
                !isClearedByHand(interpretation, device)
            else { continue }
            let here = alarms.alarm(for: AlarmTable.key(for: interpretation, device: device))?.severity ?? .cleared
            if row.isKnown, here == interpretation.severity { continue }
            if interpretation.severity == .cleared { cleared += 1 } else { raised += 1 }
            apply(
                interpretation, of: device, recalled, uptime: row.notification.uptime, position: nil,
                reason: EventPipeline.reasonResynchronised, &draft)
        }
        return (raised, cleared)
    }

    /// What stands on the device stands here, and, if that is sure, nothing else does of what its table speaks of.
    private mutating func apply(
        standing rows: [RecalledNotification], _ guards: SyncGuards, _ device: EventDevice,
        _ received: ReceivedNotification, _ draft: inout BatchDraft
    ) -> (raised: Int, cleared: Int) {
        var (raised, cleared) = (0, 0)
        var present: Set<AlarmKey> = []
        var isDoubtful = false
        defer { syncs.settle(device.id, isDoubtful: isDoubtful, at: received.time) }
        for row in rows {
            guard let (interpretation, recalled) = interpret(row, received), interpretation.severity != .cleared
            else { continue }
            let key = AlarmTable.key(for: interpretation, device: device)
            present.insert(key)
            guard mayTouch(key, guards) else {
                if alarms.alarm(for: key)?.severity != interpretation.severity { isDoubtful = true }
                continue
            }
            if let alarm = alarms.alarm(for: key) {
                guard alarm.severity != interpretation.severity else { continue }
            } else if isClearedByHand(interpretation, device) {
                continue
            }
            raised += 1
            apply(
                interpretation, of: device, recalled, uptime: row.uptime, position: nil,
                reason: EventPipeline.reasonResynchronised, &draft)
        }
        guard guards.mayClear, let profile = settings(device)?.profile else { return (raised, 0) }
        let overflow = profile.overflowAlarm
        let here = alarms.alarms(of: device.id)
        guard !here.contains(where: { $0.key.oid == overflow }) else { return (raised, 0) }
        for alarm in here
        where !present.contains(alarm.key) && profile.speaks(of: alarm.key.oid, shown: guards.shown) {
            guard mayTouch(alarm.key, guards) else {
                isDoubtful = true
                continue
            }
            cleared += 1
            let interpretation = Interpretation(
                kind: .alarm, alarm: alarm.alarm, alarmOID: alarm.key.oid, trapOID: alarm.key.oid,
                source: alarm.key.source, severity: .cleared, text: alarm.text, eventType: alarm.eventType,
                probableCause: alarm.probableCause)
            var recalled = received
            recalled.notification = SNMPNotification(
                version: .v2c, trapOID: alarm.key.oid, uptime: 0, variables: VariableBindings([]))
            apply(
                interpretation, of: device, recalled, position: nil,
                reason: EventPipeline.reasonResynchronised, &draft)
        }
        return (raised, cleared)
    }

    /// It stays cleared until its device raises it anew.
    private func isClearedByHand(_ interpretation: Interpretation, _ device: EventDevice) -> Bool {
        guard interpretation.severity != .cleared,
            let word = clearedByHand(AlarmTable.key(for: interpretation, device: device))
        else { return false }
        return interpretation.deviceTime.map { $0 <= word } ?? true
    }

    /// Only what did not change since the device was asked.
    private func mayTouch(_ key: AlarmKey, _ guards: SyncGuards) -> Bool {
        guard !guards.isFlooded, !guards.touched.contains(SyncKey(oid: key.oid, source: key.source)) else {
            return false
        }
        return alarms.alarm(for: key).map { $0.lastTime.nanoseconds < guards.watermark } ?? true
    }

    /// `nil` for a row that is no alarm by the rules.
    private func interpret(
        _ row: RecalledNotification, _ received: ReceivedNotification
    ) -> (Interpretation, ReceivedNotification)? {
        var recalled = received
        recalled.notification = SNMPNotification(
            version: .v2c, trapOID: row.trapOID, uptime: row.uptime ?? 0, variables: row.variables)
        let interpretation = snapshot.interpreter.interpret(recalled)
        return interpretation.kind == .alarm ? (interpretation, recalled) : nil
    }

    /// The device as the inventory has it; one that found no room there is not asked.
    private func syncDevice(_ id: String) -> EventDevice? {
        devices.eventDevice(id)
    }

    private static func received(reply entry: JournalEntry) -> ReceivedNotification {
        ReceivedNotification(
            notification: SNMPNotification(
                version: .v2c, trapOID: .zeroDotZero, uptime: 0, variables: VariableBindings([])),
            time: entry.time, sender: entry.sender, receiver: entry.receiver, listener: entry.interface)
    }

    private static func ownReceived(_ device: EventDevice, at time: Timestamp) -> ReceivedNotification {
        let nobody = Endpoint(device.address, port: 0)
        return ReceivedNotification(
            notification: SNMPNotification(
                version: .v2c, trapOID: .zeroDotZero, uptime: 0, variables: VariableBindings([])),
            time: time, sender: nobody, receiver: nobody, listener: OwnFacts.listener)
    }
}

extension SyncProfile {
    /// Whether an alarm that is not in the device's table is over. Trapline's own alarms of a device are in none.
    fileprivate func speaks(of oid: OID, shown: Set<String>) -> Bool {
        guard covers.contains(where: { oid.hasPrefix($0) }), !oid.hasPrefix(OwnFacts.root) else { return false }
        return !mayLack.contains { oid.hasPrefix($0) } || shown.contains(oid.description)
    }
}
