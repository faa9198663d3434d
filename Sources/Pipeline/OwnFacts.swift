public import Alarms
public import Basics
public import SNMPWire
internal import Store

/// Trapline's own facts as they stand in the journal: notifications of a MIB of our own, so that time and what the
/// server did take the devices' way.
///
/// Only a record on the interface of this name is one: a device that sends the same OIDs speaks for itself.
public enum OwnFacts {
    /// The journal's interface.
    public static let listener = "trapline"

    /// `traplineMIB`, under the documentation enterprise number (RFC 5612) until one is assigned.
    static let root = OID.enterprises.appending(32_473, 1)
    static let notifications = root.appending(1, 0)

    /// Time went on and nothing else came: it moves the clock and makes no event.
    public static let tick = notifications.appending(1)
    public static let started = notifications.appending(2)
    public static let stopped = notifications.appending(3)
    /// Datagrams were lost before they could be processed.
    public static let blind = notifications.appending(4)
    public static let configurationLoaded = notifications.appending(5)
    public static let sinkFailed = notifications.appending(6)
    public static let sinkRecovered = notifications.appending(7)
    public static let senderOverBudget = notifications.appending(8)
    public static let senderWithinBudget = notifications.appending(9)
    public static let storageFailed = notifications.appending(10)
    public static let storageRecovered = notifications.appending(11)
    public static let retentionHeld = notifications.appending(12)
    public static let retentionReleased = notifications.appending(13)
    public static let sinkLagging = notifications.appending(14)
    public static let sinkCaughtUp = notifications.appending(15)
    public static let resendRequested = notifications.appending(16)
    public static let lettersForgotten = notifications.appending(17)
    public static let sinkForgotten = notifications.appending(18)

    /// So much was told of an alarm that no more is, until that ends.
    public static let suppressed = notifications.appending(19)
    public static let suppressionEnded = notifications.appending(20)
    /// An alarm changes so often that no change is told, until it is quiet.
    public static let flapping = notifications.appending(21)
    public static let flappingEnded = notifications.appending(22)

    /// `traplineVersion.0`.
    public static let version = root.appending(2, 1, 0)
    /// `traplineBlindReason.0`.
    public static let blindReason = root.appending(2, 2, 0)
    /// `traplineBlindDatagrams.0`.
    public static let blindDatagrams = root.appending(2, 3, 0)
    /// `traplineSinkName.0`.
    public static let sinkName = root.appending(2, 4, 0)
    /// `traplineFailureReason.0`.
    public static let failureReason = root.appending(2, 5, 0)
    /// `traplineFailureDetail.0`.
    public static let failureDetail = root.appending(2, 6, 0)
    /// `traplineConfigurationGeneration.0`.
    public static let configurationGeneration = root.appending(2, 7, 0)
    /// `traplineListenerName.0`.
    public static let listenerName = root.appending(2, 8, 0)
    /// `traplineBlindSender.0`.
    public static let blindSender = root.appending(2, 9, 0)
    /// `traplineBlindSince.0`.
    public static let blindSince = root.appending(2, 17, 0)
    /// `traplineStorageName.0`.
    public static let storageName = root.appending(2, 10, 0)
    /// `traplineHolder.0`.
    public static let holder = root.appending(2, 11, 0)
    /// `traplineLagEvents.0`.
    public static let lagEvents = root.appending(2, 12, 0)
    /// `traplineLagSeconds.0`.
    public static let lagSeconds = root.appending(2, 13, 0)
    /// `traplineFirstLetter.0`.
    public static let firstLetter = root.appending(2, 14, 0)
    /// `traplineLastLetter.0`.
    public static let lastLetter = root.appending(2, 15, 0)
    /// `traplineOperator.0`.
    public static let operatorName = root.appending(2, 16, 0)

    /// `traplineAlarmName.0`.
    public static let alarmName = root.appending(2, 20, 0)
    /// `traplineAlarmEvents.0`.
    public static let alarmEvents = root.appending(2, 22, 0)
    /// `traplineWithheldEvents.0`.
    public static let withheldEvents = root.appending(2, 23, 0)

    /// The values of `traplineBlindReason`.
    public enum BlindReason: Int32, Sendable, CaseIterable {
        case kernelDrops = 1
        case senderOverBudget = 2
        case diskFull = 3
        /// The journal had reached its limit.
        case journalLimit = 4
        /// The disk failed otherwise.
        case storageError = 5
    }

