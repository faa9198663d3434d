internal import Alarms
internal import Basics
internal import Journal
internal import Routing
internal import SNMPWire

/// What operators want nobody to be told of, and what routes want told later: the event log is complete, and sinks get
/// what still stands when its time has come.
extension EventPipeline {
    /// Why nobody is told of the event now; `nil` where nothing holds it back.
    private func reason(toWithhold event: borrowing Event) -> Withheld? {
        if operations.maintenances.contains(event.device.id) { return .maintenance }
        return operations.silences.silence(for: event, at: clock ?? event.time).map { .silence($0.id) }
    }

    private func reason(toWithhold alarm: borrowing ActiveAlarm, at time: Timestamp) -> Withheld? {
        if operations.maintenances.contains(alarm.device.id) { return .maintenance }
        return operations.silences.silence(for: alarm, at: time).map { .silence($0.id) }
    }

    /// Takes from a decision what is not to be told now, and remembers what is to be told of its alarm later.
    mutating func holdBack(
        _ decision: inout RoutingDecision, _ event: borrowing Event, of key: AlarmKey, _ position: JournalPosition?,
        followedSinks: [String]
    ) {
        guard !operations.isIdle || !decision.delayed.isEmpty else { return }
        let reason = reason(toWithhold: event)
        switch event.transition {
        case .repeated, .logged:
            if let reason { decision.withhold(by: reason) }
        case .cleared:
            // Who was not told of the raise is not told of its end; who was, waits for it.
            let entry = event.alarmID.flatMap { operations.untold.entries[$0] }
            let unknowing = entry?.sinks.filter { $0.known == nil }.map(\.sink) ?? []
            if !unknowing.isEmpty { decision.sinks.removeAll(where: unknowing.contains) }
            if let alarm = event.alarmID { operations.untold.forget(alarm) }
            if let reason { decision.withhold(by: reason, except: followedSinks) }
        case .raised, .changed:
            guard let alarm = event.alarmID else { return }
            let followers = decision.following
            let datagram = position.map { DatagramPlace(segment: $0.segment, offset: $0.offset) }
            if let reason {
                decision.withhold(by: reason)
                for sink in decision.withheld {
                    let known = followedSinks.contains(sink) ? event.previousSeverity : nil
                    operations.untold.add(
                        UntoldAlarm(
                            alarm: alarm, sink: sink, due: nil, follows: followers.contains(sink), known: known,
                            datagram: datagram),
                        of: key)
                }
            } else {
                operations.untold.settle(decision.sinks, of: alarm)
            }
            for delayed in decision.delayed {
                let due = (clock ?? event.time) + delayed.after
                operations.untold.add(
                    UntoldAlarm(
                        alarm: alarm, sink: delayed.sink, due: due, follows: delayed.follows, datagram: datagram),
                    of: key)
            }
        }
    }

    // MARK: - When its time has come

    /// Routes have waited long enough for these alarms.
    mutating func tellDelayed(by time: Timestamp, _ draft: inout BatchDraft) {
        while let alarm = operations.untold.takeDue(by: time) {
            let due = operations.untold.entries[alarm]?.sinks.filter { $0.due.map { $0 <= time } ?? false } ?? []
            tell(due, of: alarm, reason: ToldAgain.stillStanding, at: time, &draft)
        }
    }

    /// A silence or a maintenance has ended: what still stands, and nothing else holds back, is told.
    mutating func tellHeldBack(because reason: String, at time: Timestamp, _ draft: inout BatchDraft) {
        for alarm in operations.untold.heldBack {
            let held = operations.untold.entries[alarm]?.sinks.filter { $0.due == nil } ?? []
            tell(held, of: alarm, reason: reason, at: time, &draft)
        }
    }

    private mutating func tell(
        _ untold: [UntoldAlarm], of number: Int64, reason: String, at time: Timestamp, _ draft: inout BatchDraft
    ) {
        guard let key = operations.untold.entries[number]?.key,
            let alarm = alarms.alarm(for: AlarmReference(number: number, key: key))
        else {
            operations.untold.forget(number)
            return
        }
        if self.reason(toWithhold: alarm, at: time) != nil {
            for var untold in untold {
                untold.due = nil
                operations.untold.add(untold, of: key)
            }
            return
        }
        operations.untold.settle(untold.map(\.sink), of: number)
        // Who knows of it under the severity that it has has missed nothing.
        let owed = untold.filter { $0.known != alarm.severity }
        for known in Set(owed.map(\.known)).sorted(by: { ($0?.rawValue ?? 0) < ($1?.rawValue ?? 0) }) {
            let sinks = owed.filter { $0.known == known }
            let event = alarm.told(eventID: lastEventID + 1, at: time, reason: reason, known: known)
            tellAgain(event, to: sinks, of: key, &draft)
        }
    }

    /// The event goes to the sinks that the table had for it when the alarm rose or changed.
    private mutating func tellAgain(
        _ event: Event, to sinks: [UntoldAlarm], of key: AlarmKey, _ draft: inout BatchDraft
    ) {
        lastEventID = event.id
        let following = sinks.filter(\.follows).map(\.sink)
        let decision = RoutingDecision(sinks: sinks.map(\.sink), following: following)
        if !following.isEmpty { alarms.note(sinks: following, for: key) }
        let nobody = Endpoint(event.device.address, port: 0)
        let received = ReceivedNotification(
            notification: SNMPNotification(
                version: .v2c, trapOID: event.oid, uptime: 0, variables: VariableBindings([])),
            time: event.time, sender: nobody, receiver: nobody, listener: OwnFacts.listener)
        // What it was raised by, so that sinks have its variables.
        let position = sinks.lazy.compactMap(\.datagram).max { ($0.segment, $0.offset) < ($1.segment, $1.offset) }
            .map { JournalPosition(segment: $0.segment, offset: $0.offset) }
        draft.addAgain(EventOutcome(event: event, received: received, decision: decision, position: position))
    }
}
