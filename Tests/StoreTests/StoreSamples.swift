import Alarms
import Basics
import Devices
import Foundation
import Journal
import SNMPWire
import Store
import TestPeers
import Testing

/// A folder of a test's own, removed with it.
final class TemporaryFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "trapline-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path(percentEncoded: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

enum Sample {
    static let linkDown = OID("1.3.6.1.6.3.1.1.5.3")
    static let router = EventDevice(
        id: "192.0.2.7", name: "edge router", address: IPAddress(v4: 0xc000_0207), group: "edge", tenant: "tenant-a",
        site: "rotterdam")

    static func event(_ id: Int64, text: String = "Interface 7 is down") throws -> Event {
        Event(
            id: id, time: Timestamp(nanoseconds: 1_700_000_000_123_456_789 + id), transition: .raised, alarmID: id,
            alarm: "linkDown", oid: try #require(linkDown), severity: .major, highestSeverity: .major, device: router,
            source: "ifIndex.7", text: text, raised: Timestamp(nanoseconds: 1_700_000_000_123_456_789 + id))
    }

    static func stored(_ id: Int64, sinks: [String] = ["noc", "ops"]) throws -> StoredEvent {
        StoredEvent(
            event: try event(id), position: JournalPosition(segment: 3, offset: UInt64(id) * 512), sinks: sinks)
    }

    static func alarm(_ id: Int64, source: String = "ifIndex.7") throws -> ActiveAlarm {
        ActiveAlarm(
            id: id, key: AlarmKey(device: router.id, oid: try #require(linkDown), source: source), alarm: "linkDown",
            device: router, severity: .minor, highestSeverity: .critical, text: "down", eventType: nil,
            probableCause: "lossOfSignal", raised: Timestamp(seconds: 10), lastTime: Timestamp(seconds: 20), count: 2,
            sinks: ["noc"])
    }

    static func device(_ name: String = "edge router", lastSeen: Int64 = 60) -> Device {
        Device(
            id: "2001:db8::7", name: name, address: IPAddress(v6: 0x2001_0db8 << 96 | 7),
            firstSeen: Timestamp(seconds: 50), lastSeen: Timestamp(seconds: lastSeen), lastKeepAlive: nil)
    }

    /// Any event that the types can hold.
    static func randomEvent(_ id: Int64, _ numbers: inout SeededGenerator) throws -> StoredEvent {
        let isV6 = Bool.random(using: &numbers)
        let address =
            isV6
            ? IPAddress(v6: UInt128(UInt64.random(in: 1...(.max), using: &numbers)) << 64 | 1)
            : IPAddress(v4: UInt32.random(in: 0...(.max), using: &numbers))
        let arcs = (0..<Int.random(in: 0...20, using: &numbers)).map { _ in
            String(UInt32.random(in: 0...(.max), using: &numbers) >> UInt32.random(in: 0...31, using: &numbers))
        }
        let device = EventDevice(
            id: text(&numbers), name: text(&numbers), address: address, group: optionalText(&numbers),
            tenant: optionalText(&numbers), site: optionalText(&numbers))
        let event = Event(
            id: id, time: Timestamp(nanoseconds: Int64.random(in: .min...(.max), using: &numbers)),
            deviceTime: Bool.random(using: &numbers) ? Timestamp(seconds: 1) : nil,
            transition: Transition.allCases.randomElement(using: &numbers) ?? .logged,
            reason: optionalText(&numbers), alarmID: Bool.random(using: &numbers) ? id : nil, alarm: text(&numbers),
            oid: try #require(OID((["1.3"] + arcs).joined(separator: "."))),
            severity: Severity.allCases.randomElement(using: &numbers) ?? .major,
            previousSeverity: Bool.random(using: &numbers) ? .warning : nil,
            highestSeverity: Severity.allCases.randomElement(using: &numbers) ?? .major,
            device: device, source: text(&numbers),
            text: text(&numbers), eventType: optionalText(&numbers), probableCause: optionalText(&numbers),
            count: Int.random(in: 0...(.max), using: &numbers),
            raised: Bool.random(using: &numbers) ? Timestamp(nanoseconds: -1) : nil)
        let position = JournalPosition(
            segment: UInt64.random(in: 0...(.max), using: &numbers),
            offset: UInt64.random(in: 0...(.max), using: &numbers))
        return StoredEvent(
            event: event, position: Bool.random(using: &numbers) ? position : nil,
            sinks: (0..<Int.random(in: 0...3, using: &numbers)).map { _ in text(&numbers) })
    }

    private static func optionalText(_ numbers: inout SeededGenerator) -> String? {
        Bool.random(using: &numbers) ? text(&numbers) : nil
    }

    /// With what texts tend to go wrong on: NULs, quotes, breaks, other scripts, surrogate-range neighbours.
    private static func text(_ numbers: inout SeededGenerator) -> String {
        let pieces = ["a", "\0", "'", "\"", "\\", "\n", "ü", "漢", "🛑", "\u{ffff}", " ", "/", "\u{1b}"]
        return (0..<Int.random(in: 0...12, using: &numbers))
            .map { _ in pieces.randomElement(using: &numbers) ?? "" }.joined()
    }
}
