internal import Alarms
internal import Basics
internal import Devices
internal import SNMPWire

extension EventPipeline {
    /// What is over by then: alarms that end by themselves, and what was withheld of others.
    mutating func fireAlarms(at due: Timestamp, _ draft: inout BatchDraft) {
        tell(alarms.advance(to: due), at: due, &draft)
    }

    /// What a datagram's sysUpTime tells of its device; the alarms that its restart ends are told.
    ///
    /// - Returns: the sysUpTime, if the device's clock can be relied on.
    mutating func noteBoot(
        of device: EventDevice, _ interpretation: Interpretation, _ received: ReceivedNotification,
        _ draft: inout BatchDraft
    ) -> UInt32? {
        let uptime = received.notification.uptime
        // What a notification says of its unit, the inventory has taken in; where it says nothing, it is from the unit
        // that is active.
        let reading = boots.note(
            device.id, serial: devices.activeSerial(of: device.id) ?? interpretation.serial, uptime: uptime,
            at: received.time,
            isColdStart: interpretation.kind == .restart, tolerance: snapshot.alarms.restartTolerance)
        if let epoch = reading.restart {
            tell(alarms.restart(of: device.id, at: epoch), at: received.time, &draft)
            noteRestart(of: device, at: received.time)
        }
        return reading.isReliable ? uptime : nil
    }

    /// Tells what came about without a notification, or beside one.
    mutating func tell(_ news: [AlarmNews], at time: Timestamp, _ draft: inout BatchDraft) {
        for news in news {
            switch news {
            case .ended(let alarm, _), .endedMeanwhile(let alarm, _, _), .changedMeanwhile(let alarm, _, _),
                .standsStill(let alarm, _):
                guard let event = Event(id: lastEventID + 1, of: news, at: time) else { continue }
                tell(event, of: alarm.key, followedSinks: alarm.sinks, &draft)
            case .flapping(let key, let alarm, let changes):
                tell(OwnFacts.flapping, key, alarm, OwnFacts.alarmEvents, changes, at: time, &draft)
            case .flappingEnded(let key, let alarm, let withheld):
                tell(OwnFacts.flappingEnded, key, alarm, OwnFacts.withheldEvents, withheld, at: time, &draft)
            case .suppressed(let key, let alarm, let events):
                tell(OwnFacts.suppressed, key, alarm, OwnFacts.alarmEvents, events, at: time, &draft)
            case .suppressionEnded(let key, let alarm, let withheld):
                tell(OwnFacts.suppressionEnded, key, alarm, OwnFacts.withheldEvents, withheld, at: time, &draft)
            }
        }
    }

    private mutating func tell(
        _ fact: OID, _ key: AlarmKey, _ alarm: String, _ counter: OID, _ count: Int, at time: Timestamp,
        _ draft: inout BatchDraft
    ) {
        let notification = SNMPNotification(
            version: .v2c, trapOID: fact, uptime: 0,
            variables: [
                VariableBinding(name: OwnFacts.alarmName, value: .octetString(ArraySlice(alarm.utf8))),
                VariableBinding(name: OwnFacts.alarmSource, value: .octetString(ArraySlice(key.source.utf8))),
                VariableBinding(name: counter, value: .gauge32(UInt32(clamping: count))),
            ])
        apply(notification, of: eventDevice(key.device), at: time, &draft)
    }
}
