import Alarms
import Basics
import Foundation
import Intake
import Journal
import Pipeline
import SNMPWire
import Store
import TestPeers
import Testing
import TraplineMetrics

@testable import Trapline

/// The whole server in this process, on an event log that can be written before it starts.
final class EventLogBench {
    static let marker = OID.enterprises.appending(99, 0, 7)
    /// So long a text that a row takes a page of the store, 4 KiB.
    private static let filler = String(repeating: "x", count: 3_000)

    let folder: TemporaryFolder
    let log = LogCollector()
    private(set) var server: TraplineServer?
    private var run: Task<Void, any Error>?
    private var sender: UDPSender?

    init() throws {
        folder = try TemporaryFolder()
    }

    var data: String { folder.file("data") }

    /// Where the sink `name` writes to: in a folder that is not there, where it is to fail.
    func output(_ name: String, isDead: Bool = false) -> String {
        folder.file(isDead ? "missing/\(name).jsonl" : "\(name).jsonl")
    }

    /// Writes rows for `sinks` before the start, as old as `age` seconds, and each sink's cursor.
    func fill(_ ids: ClosedRange<Int64>, age: Int64 = 0, sinks: [String], cursors: [String: Int64] = [:]) throws {
        let store = try EventStore(folder: data)
        let time = Timestamp(nanoseconds: Timestamp.now.nanoseconds - age * 1_000_000_000)
        let events = ids.map { id in
            StoredEvent(
                event: Event(
                    id: id, time: time, transition: .logged, alarm: "past", oid: Self.marker, severity: .minor,
                    highestSeverity: .minor,
                    device: EventDevice(id: "192.0.2.7", name: "router", address: IPAddress(v4: 0xc000_0207)),
                    source: "", text: Self.filler),
                position: nil, sinks: sinks)
        }
        try store.commit(
            BatchOutcome(
                events: events, progress: SinkProgress(cursors: cursors.mapValues { SinkCursor($0) }),
                settledEvent: ids.upperBound))
        try store.close()
    }

    private func load(_ sections: String) throws -> LoadedConfiguration {
        let file = try folder.write(
            """
            listen: {traps: ["127.0.0.1:0"]}
            data: \(data)
            \(sections)
            """, to: "trapline.yaml")
        let loaded = LoadedConfiguration.load(file: file)
        #expect(loaded.configuration != nil, "\(loaded.problems)")
        return loaded
    }

    /// - Parameter sections: of the configuration, beside the listener and the data folder.
    func start(_ sections: String) async throws {
        let server = try TraplineServer(try load(sections), logger: log.logger)
        self.server = server
        run = Task { try await server.run() }
        let isReady = await Poll.eventually { !server.endpoints.isEmpty }
        guard isReady, let traps = server.endpoints.first?.endpoint else {
            throw Command.Failure(description: "the server does not start")
        }
        sender = try UDPSender(to: traps)
    }

    func reload(_ sections: String) async throws {
        await server?.reload(try load(sections))
        #expect(metric("trapline_config_last_reload_successful") == 1)
    }

    func stop() async {
        run?.cancel()
        _ = await run?.result
        run = nil
        server = nil
    }

    func send(_ count: Int) throws {
        let notification = SNMPNotification(
            version: .v2c, trapOID: Self.marker, uptime: 1,
            variables: VariableBindings([
                VariableBinding(
                    name: OID.enterprises.appending(99, 1), value: .octetString(ArraySlice(Self.filler.utf8)))
            ]))
        let datagram = CommunityMessage(
            version: .v2c, community: ArraySlice("public".utf8),
            pdu: .standard(notification.v2PDU(kind: .trap, requestID: 1))
        ).encode()
        for number in 0..<count {
            try sender?.send(datagram)
            // Loopback drops what no receiver has taken off in time.
            if number % 50 == 49 { Thread.sleep(forTimeInterval: 0.01) }
        }
    }

    /// The sum over all samples of the family whose labels hold `label`.
    func metric(_ name: String, _ label: String = "") -> Int {
        (server?.metrics.exposition() ?? "").split(separator: "\n").filter {
            $0.hasPrefix(name) && ($0.dropFirst(name.count).first == "{" || $0.dropFirst(name.count).first == " ")
                && (label.isEmpty || $0.contains(label))
        }.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0) { $0 + Int($1) }
    }

    /// What the log holds now.
    func events() throws -> [StoredEvent] {
        try EventStore.readOnly(folder: data).events(after: 0, limit: 100_000)
    }

    /// Texts and transitions of the server's own events of this kind.
    func told(_ fact: OID) throws -> [(text: String, transition: Transition)] {
        try events().filter { $0.event.oid == fact }.map { ($0.event.text, $0.event.transition) }
    }

    /// How many of the server's own facts of this kind the journal holds, processed or not.
    func journaled(_ fact: OID) throws -> Int {
        var reader = try JournalReader(folder: data + "/journal", from: nil)
        guard let end = try JournalReader.end(ofFolder: data + "/journal") else { return 0 }
        return try reader.read(upTo: end, limit: .max).count { record in
            record.entry.interface == OwnFacts.listener
                && (try? SNMPNotification.decode(record.entry.payload))?.trapOID == fact
        }
    }

    /// The numbers of the events that a file sink has written, in its order.
    func delivered(_ name: String) -> [Int64] {
        let text = (try? String(contentsOfFile: output(name), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let event = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return (event?["id"] as? NSNumber)?.int64Value
        }
    }
}
