public import Alarms
internal import Basics
internal import SNMPSecurity
public import SNMPWire

/// Operators' actions on alarms and devices as facts of the journal: how they are written, and how they are read.
extension OwnFacts {
    public static let alarmAcknowledged = notifications.appending(33)
    public static let alarmUnacknowledged = notifications.appending(34)
    public static let alarmClearedByHand = notifications.appending(35)
    public static let alarmNoted = notifications.appending(36)
    public static let silenceBegun = notifications.appending(37)
    public static let silenceEnded = notifications.appending(38)
    public static let deviceNamed = notifications.appending(39)
    public static let devicePlaced = notifications.appending(40)
    public static let maintenanceBegun = notifications.appending(41)
    public static let maintenanceEnded = notifications.appending(42)
    public static let deviceForgotten = notifications.appending(43)

    /// `traplineAlarmNumber.0`, and so on.
    static let alarmNumber = root.appending(2, 40, 0)
    static let alarmDevice = root.appending(2, 41, 0)
    static let alarmOID = root.appending(2, 42, 0)
    public static let alarmSource = root.appending(2, 43, 0)
    static let note = root.appending(2, 44, 0)
    static let silenceNumber = root.appending(2, 45, 0)
    static let silenceMatcher = root.appending(2, 46, 0)
    static let from = root.appending(2, 47, 0)
    static let until = root.appending(2, 48, 0)
    static let deviceIdentity = root.appending(2, 49, 0)
    static let deviceName = root.appending(2, 50, 0)
    static let deviceGroup = root.appending(2, 51, 0)
    static let deviceTenant = root.appending(2, 52, 0)
    static let deviceRegion = root.appending(2, 53, 0)
    static let deviceSite = root.appending(2, 54, 0)
    static let deed = root.appending(2, 61, 0)

    /// Who did the things that nobody asked for: a silence ended because its time was over.
    static let nobody = "trapline"

    // MARK: - Writing

    /// The action as a fact.
    public static func fact(
        _ action: OperatorAction, by name: String
    ) -> (notification: OID, variables: [VariableBinding]) {
        let (notification, variables) = fact(action)
        return (notification, variables + [binding(operatorName, name)])
    }

    private static func fact(_ action: OperatorAction) -> (OID, [VariableBinding]) {
        switch action {
        case .acknowledge(let alarm, let words): (alarmAcknowledged, bindings(alarm, words))
        case .unacknowledge(let alarm, let words): (alarmUnacknowledged, bindings(alarm, words))
        case .clear(let alarm, let words): (alarmClearedByHand, bindings(alarm, words))
        case .note(let alarm, let words): (alarmNoted, bindings(alarm, words))
        case .silence(let matcher, let start, let end, let reason):
            (
                silenceBegun,
                [
                    binding(silenceMatcher, matcher.text), binding(from, start.description),
                    binding(until, end.description), binding(note, reason),
                ]
            )
        case .endSilence(let number, let words):
            (
                silenceEnded,
                [
                    VariableBinding(name: silenceNumber, value: .counter64(UInt64(clamping: number))),
                    binding(note, words),
                ]
            )
        case .nameDevice(let device, let name):
            (deviceNamed, [binding(deviceIdentity, device), binding(deviceName, name)])
        case .placeDevice(let device, let placement):
            (devicePlaced, [binding(deviceIdentity, device)] + bindings(placement))
        case .beginMaintenance(let device, let end, let reason):
            (
                maintenanceBegun,
                [
                    binding(deviceIdentity, device), binding(until, end?.description ?? ""), binding(note, reason),
                ]
            )
        case .endMaintenance(let device, let words):
            (maintenanceEnded, [binding(deviceIdentity, device), binding(note, words)])
        case .forgetDevice(let device, let engines):
            (
                deviceForgotten,
                [binding(deviceIdentity, device)]
                    + (engines.isEmpty ? [] : [binding(engineIDs, engines.joined(separator: " "))])
            )
        case .resyncDevice(let device):
            (resyncRequested, [binding(resyncDevice, device ?? everyDevice)])
        case .trustClock(let device, let engine):
            (engineClockTrusted, [binding(deviceIdentity, device), binding(engineID, engine)])
        }
    }

