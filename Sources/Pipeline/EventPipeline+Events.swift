internal import Alarms
internal import Basics
internal import Journal
internal import MIBCatalog
internal import Routing
internal import SNMPWire

extension EventPipeline {
    /// What a notification does to its alarm, as an event; nothing for a keep-alive.
    ///
    /// - Parameters:
    ///   - uptime: the device's sysUpTime, in hundredths of a second; `nil` where it is not to be relied on.
    ///   - position: where its datagram stands; `nil` for a notification that nobody sent.
    ///   - reason: why it came about, where the notification alone does not tell.
    /// - Returns: its event; `nil` where that is withheld or there is none.
    @discardableResult mutating func apply(
        _ interpretation: Interpretation, of device: EventDevice, _ received: ReceivedNotification,
        uptime: UInt32? = nil, position: JournalPosition?, reason: String? = nil, _ draft: inout BatchDraft
    ) -> Event? {
        var followedSinks: [String] = []
        var event = alarms.apply(
            interpretation, device: device, time: received.time, uptime: uptime,
            isDevices: received.listener != OwnFacts.listener, eventID: lastEventID + 1, followedSinks: &followedSinks)
        if let reason, event?.reason == nil { event?.reason = reason }
        if let event {
            tell(
                event, of: AlarmTable.key(for: interpretation, device: device), received, position: position,
                followedSinks: followedSinks, &draft)
        }
        tell(alarms.takeNews(), at: received.time, &draft)
        return event
    }

    /// A notification of Trapline's own MIB that a timer makes at `time`: it rises, clears and goes its ways by the rules
    /// as one from the journal does.
    ///
    /// - Parameters:
    ///   - device: whose alarm it is; the server itself is `OwnFacts.device(at:)`.
    ///   - isEvent: what is a clear by the rules is told as an event of its own name, and not as the end of an alarm.
    ///   - position: of the datagram that it is about.
    mutating func apply(
        _ fact: SNMPNotification, of device: EventDevice, isEvent: Bool = false, at time: Timestamp,
        position: JournalPosition? = nil, _ draft: inout BatchDraft
    ) {
        let received = EventPipeline.received(fact, of: device, at: time)
        var interpretation = snapshot.interpreter.interpret(received)
        if isEvent { interpretation = asEvent(interpretation, fact) }
        apply(interpretation, of: device, received, position: position, &draft)
    }

    /// What is the end of an alarm by the rules, where none stands: an event of its own name.
    func asEvent(_ interpretation: Interpretation, _ fact: SNMPNotification) -> Interpretation {
        guard interpretation.kind == .alarm else { return interpretation }
        var event = interpretation
        event.kind = .event
        event.alarm = snapshot.catalog.shortName(of: fact.trapOID)
        event.alarmOID = fact.trapOID
        event.severity = .indeterminate
        return event
    }

    /// An event that a room made of its own accord, such as an alarm's expiry; its number is to be `lastEventID + 1`.
    ///
    /// - Parameters:
    ///   - key: the alarm that it belongs to.
    ///   - followedSinks: who was told of that alarm before.
    mutating func tell(
        _ event: Event, of key: AlarmKey, followedSinks: [String], _ draft: inout BatchDraft
    ) {
        let notification = SNMPNotification(
            version: .v2c, trapOID: event.oid, uptime: 0, variables: VariableBindings([]))
        let received = EventPipeline.received(notification, of: event.device, at: event.time)
        tell(event, of: key, received, position: nil, followedSinks: followedSinks, &draft)
    }

    /// Routes the event and puts it into the batch.
    private mutating func tell(
        _ event: Event, of key: AlarmKey, _ received: ReceivedNotification, position: JournalPosition?,
        followedSinks: [String], _ draft: inout BatchDraft
    ) {
        lastEventID = event.id
        var decision = snapshot.routing.decide(event, received, followedSinks: followedSinks)
        if received.listener == OwnFacts.listener, let sink = OwnFacts.sink(in: received.notification) {
            decision.leaveOut(sink)
        }
        noteWord(of: event, on: key)
        holdBack(&decision, event, of: key, position, followedSinks: followedSinks)
        if !decision.following.isEmpty { alarms.note(sinks: decision.following, for: key) }
        draft.add(EventOutcome(event: event, received: received, decision: decision, position: position))
    }

    private static func received(
        _ notification: SNMPNotification, of device: EventDevice, at time: Timestamp
    ) -> ReceivedNotification {
        let nobody = Endpoint(device.address, port: 0)
        return ReceivedNotification(
            notification: notification, time: time, sender: nobody, receiver: nobody, listener: OwnFacts.listener)
    }
}
