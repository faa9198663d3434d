public import Alarms
internal import Basics
public import Devices
internal import Pipeline
internal import Store

/// What operators do, as the commands `trapline alarms …` and `trapline devices …` do it: by way of the journal, now.
///
/// What cannot be done throws ``TestServerError`` with the reason that the audit log keeps.
extension TestServer {
    /// Who does it where a test does not say.
    public static let someOperator = "operator"

    /// All that operators did so far, the oldest first.
    public var audit: [AuditEntry] { get throws { try store.audit(last: .max) } }

    /// An operator does something to alarms or devices.
    public func perform(_ action: OperatorAction, by name: String = someOperator) throws {
        let before = try audit.count
        hasBegun = true
        let fact = OwnFacts.fact(action, by: name)
        try process([Self.fact(fact.notification, fact.variables, at: now)])
        // A silence or a maintenance that ended by itself may stand before it.
        guard let entry = try audit.dropFirst(before).last(where: { $0.by == name }) else {
            throw TestServerError("nothing came of what \(name) did")
        }
        guard entry.outcome == AuditEntry.done else { throw TestServerError(entry.outcome) }
    }

    // MARK: - Alarms

    public func acknowledge(_ alarm: ActiveAlarm, note: String = "", by name: String = someOperator) throws {
        try perform(.acknowledge(AlarmReference(alarm), note: note), by: name)
    }

    public func unacknowledge(_ alarm: ActiveAlarm, note: String = "", by name: String = someOperator) throws {
        try perform(.unacknowledge(AlarmReference(alarm), note: note), by: name)
    }

    /// It stays cleared until its device raises it anew.
    public func clear(_ alarm: ActiveAlarm, note: String = "", by name: String = someOperator) throws {
        try perform(.clear(AlarmReference(alarm), note: note), by: name)
    }

    public func note(_ text: String, on alarm: ActiveAlarm, by name: String = someOperator) throws {
        try perform(.note(AlarmReference(alarm), text: text), by: name)
    }

    /// No sink is told of what these criteria name, from now on for some time.
    ///
    /// - Parameter criteria: as `trapline alarms silence` names them, `[(.device, "edge-*"), (.severity, "minor")]`.
    /// - Returns: its number, by which it ends early.
    @discardableResult
    public func silence(
        _ criteria: [(AlarmMatcher.Field, String)], for duration: Duration, reason: String = "",
        by name: String = someOperator
    ) throws -> Int64 {
        let matcher = try AlarmMatcher(criteria)
        try perform(.silence(matcher, from: now, until: now + duration, reason: reason), by: name)
        return try store.silences().map(\.id).max() ?? 0
    }

    public func endSilence(_ number: Int64, note: String = "", by name: String = someOperator) throws {
        try perform(.endSilence(number, note: note), by: name)
    }

    // MARK: - Devices

    /// A device by its identity, else by its name or address where no other one has it.
    public func device(_ text: String) throws -> Device {
        let devices = try devices
        if let device = devices.first(where: { $0.id == text }) { return device }
        let found = devices.filter { $0.name == text || $0.address == IPAddress(text) }
        guard let device = found.first, found.count == 1 else {
            throw TestServerError(found.isEmpty ? "there is no device \(text)" : "\(found.count) devices are \(text)")
        }
        return device
    }

    /// Nobody is told of the device's alarms for some time, or until the maintenance is ended.
    public func beginMaintenance(
        of device: String, for duration: Duration? = nil, reason: String = "", by name: String = someOperator
    ) throws {
        let until = duration.map { now + $0 }
        try perform(.beginMaintenance(self.device(device).id, until: until, reason: reason), by: name)
    }

    public func endMaintenance(of device: String, note: String = "", by name: String = someOperator) throws {
        try perform(.endMaintenance(self.device(device).id, note: note), by: name)
    }

    /// An empty name gives the device back its own.
    public func name(_ device: String, _ word: String, by name: String = someOperator) throws {
        try perform(.nameDevice(self.device(device).id, name: word), by: name)
    }

    public func place(_ device: String, in placement: DevicePlacement, by name: String = someOperator) throws {
        try perform(.placeDevice(self.device(device).id, placement), by: name)
    }

    /// The device leaves the inventory until it is heard of again.
    public func forget(_ device: String, by name: String = someOperator) throws {
        try perform(.forgetDevice(self.device(device).id), by: name)
    }
}
