internal import Alarms
internal import Basics
internal import Devices
internal import Journal
internal import SNMPSecurity
internal import SNMPWire

/// What SNMPv3 adds to a record's way: messages that must be opened first, and the clocks of their engines.
extension EventPipeline {
    /// A record that no notification could be read from.
    mutating func takeUnopened(
        _ record: JournalRecord, _ failure: NotificationOpener.Failure, _ draft: inout BatchDraft
    ) {
        let isOwn = record.entry.interface == OwnFacts.listener
        switch failure {
        case .malformed(let error):
            // What a device answers to the manager.
            if !isOwn, error.code == .notANotification, takeResponse(record.entry, &draft) { return }
            // Intake refuses such datagrams; a journal from elsewhere, or of another version, may hold them.
            draft.tally.undecodable[error.code.rawValue, default: 0] += 1
        case .refused(let refusal):
            draft.tally.undecodable[refusal.label, default: 0] += 1
            tellUnreadable(record, refusal, &draft)
        }
    }

    /// A record that was decrypted and is no notification: what a device answers to the manager, or nothing for us.
    mutating func takeOther(_ entry: JournalEntry, _ message: OpenedMessage, _ draft: inout BatchDraft) {
        if let reply = EventPipeline.reply(entry, message) { return take(reply, entry, &draft) }
        draft.tally.undecodable[SecurityRefusal.notANotification.label, default: 0] += 1
    }

    /// It was taken, so that it must not vanish: an event says that there was something, whose, and why nobody can read it.
    private mutating func tellUnreadable(
        _ record: JournalRecord, _ refusal: SecurityRefusal, _ draft: inout BatchDraft
    ) {
        let entry = record.entry
        guard let summary = try? V3View.check(entry.payload, leniency: snapshot.leniency) else { return }
        let user = String(decoding: entry.payload[summary.userName], as: UTF8.self)
        let engine = EngineID(entry.payload[summary.engineID])
        let fact = OwnFacts.unreadable(user: user, engine: engine?.description ?? "", why: refusal)
        // Only of one that could not be decrypted is anything proven, and whether it is an inform, whose engine is ours, does not
        // show: it tells nothing of a device either.
        let device =
            engine.flatMap { engineDevices($0).first }
            ?? devices.eventDevice(boundTo: entry.sender, at: entry.receiver)
            ?? eventDevice(entry.sender.address.description)
        apply(fact, of: device, at: entry.time, position: record.position, &draft)
    }

    /// Takes note of what a trap tells of its engine's clock: it was let in, and so is timely.
    mutating func noteEngineClock(
        of device: EventDevice, _ received: ReceivedNotification, _ opener: NotificationOpener
    ) {
        guard received.notification.kind == .trap, let identity = received.notification.v3, identity.isAuthenticated,
            let engine = EngineID(identity.engineID),
            // A lenient user's was let in whatever it tells, and says nothing of what others may tell.
            opener.clockPolicy(ofUser: identity.userName) == .strict
        else { return }
        engineClocks.note(
            engine, EngineReading(boots: identity.engineBoots, time: identity.engineTime), at: received.time,
            of: device.id)
    }

    /// Whose alarm a fact of the server's own is about: nearly always the server's.
    func subject(of received: ReceivedNotification) -> EventDevice {
        guard let told = OwnFacts.engine(in: received.notification) else {
            return OwnFacts.device(at: received.sender.address)
        }
        var candidates = engineDevices(told.id)
        if let device = told.device.flatMap({ devices.eventDevice($0) }) { candidates.insert(device, at: 0) }
        // As it will be entered once it is heard.
        let address = told.sender ?? received.sender.address
        let ids = [told.device, "engine:\(told.id)"].compactMap(\.self)
        candidates += ids.map { EventDevice(id: $0, name: address.description, address: address) }
        // Where its alarm stands, there it goes on and ends, whoever the engine was taken for since.
        for device in candidates {
            for key in OwnFacts.keysOfBootsAlarm(of: told.id, device.id) {
                if let alarm = alarms.alarm(for: key) { return devices.eventDevice(device.id) ?? alarm.device }
            }
        }
        return candidates[0]
    }

    /// Whether an engine's clock is trusted of which no alarm stands.
    func isTrustedAnyway(_ fact: SNMPNotification, _ device: EventDevice) -> Bool {
        guard fact.trapOID == OwnFacts.engineClockTrusted, let told = OwnFacts.engine(in: fact) else { return false }
        return OwnFacts.keysOfBootsAlarm(of: told.id, device.id).allSatisfy { alarms.alarm(for: $0) == nil }
    }

    /// The devices of the inventory that an engine may be of, the likeliest first: whose its authentic messages were, and
    /// who told its ID last. A pair of units has two engines, and the inventory knows one of them.
    private func engineDevices(_ engine: EngineID) -> [EventDevice] {
        [
            engineClocks.row(of: engine).flatMap { devices.eventDevice($0.device) },
            devices.eventDevice(engine: engine.description),
        ].compactMap(\.self)
    }

    /// An operator trusts an engine's clock as it is, whether anything is known of it or not.
    mutating func trustClock(of engine: String) -> String {
        if let engine = EngineID(hexadecimal: engine) { engineClocks.forget(engine) }
        return AuditEntry.done
    }
}
