import Alarms
import Basics
import Foundation
import Journal
import SNMPWire
import Store

/// The store alone: rows of the event log on disk, in transactions of a batch each.
enum StoreBenchmark {
    /// Events a transaction, as a busy pipeline has them.
    private static let batch = 4_096
    private static let senders = 1_000

    static func run(rows: Int) throws -> StageResult {
        try TemporaryFolder.with { folder in
            let store = try EventStore(folder: folder.path)
            let events = try events(batch)
            var spent: Int64 = 0
            var next = 0
            while next < rows {
                var outcome = BatchOutcome(
                    events: Array(events.prefix(rows - next)),
                    position: JournalPosition(segment: 1, offset: UInt64(next)))
                for index in outcome.events.indices { outcome.events[index].event.id = Int64(next + index + 1) }
                let begin = CPUClock.process
                try store.commit(outcome)
                spent += CPUClock.process - begin
                next += outcome.events.count
            }
            try store.close()
            return StageResult(microsecondsPerTrap: Double(spent) / 1_000 / Double(rows))
        }
    }

    /// What the vendor's alarm makes.
    private static func events(_ count: Int) throws -> [StoredEvent] {
        let notification = try SNMPNotification.decode(Workload.vendorAlarm)
        let time = Timestamp.now
        return (0..<count).map { number in
            let address = IPAddress(v4: 0x0a00_0000 + UInt32(number % senders))
            let event = Event(
                id: 0, time: time, deviceTime: time, transition: .repeated, alarmID: Int64(number % senders),
                alarm: "acBoardEthernetLinkAlarm", oid: notification.trapOID, severity: .major,
                highestSeverity: .major,
                device: EventDevice(id: address.description, name: address.description, address: address),
                source: "Board#1/EthernetLink#0", text: "Ethernet link alarm. LAN port number 1 link is down",
                eventType: "communicationsAlarm", probableCause: "underlyingResourceUnavailable", count: number,
                raised: time)
            return StoredEvent(
                event: event, position: JournalPosition(segment: 1, offset: UInt64(number) * 560), sinks: ["count"])
        }
    }
}
