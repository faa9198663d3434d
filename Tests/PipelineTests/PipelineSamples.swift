import Alarms
import Basics
import Foundation
import Journal
import MIBCatalog
import Pipeline
import Routing
import SNMPWire
import Testing

/// Notifications, rules and routes that the pipeline's tests share.
enum Sample {
    static let linkDown = OID(wellKnown: "1.3.6.1.6.3.1.1.5.3")
    static let linkUp = OID(wellKnown: "1.3.6.1.6.3.1.1.5.4")
    static let keepAlive = OID(wellKnown: "1.3.6.1.4.1.9999.0.1")
    static let coldStart = OID(wellKnown: "1.3.6.1.6.3.1.1.5.1")
    /// Is told again and again, and never cleared.
    static let onBattery = OID(wellKnown: "1.3.6.1.4.1.9999.0.7")
    static let unknown = OID(wellKnown: "1.3.6.1.4.1.9999.0.2")
    /// An alarm whose severity is told by `interfaceIndex`, from 0 for cleared to 3 for critical.
    static let graded = OID(wellKnown: "1.3.6.1.4.1.9999.0.4")
    static let interfaceIndex = OID(wellKnown: "1.3.6.1.2.1.2.2.1.1")

    static let rules = [
        AlarmRule(
            notification: linkDown, kind: .alarm, alarm: "linkDown", severity: .fixed(.major),
            key: [.value(interfaceIndex)]),
        AlarmRule(
            notification: linkUp, kind: .alarm, alarm: "linkDown", alarmOID: linkDown, severity: .fixed(.cleared),
            key: [.value(interfaceIndex)]),
        AlarmRule(
            notification: graded, kind: .alarm, alarm: "graded",
            severity: .mapped(
                variable: interfaceIndex, severities: [0: .cleared, 1: .minor, 2: .major, 3: .critical],
                otherwise: .warning)),
        AlarmRule(notification: keepAlive, kind: .keepAlive, severity: .fixed(.indeterminate)),
        AlarmRule(notification: coldStart, kind: .restart, severity: .fixed(.warning)),
        AlarmRule(
            notification: onBattery, kind: .alarm, severity: .fixed(.minor), key: [.value(interfaceIndex)],
            expires: .seconds(20), restart: .clear),
        own(OwnFacts.suppressed, ends: OwnFacts.suppressed, .warning),
        own(OwnFacts.suppressionEnded, ends: OwnFacts.suppressed, .cleared),
        own(OwnFacts.flapping, ends: OwnFacts.flapping, .minor),
        own(OwnFacts.flappingEnded, ends: OwnFacts.flapping, .cleared),
    ]

    private static func own(_ fact: OID, ends alarm: OID, _ severity: Severity) -> AlarmRule {
        AlarmRule(
            notification: fact, kind: .alarm, alarmOID: alarm, severity: .fixed(severity),
            key: [.value(OwnFacts.alarmName), .value(OwnFacts.alarmSource)])
    }

    /// Everything to `all`; link alarms to `noc` too.
    static let routes = [
        Route(name: "everything", to: ["all"]),
        Route(
            name: "links", when: RouteConditions(transitions: [.raised], notifications: [.exact(linkDown)]),
            to: ["noc"]),
    ]

    static func snapshot(
        _ routes: [Route] = Sample.routes, alarms: AlarmSettings = AlarmSettings()
    ) throws -> PipelineSnapshot {
        PipelineSnapshot(
            interpreter: AlarmInterpreter(rules: rules, catalog: .empty),
            routing: RoutingTable(
                routes: routes, catalog: .empty, timeZone: try #require(TimeZone(identifier: "UTC"))),
            catalog: .empty, alarms: alarms,
            communityName: { Array($0) == Array("fleet-secret".utf8) ? "fleet" : nil })
    }

    static func datagram(
        _ trapOID: OID, interface: Int32? = nil, community: String = "public", uptime: UInt32 = 4_711
    ) -> [UInt8] {
        var variables: [VariableBinding] = []
        if let interface {
            variables.append(
                VariableBinding(
                    name: interfaceIndex.appending(UInt32(bitPattern: interface)), value: .integer(interface)))
        }
        let notification = SNMPNotification(
            version: .v2c, community: ArraySlice(community.utf8), trapOID: trapOID, uptime: uptime,
            variables: VariableBindings(variables))
        let pdu = notification.v2PDU(kind: .trap, requestID: 1)
        return CommunityMessage(version: .v2c, community: notification.community, pdu: .standard(pdu)).encode()
    }

    /// The vendor's keep-alive, which tells the serial number and, of a pair, the other unit's.
    static func vendorKeepAlive(serial: String, wish: String? = nil, peer: String? = nil) -> [UInt8] {
        let root = VendorProfile.ownTrapRoot
        let texts = [(UInt32(9), wish), (10, peer), (16, serial)]
        let notification = SNMPNotification(
            version: .v2c, trapOID: root.appending(2, 0, 16), uptime: 4_711,
            variables: VariableBindings(
                texts.compactMap { number, text in
                    text.map {
                        VariableBinding(
                            name: root.appending(1, number, 0), value: .octetString(ArraySlice($0.utf8)))
                    }
                }))
        let pdu = notification.v2PDU(kind: .trap, requestID: 1)
        return CommunityMessage(version: .v2c, community: [], pdu: .standard(pdu)).encode()
    }

    /// Trapline's own word of a sink.
    static func fact(_ fact: OID, sink: String) -> [UInt8] {
        let name = VariableBinding(name: OwnFacts.sinkName, value: .octetString(ArraySlice(sink.utf8)))
        let notification = SNMPNotification(version: .v2c, trapOID: fact, uptime: 1, variables: [name])
        let pdu = notification.v2PDU(kind: .trap, requestID: 1)
        return CommunityMessage(version: .v2c, community: [], pdu: .standard(pdu)).encode()
    }

    static func entry(
        _ payload: [UInt8], at seconds: Int64, from sender: UInt32 = 0xc000_0207, on interface: String = "traps"
    ) -> JournalEntry {
        JournalEntry(
            time: Timestamp(seconds: seconds), interface: interface,
            sender: Endpoint(IPAddress(v4: sender), port: 40_000),
            receiver: Endpoint(IPAddress(v4: 0xc000_0201), port: 162), payload: payload)
    }

    /// Records of a journal that holds `entries`, from `start` on.
    static func records(_ entries: [JournalEntry], from start: UInt64 = 0) -> [JournalRecord] {
        var offset = start
        return entries.map { entry in
            let position = JournalPosition(segment: 1, offset: offset)
            offset += UInt64(64 + entry.payload.count)
            return JournalRecord(
                entry: entry, position: position, next: JournalPosition(segment: 1, offset: offset))
        }
    }
}

extension OID {
    /// For constants of the tests; a wrong one would match nothing and fail them.
    init(wellKnown text: String) {
        self = OID(text) ?? OID.enterprises
    }
}
