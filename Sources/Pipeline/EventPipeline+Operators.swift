public import Alarms
public import Basics
internal import Journal
internal import MIBCatalog
internal import SNMPSecurity
internal import SNMPWire
internal import Store

/// What operators have done, as far as it can change an event: pure state, saved with each batch.
struct Operations: Sendable {
    var silences = SilenceTable()
    var maintenances = MaintenanceTable()
    var untold = UntoldAlarms()
    var clearedByHand = ClearedByHand()
    var audit: [AuditEntry] = []

    init() {}

    init(_ saved: SavedOperatorState) {
        silences = SilenceTable(saved.silences)
        maintenances = MaintenanceTable(saved.maintenances)
        untold = UntoldAlarms(saved.untold)
        clearedByHand = ClearedByHand(saved.clearedByHand)
    }

    /// Nothing is or was held back.
    var isIdle: Bool { silences.all.isEmpty && maintenances.isEmpty && untold.isEmpty }

    /// When the next timer is due.
    var nextDue: Timestamp? {
        Timestamp.earlier(Timestamp.earlier(silences.nextEnd, maintenances.nextEnd), untold.nextDue)
    }

    /// The device is known by another identity now.
    mutating func move(from previous: String, to device: String) {
        maintenances.move(from: previous, to: device)
        untold.move(from: previous, to: device)
        clearedByHand.move(from: previous, to: device)
    }

    /// The device is known no more. What was still to be told of its alarms went with them.
    mutating func forget(_ device: String) {
        _ = maintenances.end(device)
        clearedByHand.forget(device: device)
    }

    mutating func takeChanges() -> OperatorChanges {
        var changes = OperatorChanges()
        (changes.silences, changes.endedSilences) = silences.takeChanges()
        (changes.maintenances, changes.endedMaintenances) = maintenances.takeChanges()
        changes.untold = untold.takeChanges()
        (changes.clearedByHand, changes.forgottenClears) = clearedByHand.takeChanges()
        (changes.audit, audit) = (audit, [])
        return changes
    }
}

extension EventPipeline {
    /// What is due of operators' actions: what silences and maintenance held back is told when they end, and what routes
    /// had wait when it has waited.
    mutating func fireOperations(at due: Timestamp, _ draft: inout BatchDraft) {
        for silence in operations.silences.advance(to: due) {
            record(.endSilence(silence.id, note: "its time was over"), at: due, &draft)
            tellHeldBack(because: ToldAgain.silenceEnded(silence.id), at: due, &draft)
        }
        for maintenance in operations.maintenances.advance(to: due) {
            record(.endMaintenance(maintenance.device, note: "its time was over"), at: due, &draft)
            noteMaintenance(of: maintenance.device, false)
            tellHeldBack(because: ToldAgain.maintenanceEnded, at: due, &draft)
        }
        tellDelayed(by: due, &draft)
    }

    /// Something came to its end by itself.
    private mutating func record(_ action: OperatorAction, at time: Timestamp, _ draft: inout BatchDraft) {
        let (notification, variables) = OwnFacts.fact(action, by: OwnFacts.nobody)
        let fact = SNMPNotification(
            version: .v2c, trapOID: notification, uptime: 0, variables: VariableBindings(variables + [deed(action)]))
        apply(fact, of: OwnFacts.device(at: OwnFacts.address), at: time, &draft)
        note(action, by: OwnFacts.nobody, at: time, outcome: AuditEntry.done)
    }

    /// Does what the fact says that an operator does; its own event is in the batch already.
    mutating func carryOut(_ received: ReceivedNotification, _ draft: inout BatchDraft) {
        guard let action = OwnFacts.action(in: received.notification) else { return }
        let name = OwnFacts.operatorName(in: received.notification)
        // Before the action, which makes events of its own.
        let fact = lastEventID
        let subject = subject(of: action)
        let outcome = carryOut(action, by: name, at: received.time, number: fact, &draft)
        note(action, subject, by: name, at: received.time, outcome: outcome, event: fact)
    }

