import Basics
import Foundation
import Journal
import SNMPWire
import Synchronization
import TestPeers

/// A journal that was filled before the server is started on it.
enum PreparedJournal {
    /// Writes the entries into the journal of a data folder and reads them back, with their places.
    static func write(_ entries: [JournalEntry], data: String, segmentSize: Int) throws -> [JournalRecord] {
        try FileManager.default.createDirectory(
            atPath: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let folder = data + "/journal"
        var settings = JournalSettings()
        settings.segmentSize = segmentSize
        let writer = try JournalWriter(folder: folder, settings: settings, interfaces: ["traps"])
        let failure = Mutex<JournalError?>(nil)
        for entry in entries {
            writer.append([entry]) { result in
                if case .failure(let error) = result { failure.withLock { $0 = error } }
            }
        }
        writer.close()
        if let error = failure.withLock({ $0 }) { throw error }
        var reader = try JournalReader(folder: folder, from: nil)
        let records = try reader.read(upTo: writer.committed, limit: .max)
        guard records.count == entries.count else {
            throw Command.Failure(description: "\(records.count) of \(entries.count) records were journaled")
        }
        return records
    }

    /// The path of a segment in a data folder.
    static func segment(_ number: UInt64, data: String) -> String {
        let digits = String(number)
        return data + "/journal/trapline-" + String(repeating: "0", count: 10 - digits.count) + digits + ".pcapng"
    }

    /// Numbered traps, a millisecond apart, that ended a minute ago.
    static func numberedTraps(_ count: Int) -> [JournalEntry] {
        let start = startOfPast
        return (1...count).map { number in
            entry(
                NumberedNotification(trap: Int32(number), uptime: UInt32(number / 10)).octets,
                at: start + Int64(number) * 1_000_000, from: 0xc000_0201)
        }
    }

    /// A fleet's day: five devices raise, repeat and clear alarms on four interfaces each, with other events, keep-alives
    /// and rubbish among them.
    static func mixedTraps(_ count: Int, _ seed: inout Seed) -> [JournalEntry] {
        let start = startOfPast
        return (0..<count).map { index in
            let sender = UInt32(0xc000_0200) + .random(in: 1...5, using: &seed)
            let interface = Int32.random(in: 1...4, using: &seed)
            let payload: [UInt8]
            switch Int.random(in: 0...9, using: &seed) {
            case 0...3: payload = link(.linkDown, interface, at: index)
            case 4...6: payload = link(.linkUp, interface, at: index)
            case 7: payload = link(.warmStart, interface, at: index)
            case 8: payload = NumberedNotification(trap: Int32(index), uptime: UInt32(index)).octets
            default:
                payload = (0..<Int.random(in: 1...60, using: &seed)).map { _ in .random(in: 0...255, using: &seed) }
            }
            // Several datagrams have the same time, as those of one batch may.
            return entry(payload, at: start + Int64(index / 3) * 3_000_000, from: sender)
        }
    }

    /// Ten minutes ago: nothing of it is new, and nothing so old that it is given up.
    private static var startOfPast: Int64 { Timestamp.now.nanoseconds - 600_000_000_000 }

    private enum Link: String {
        case linkDown = "1.3.6.1.6.3.1.1.5.3"
        case linkUp = "1.3.6.1.6.3.1.1.5.4"
        case warmStart = "1.3.6.1.6.3.1.1.5.2"
    }

    private static func link(_ link: Link, _ interface: Int32, at index: Int) -> [UInt8] {
        guard let name = OID(link.rawValue), let variable = OID("1.3.6.1.2.1.2.2.1.1.\(interface)") else { return [] }
        let notification = SNMPNotification(
            version: .v2c, trapOID: name, uptime: UInt32(index / 10),
            variables: [VariableBinding(name: variable, value: .integer(interface))])
        let pdu = notification.v2PDU(kind: .trap, requestID: Int32(index))
        return CommunityMessage(version: .v2c, community: Array("public".utf8)[...], pdu: .standard(pdu)).encode()
    }

    private static func entry(_ payload: [UInt8], at nanoseconds: Int64, from sender: UInt32) -> JournalEntry {
        JournalEntry(
            time: Timestamp(nanoseconds: nanoseconds), interface: "traps",
            sender: Endpoint(IPAddress(v4: sender), port: 40_000),
            receiver: Endpoint(IPAddress(v4: 0x7f00_0001), port: 162), payload: payload)
    }
}
