import Alarms
import Basics
import Documents
import Foundation
import Journal
import MIBCatalog
import SNMPSecurity
import SNMPWire
import TestPeers

@testable import Sinks

/// Events and datagrams that the tests of syslog, mail and debug recording send.
enum WireSamples {
    /// 2026-01-31T23:59:59.123456Z
    static let time = Timestamp(seconds: 1_769_903_999, nanoseconds: 123_456_000)
    static let linkDown = OID.snmpTraps.appending(3)

    /// Made once: openssl takes a while.
    static let certificates = Result { try Certificates() }

    static func event(
        id: Int64 = 1, transition: Transition = .raised, severity: Severity = .major, alarm: String = "linkDown",
        device: String = "gw-1", source: String = "ifIndex.7", text: String = "Interface 7 is down"
    ) -> Event {
        Event(
            id: id, time: Timestamp(nanoseconds: time.nanoseconds + id * 1_000_000), transition: transition,
            alarmID: transition == .logged ? nil : id, alarm: alarm, oid: linkDown, severity: severity,
            highestSeverity: severity,
            device: EventDevice(id: device, name: device, address: IPAddress(v4: 0xc000_0201)), source: source,
            text: text, eventType: "communicationsAlarm", probableCause: "lossOfSignal")
    }

    /// A v2c linkDown, encoded.
    static func datagram(
        community: String = "public", requestID: Int32 = 7, variables: [VariableBinding]? = nil
    ) -> [UInt8] {
        let header = [
            VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(4_711)),
            VariableBinding(name: .snmpTrapOIDInstance, value: .objectIdentifier(linkDown)),
        ]
        let standard = [
            VariableBinding(name: oid("1.3.6.1.2.1.2.2.1.1.7"), value: .integer(7)),
            VariableBinding(name: oid("1.3.6.1.2.1.2.2.1.2.7"), value: .octetString(Array("eth \"7\"]\\".utf8)[...])),
        ]
        let pdu = StandardPDU(
            kind: .trapV2, requestID: requestID, variables: VariableBindings(header + (variables ?? standard)))
        return SNMPMessage.community(
            CommunityMessage(version: .v2c, community: Array(community.utf8)[...], pdu: .standard(pdu))
        ).encode()
    }

    static func sinkEvent(
        _ event: Event, datagram octets: [UInt8]? = nil, receiverPort: UInt16 = 162, catalog: Catalog = .empty,
        opener: NotificationOpener? = nil
    ) -> SinkEvent {
        guard let octets else { return SinkEvent(event: event) }
        let sender = Endpoint(event.device.address, port: 161)
        let receiver = Endpoint(IPAddress(v4: 0xc633_6401), port: receiverPort)
        let entry = JournalEntry(
            time: event.time, interface: "traps", sender: sender, receiver: receiver, payload: octets)
        let position = JournalPosition(segment: 1, offset: 0)
        var naming = DatagramNaming(catalog: catalog)
        if let opener { naming.opener = { opener } }
        return SinkEvent(
            event: event, record: JournalRecord(entry: entry, position: position, next: position),
            naming: naming)
    }

    static func sinkEvents(_ ids: ClosedRange<Int64>) -> [SinkEvent] {
        ids.map { sinkEvent(event(id: $0, text: "number \($0)")) }
    }

    /// `zeroDotZero` for what is no OID: the test that uses it then fails.
    static func oid(_ text: String) -> OID { OID(text) ?? .zeroDotZero }

    /// What devices send when they are broken or mean ill.
    static let hostileTexts = [
        "Überlast in Gehäuse №1 – 温度", "quote \" backslash \\ bracket ] end",
        "first\nsecond\r\n<13>Jan  1 forged: line",
        "nul\u{0}pad\u{0}\u{0}", "\u{1b}[2Jbell\u{7}", "tab\there", "next\u{85}line\u{2028}separator\u{2029}",
        "\r\nBcc: someone@example.org\r\n\r\nbody", "\r\n.\r\nMAIL FROM:<x@example.org>", "\u{202e}desrever",
        "=?UTF-8?B?Zm9yZ2Vk?=", String(repeating: "ü", count: 20_000), "", " ",
    ]
}

/// A random text from a seed: control characters, syntax characters and letters of one to four octets.
struct HostileTextGenerator {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    private mutating func next() -> UInt64 { generator.next() }

    mutating func text() -> String {
        let pool: [Unicode.Scalar] = [
            "\r", "\n", "\0", "\t", "\u{1b}", "\u{7f}", "\u{85}", "\u{2028}", "\u{feff}", "\"", "\\", "]", "[", "<",
            ">", "&",
            "=", "?", ":", ".", ",", " ", "a", "b", "1", "ä", "€", "😀", "\u{301}", "\u{202e}",
        ]
        let longest: UInt64 = next() % 8 == 0 ? 4_000 : 60
        let length = Int(next() % longest)
        var text = ""
        for _ in 0..<length { text.unicodeScalars.append(pool[Int(next() % UInt64(pool.count))]) }
        return text
    }
}