    private mutating func carryOut(
        _ action: OperatorAction, by name: String, at time: Timestamp, number: Int64, _ draft: inout BatchDraft
    ) -> String {
        func remark(_ text: String) -> AlarmRemark { AlarmRemark(by: name, time: time, text: text) }
        switch action {
        case .acknowledge(let alarm, let words):
            return alarms.acknowledge(alarm, remark(words)) ? AuditEntry.done : AuditOutcome.gone
        case .unacknowledge(let alarm, _):
            return alarms.acknowledge(alarm, nil) ? AuditEntry.done : AuditOutcome.gone
        case .note(let alarm, let words):
            return alarms.note(remark(words), for: alarm) ? AuditEntry.done : AuditOutcome.gone
        case .clear(let alarm, let words):
            return clear(alarm, remark(words), &draft)
        case .silence(let matcher, let from, let until, let reason):
            guard until > (clock ?? time) else { return AuditOutcome.over }
            let silence = Silence(id: number, matcher: matcher, from: from, until: until, reason: reason, by: name)
            return operations.silences.add(silence) ? AuditEntry.done : AuditOutcome.full
        case .endSilence(let number, _):
            guard operations.silences.end(number) != nil else { return AuditOutcome.noSilence }
            tellHeldBack(because: ToldAgain.silenceEnded(number), at: clock ?? time, &draft)
            return AuditEntry.done
        case .nameDevice, .placeDevice, .forgetDevice, .beginMaintenance, .endMaintenance:
            return carryOutOnDevice(action, by: name, at: time, &draft)
        case .resyncDevice(let device):
            return wishSync(of: device, at: time)
        case .trustClock(_, let engine):
            return trustClock(of: engine)
        }
    }

    private mutating func clear(
        _ alarm: AlarmReference, _ remark: AlarmRemark, _ draft: inout BatchDraft
    ) -> String {
        var followedSinks: [String] = []
        guard
            let event = alarms.clear(alarm, by: remark, eventID: lastEventID + 1, followedSinks: &followedSinks)
        else { return AuditOutcome.gone }
        tell(event, of: alarm.key, followedSinks: followedSinks, &draft)
        operations.clearedByHand.note(alarm.key, at: remark.time)
        return AuditEntry.done
    }

    /// A device that raises or clears an alarm speaks of it anew: what an operator said of it before is over.
    mutating func noteWord(of event: borrowing Event, on key: AlarmKey) {
        guard !operations.clearedByHand.isEmpty else { return }
        let isOver = event.transition == .logged && event.reason == AlarmTable.reasonNothingStanding
        if event.transition == .raised || isOver { operations.clearedByHand.forget(key) }
    }

    /// When an operator cleared the alarm; `nil` where nobody did, or its device has spoken of it since. What a device's
    /// table lists from before that does not bring it back.
    public func clearedByHand(_ key: AlarmKey) -> Timestamp? { operations.clearedByHand.time(of: key) }

    // MARK: - The audit log

    /// `linkDown ifIndex.7 of edge-1`
    func name(of reference: AlarmReference) -> String {
        let alarm = alarms.alarm(for: reference)
        let parts = [alarm?.alarm ?? snapshot.catalog.shortName(of: reference.key.oid), reference.key.source]
            .filter { !$0.isEmpty }.joined(separator: " ")
        return "\(parts) of \(alarm?.device.name ?? reference.key.device)"
    }

