public import Alarms
public import Basics
public import Journal
public import SNMPSecurity
public import SNMPWire

/// What is wrong with SNMPv3 engines and their messages, as facts of the journal: how they are written and read.
extension OwnFacts {
    /// An engine tells fewer boots than it did, or as many and much less time, so that its messages are refused.
    public static let engineBootsWentBack = notifications.appending(50)
    /// Its messages are taken again: an operator trusts its clock as it is, or it has told enough boots since.
    public static let engineClockTrusted = notifications.appending(51)
    /// A message of the journal cannot be read with any key that there is.
    static let undecryptable = notifications.appending(52)

    /// `traplineEngineID.0`, in lower-case hex digits, and so on.
    static let engineID = root.appending(2, 66, 0)
    static let userName = root.appending(2, 62, 0)
    static let bootsKnown = root.appending(2, 63, 0)
    static let bootsTold = root.appending(2, 64, 0)
    static let timeKnown = root.appending(2, 68, 0)
    static let timeTold = root.appending(2, 69, 0)
    /// Where its messages come from.
    static let engineSender = root.appending(2, 65, 0)
    /// All engines of a device, with blanks between them.
    static let engineIDs = root.appending(2, 67, 0)

    // MARK: - Writing

    /// What `engineBootsWentBack` carries.
    public static func bootsWentBack(
        of engine: EngineID, user: String, known: EngineReading, told: EngineReading, from sender: IPAddress
    ) -> [VariableBinding] {
        [
            words(engineID, engine.description), words(userName, user),
            VariableBinding(name: bootsKnown, value: .integer(known.boots)),
            VariableBinding(name: timeKnown, value: .integer(known.time)),
            VariableBinding(name: bootsTold, value: .integer(told.boots)),
            VariableBinding(name: timeTold, value: .integer(told.time)), words(engineSender, sender.description),
        ]
    }

    /// What `engineClockTrusted` carries where nobody asked for it: the engine's boots are as many again as they were.
    public static func clockTrusted(of engine: EngineID, from sender: IPAddress) -> [VariableBinding] {
        [words(engineID, engine.description), words(engineSender, sender.description), words(operatorName, nobody)]
    }

    static func unreadable(user: String, engine: String, why: SecurityRefusal) -> SNMPNotification {
        SNMPNotification(
            version: .v2c, trapOID: undecryptable, uptime: 0,
            variables: VariableBindings([
                words(userName, user), words(engineID, engine), words(failureReason, why.label),
                words(failureDetail, why.advice(user: user)),
            ]))
    }

    private static func words(_ name: OID, _ text: String) -> VariableBinding {
        VariableBinding(name: name, value: .octetString(ArraySlice(text.utf8)))
    }

    // MARK: - Reading

    /// The engine whose clock an operator trusts as it is from here on: its next message is its first. `nil` where the fact is
    /// another one, or nobody asked for it.
    public static func trustedEngine(in fact: SNMPNotification) -> EngineID? {
        guard fact.trapOID == engineClockTrusted, text(deviceIdentity, in: fact) != nil else { return nil }
        return text(engineID, in: fact).flatMap { EngineID(hexadecimal: $0) }
    }

    /// What a fact says of engines' clocks.
    public enum ClockWord: Sendable, Hashable {
        /// Its messages are refused, and the alarm stands.
        case wentBack(EngineID)
        /// They are taken again by themselves.
        case agrees(EngineID)
        /// An operator trusts it as it is: its next message is its first.
        case trusted(EngineID)
        /// An operator has forgotten the device, and with it its engines: these, as far as they were known then.
        case forgotten(device: String, engines: [EngineID])
    }

    /// `nil` where the journal's record is about something else.
    public static func clockWord(in entry: JournalEntry) -> ClockWord? {
        guard entry.interface == listener, let fact = try? SNMPNotification.decode(entry.payload) else { return nil }
        if fact.trapOID == deviceForgotten {
            return text(deviceIdentity, in: fact).map { .forgotten(device: $0, engines: engines(in: fact)) }
        }
        if let engine = trustedEngine(in: fact) { return .trusted(engine) }
        return engine(in: fact).map { fact.trapOID == engineBootsWentBack ? .wentBack($0.id) : .agrees($0.id) }
    }

    static func engines(in fact: SNMPNotification) -> [EngineID] {
        (text(engineIDs, in: fact) ?? "").split(separator: " ").compactMap { EngineID(hexadecimal: $0) }
    }

    /// Whose clock a fact is about; `nil` where it is about none.
    static func engine(in fact: SNMPNotification) -> (id: EngineID, device: String?, sender: IPAddress?)? {
        guard fact.trapOID == engineBootsWentBack || fact.trapOID == engineClockTrusted,
            let engine = text(engineID, in: fact).flatMap({ EngineID(hexadecimal: $0) })
        else { return nil }
        return (engine, text(deviceIdentity, in: fact), text(engineSender, in: fact).flatMap { IPAddress($0) })
    }

    /// The engine whose boots `alarm` is about; `nil` where it is another alarm.
    public static func engineWhoseBootsWentBack(of alarm: AlarmKey) -> EngineID? {
        guard alarm.oid == engineBootsWentBack else { return nil }
        let source = alarm.source
        return EngineID(
            hexadecimal: source.hasPrefix(nameInSource) ? source.dropFirst(nameInSource.count) : source[...])
    }

    /// That alarm of a device, as rules may call its source.
    static func keysOfBootsAlarm(of engine: EngineID, _ device: String) -> [AlarmKey] {
        [nameInSource, ""].map { AlarmKey(device: device, oid: engineBootsWentBack, source: "\($0)\(engine)") }
    }

    private static let nameInSource = "traplineEngineID."
}