    /// The sink whose own trouble a fact tells of; `nil` where it tells of none.
    static func sink(in fact: SNMPNotification) -> String? {
        let facts = [sinkFailed, sinkRecovered, sinkLagging, sinkCaughtUp]
        guard facts.contains(fact.trapOID) else { return nil }
        return text(sinkName, in: fact)
    }

    /// The sender's port of facts that were recorded while no server ran, so that nobody could hear the devices before.
    public static let unheardPort: UInt16 = 0
    /// Where facts come from that no record holds.
    static let address = IPAddress(v4: 0x7f00_0001)

    /// The server itself, which is no device of the inventory.
    static func device(at address: IPAddress) -> EventDevice {
        EventDevice(id: listener, name: listener, address: address)
    }

    /// What an operator asks for; `nil` where the fact is another one, or says less than it should.
    static func request(in fact: SNMPNotification) -> OperatorRequest? {
        switch fact.trapOID {
        case resendRequested:
            guard let sink = text(sinkName, in: fact), let events = letters(in: fact) else { return nil }
            return .resendLetters(sink: sink, events: events)
        case lettersForgotten:
            guard let sink = text(sinkName, in: fact), let events = letters(in: fact) else { return nil }
            return .forgetLetters(sink: sink, events: events)
        case sinkForgotten:
            return text(sinkName, in: fact).map { .forgetSink($0) }
        default:
            return nil
        }
    }

    /// The sink whose failure `alarm` is; `nil` where it is another alarm.
    public static func failedSink(of alarm: AlarmKey) -> String? {
        subject(of: alarm, sinkFailed, named: "traplineSinkName.")
    }

    /// The sink whose lag `alarm` is; `nil` where it is another alarm.
    public static func laggingSink(of alarm: AlarmKey) -> String? {
        subject(of: alarm, sinkLagging, named: "traplineSinkName.")
    }

    /// What `alarm` is about, where it is `fact`'s.
    private static func subject(of alarm: AlarmKey, _ fact: OID, named variable: String) -> String? {
        guard alarm.device == listener, alarm.oid == fact else { return nil }
        // The shipped rule's key is a variable's value, and a source names the variable.
        return alarm.source.hasPrefix(variable) ? String(alarm.source.dropFirst(variable.count)) : alarm.source
    }

    private static func letters(in fact: SNMPNotification) -> ClosedRange<Int64>? {
        guard let first = number(firstLetter, in: fact), let last = number(lastLetter, in: fact), first <= last
        else { return nil }
        return first...last
    }

    static func text(_ name: OID, in fact: SNMPNotification) -> String? {
        for variable in fact.variables where variable.name == name {
            if case .octetString(let octets) = variable.value { return String(decoding: octets, as: UTF8.self) }
        }
        return nil
    }

    static func number(_ name: OID, in fact: SNMPNotification) -> Int64? {
        for variable in fact.variables where variable.name == name {
            if case .counter64(let number) = variable.value { return Int64(exactly: number) }
        }
        return nil
    }

    /// The storage whose failure `alarm` is, `journal` or `store`; `nil` where it is another alarm.
    public static func failedStorage(of alarm: AlarmKey) -> String? {
        subject(of: alarm, storageFailed, named: "traplineStorageName.")
    }

    /// The storage whose limit `alarm` is, `journal` or `events`; `nil` where it is another alarm.
    public static func heldStorage(of alarm: AlarmKey) -> String? {
        subject(of: alarm, retentionHeld, named: "traplineStorageName.")
    }

    /// The listener and the sender whose being over its budget `alarm` is; `nil` where it is another alarm. The sender is
    /// `nil` where there were too many to name.
    public static func overBudget(of alarm: AlarmKey) -> (listener: String, sender: IPAddress?)? {
        guard alarm.device == listener, alarm.oid == senderOverBudget else { return nil }
        // The shipped rule's key is both variables' values, and a source names the variables.
        let parts = alarm.source.split(separator: "/")
        func value(_ variable: String) -> Substring? {
            parts.first { $0.hasPrefix(variable) }?.dropFirst(variable.count)
        }
        guard let name = value("traplineListenerName.") else { return nil }
        return (String(name), value("traplineBlindSender.").flatMap { IPAddress($0) })
    }
}