    private func subject(of action: OperatorAction) -> String {
        func words(_ reference: AlarmReference) -> String { "alarm \(reference.number): \(name(of: reference))" }
        switch action {
        case .acknowledge(let alarm, _), .unacknowledge(let alarm, _), .clear(let alarm, _), .note(let alarm, _):
            return words(alarm)
        case .silence(let matcher, let from, let until, _):
            return "\(matcher), from \(from.toTheSecond) until \(until.toTheSecond)"
        case .endSilence(let number, _):
            return "silence \(number)"
        case .nameDevice(let device, let name):
            return "device \(device): \(name.isEmpty ? "its own name" : name)"
        case .placeDevice(let device, let placement):
            return "device \(device): \(placement.words)"
        case .beginMaintenance(let device, let until, _):
            return "device \(device)" + (until.map { ", until \($0.toTheSecond)" } ?? "")
        case .endMaintenance(let device, _), .forgetDevice(let device, _):
            return "device \(device)"
        case .resyncDevice(let device):
            return device.map { "device \($0)" } ?? "all devices"
        case .trustClock(let device, let engine):
            return device.hasSuffix(engine) ? device : "engine \(engine) of device \(device)"
        }
    }

    private mutating func note(_ action: OperatorAction, by name: String, at time: Timestamp, outcome: String) {
        note(action, subject(of: action), by: name, at: time, outcome: outcome, event: lastEventID)
    }

    private mutating func note(
        _ action: OperatorAction, _ subject: String, by name: String, at time: Timestamp, outcome: String,
        event: Int64
    ) {
        operations.audit.append(
            AuditEntry(
                time: time, by: name, action: action.command, subject: subject, note: action.words, outcome: outcome,
                event: event))
    }

    /// What operators do to sinks stands in the audit log too.
    mutating func note(_ request: OperatorRequest, in received: ReceivedNotification) {
        let (action, subject) = request.words
        operations.audit.append(
            AuditEntry(
                time: received.time, by: OwnFacts.operatorName(in: received.notification), action: action,
                subject: subject, note: "", outcome: AuditEntry.done, event: lastEventID))
    }
}

/// Why an action came to nothing.
enum AuditOutcome {
    static let gone = "the alarm does not stand any more"
    static let over = "its end is past"
    static let full = "too many silences"
    static let noSilence = "there is no such silence"
    static let noDevice = "the device is not known"
    static let noCredential = "no network under devices: has a manager for it"
    static let noMaintenance = "the device is not in maintenance"
}

extension OperatorAction {
    /// The command that does it.
    var command: String {
        switch self {
        case .acknowledge: "alarms ack"
        case .unacknowledge: "alarms unack"
        case .clear: "alarms clear"
        case .note: "alarms note"
        case .silence: "alarms silence"
        case .endSilence: "alarms unsilence"
        case .nameDevice: "devices name"
        case .placeDevice: "devices group"
        case .beginMaintenance, .endMaintenance: "devices maintenance"
        case .forgetDevice: "devices forget"
        case .resyncDevice: "devices resync"
        case .trustClock: "devices trust-clock"
        }
    }

    /// What the operator said.
    var words: String {
        switch self {
        case .acknowledge(_, let words), .unacknowledge(_, let words), .clear(_, let words), .note(_, let words),
            .silence(_, _, _, let words), .endSilence(_, let words), .beginMaintenance(_, _, let words),
            .endMaintenance(_, let words):
            words
        case .nameDevice, .placeDevice, .forgetDevice, .resyncDevice, .trustClock: ""
        }
    }
}

extension DevicePlacement {
    var words: String {
        [("group", group), ("tenant", tenant), ("region", region), ("site", site)].compactMap { key, value in
            value.map { "\(key) \($0.isEmpty ? "of its network" : $0)" }
        }.joined(separator: ", ")
    }
}

extension OperatorRequest {
    var words: (action: String, subject: String) {
        switch self {
        case .resendLetters(let sink, let events):
            ("dead-letters resend", "sink \(sink), events \(events.lowerBound) to \(events.upperBound)")
        case .forgetLetters(let sink, let events):
            ("dead-letters forget", "sink \(sink), events \(events.lowerBound) to \(events.upperBound)")
        case .forgetSink(let sink):
            ("sinks forget", "sink \(sink)")
        }
    }
}