    private static func bindings(_ alarm: AlarmReference, _ words: String) -> [VariableBinding] {
        [
            VariableBinding(name: alarmNumber, value: .counter64(UInt64(clamping: alarm.number))),
            binding(alarmDevice, alarm.key.device),
            VariableBinding(name: alarmOID, value: .objectIdentifier(alarm.key.oid)),
            binding(alarmSource, alarm.key.source), binding(note, words),
        ]
    }

    private static func bindings(_ placement: DevicePlacement) -> [VariableBinding] {
        [
            (deviceGroup, placement.group), (deviceTenant, placement.tenant), (deviceRegion, placement.region),
            (deviceSite, placement.site),
        ].compactMap { name, value in value.map { binding(name, $0) } }
    }

    private static func binding(_ name: OID, _ text: String) -> VariableBinding {
        VariableBinding(name: name, value: .octetString(ArraySlice(text.utf8)))
    }

    // MARK: - Reading

    /// What an operator does; `nil` where the fact is another one, or says less than it should.
    static func action(in fact: SNMPNotification) -> OperatorAction? {
        switch fact.trapOID {
        case alarmAcknowledged: alarm(in: fact).map { .acknowledge($0, note: words(in: fact)) }
        case alarmUnacknowledged: alarm(in: fact).map { .unacknowledge($0, note: words(in: fact)) }
        case alarmClearedByHand: alarm(in: fact).map { .clear($0, note: words(in: fact)) }
        case alarmNoted: alarm(in: fact).map { .note($0, text: words(in: fact)) }
        case silenceBegun: silence(in: fact)
        case silenceEnded: number(silenceNumber, in: fact).map { .endSilence($0, note: words(in: fact)) }
        case deviceNamed:
            device(in: fact).flatMap { device in
                text(deviceName, in: fact).map { .nameDevice(device, name: $0) }
            }
        case devicePlaced:
            device(in: fact).map {
                .placeDevice(
                    $0,
                    DevicePlacement(
                        group: text(deviceGroup, in: fact), tenant: text(deviceTenant, in: fact),
                        region: text(deviceRegion, in: fact), site: text(deviceSite, in: fact)))
            }
        case maintenanceBegun: maintenance(in: fact)
        case maintenanceEnded: device(in: fact).map { .endMaintenance($0, note: words(in: fact)) }
        case deviceForgotten:
            device(in: fact).map { .forgetDevice($0, engines: engines(in: fact).map(\.description)) }
        case resyncRequested: text(resyncDevice, in: fact).map { .resyncDevice($0 == everyDevice ? nil : $0) }
        case engineClockTrusted:
            device(in: fact).flatMap { device in
                trustedEngine(in: fact).map { .trustClock(device, engine: $0.description) }
            }
        default: nil
        }
    }

    /// Who did it.
    static func operatorName(in fact: SNMPNotification) -> String { text(operatorName, in: fact) ?? nobody }

    private static func words(in fact: SNMPNotification) -> String { text(note, in: fact) ?? "" }

    private static func device(in fact: SNMPNotification) -> String? { text(deviceIdentity, in: fact) }

    private static func alarm(in fact: SNMPNotification) -> AlarmReference? {
        guard let number = number(alarmNumber, in: fact), let device = text(alarmDevice, in: fact),
            let source = text(alarmSource, in: fact)
        else { return nil }
        for variable in fact.variables where variable.name == alarmOID {
            guard case .objectIdentifier(let oid) = variable.value else { return nil }
            return AlarmReference(number: number, key: AlarmKey(device: device, oid: oid, source: source))
        }
        return nil
    }

    private static func silence(in fact: SNMPNotification) -> OperatorAction? {
        guard let lines = text(silenceMatcher, in: fact), let matcher = try? AlarmMatcher(text: lines),
            let start = text(from, in: fact).flatMap({ Timestamp($0) }),
            let end = text(until, in: fact).flatMap({ Timestamp($0) })
        else { return nil }
        return .silence(matcher, from: start, until: end, reason: words(in: fact))
    }

    private static func maintenance(in fact: SNMPNotification) -> OperatorAction? {
        guard let device = device(in: fact), let end = text(until, in: fact) else { return nil }
        if end.isEmpty { return .beginMaintenance(device, until: nil, reason: words(in: fact)) }
        return Timestamp(end).map { .beginMaintenance(device, until: $0, reason: words(in: fact)) }
    }
}
