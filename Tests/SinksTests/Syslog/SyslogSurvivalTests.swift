import Basics
import Foundation
import Logging
import MIBCatalog
import Store
import Synchronization
import TestPeers
import Testing
import TraplineMetrics

@testable import Sinks

/// A real rsyslogd that is stopped, killed while it stands still, and started anew, under a load of events that never
/// pauses: what its kernel had taken and itself had not read is gone then.
@Suite(.serialized) struct SyslogSurvivalTests {
    private static let transports = ["tcp", "tls", "relp"]
    private static let total: Int64 = 6_000
    private static let kills = 2

    private func settings(_ name: String, _ server: RsyslogServer) -> SyslogSettings {
        let certificates = server.certificates
        let (transport, port): (SyslogSettings.Transport, UInt16) =
            switch name {
            case "tcp": (.tcp(.octetCounting), server.tcpPort)
            case "relp": (.relp, server.relpPort)
            default:
                (
                    .tls(
                        SyslogTLS(
                            authority: certificates.authority, certificate: certificates.clientCertificate,
                            key: certificates.clientKey)), server.tlsPort
                )
            }
        return SyslogSettings(host: "127.0.0.1", port: port, transport: transport, text: "number {id}")
    }

    private func server() throws -> RsyslogServer {
        // What it has confirmed is in its file: what it keeps in memory is its own to lose.
        try RsyslogServer(certificates: try WireSamples.certificates.get(), writesThrough: true)
    }

    private func waitFor(
        _ what: Comment, seconds: Double = 90, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () throws -> Bool
    ) async throws {
        let isTrue = try await Poll.eventually(seconds: seconds) { try condition() }
        try #require(isTrue, what, sourceLocation: sourceLocation)
    }

    @Test(arguments: transports)
    func `nothing is missing, and what comes twice is known and bounded`(name: String) async throws {
        let server = try server()
        let house = try House()
        let runner = try SinkRunner(
            name: "noc", sink: SyslogSink(name: "noc", settings: settings(name, server)),
            environment: house.environment)
        let running = Task { await runner.run() }
        let load = Task { try await house.append(1...Self.total) }
        var unconfirmed = 0
        for round in 0..<Self.kills {
            try await waitFor("it reads") { server.messageCount() >= 400 + round * 2_000 }
            server.pause()
            let before = house.signal.lastEventID
            try await waitFor("the load goes on, and the kernel takes it") {
                house.unconfirmed >= 100 && house.signal.lastEventID >= min(before + 800, Self.total)
            }
            server.kill()
            unconfirmed += house.unconfirmed
            try server.start()
        }
        try await load.value
        try await waitFor("confirmed") { house.cursors.cursor(of: "noc") == Self.total }
        runner.stop()
        await running.value

        let messages = try server.messages()
        let numbers = try messages.map { try #require(Int64($0.text.split(separator: " ").last ?? "")) }
        var first: [Int64: String] = [:]
        var order: [Int64] = []
        for (number, message) in zip(numbers, messages) {
            #expect(message.structuredData.contains(#"[trapline@32473 event="\#(number)" "#))
            if let known = first[number] {
                #expect(message.raw == known, "what comes again is the same")
            } else {
                first[number] = message.raw
                order.append(number)
            }
        }
        #expect(order == Array(1...Self.total), "nothing missing, each for the first time in its turn")
        let repeated = messages.count - order.count
        // What was on its way when the server died: over RELP a window's worth at most; else what was not confirmed by
        // then, with the delivery in hand.
        let bound = name == "relp" ? Self.kills * RELPSession.window : unconfirmed + Self.kills * 512
        #expect(repeated <= bound)
        let octets = messages.map(\.raw.utf8.count).reduce(0, +) - first.values.map(\.utf8.count).reduce(0, +)
        #expect(octets <= Self.kills * SyslogStream.unconfirmedLimit)
        let goingsBack = zip(numbers, numbers.dropFirst()).count { $0 >= $1 }
        #expect(goingsBack <= Self.kills, "each death goes back once")
    }

    @Test(arguments: transports)
    func `a server that stands still does not hold up the end`(name: String) async throws {
        let server = try server()
        let house = try House()
        let runner = try SinkRunner(
            name: "noc", sink: SyslogSink(name: "noc", settings: settings(name, server)),
            environment: house.environment)
        let hasEnded = Mutex(false)
        let running = Task {
            await runner.run()
            hasEnded.withLock { $0 = true }
        }
        try await house.append(1...100)
        try await waitFor("it reads") { server.messageCount() >= 100 }
        server.pause()
        try await house.append(101...200)
        try await waitFor("the kernel takes it") { house.unconfirmed >= 100 }
        runner.stop()
        // Well before the sink itself would give the server up.
        try await waitFor("the end", seconds: 20) { hasEnded.withLock(\.self) }
        await running.value
        #expect((house.cursors.cursor(of: "noc") ?? 0) <= 100, "nothing was confirmed of what it has not read")
        server.kill()
    }
}

/// What a runner needs of the house, with a store on disk and a clock that runs.
private final class House: Sendable {
    let signal = EventSignal()
    let cursors = CursorBoard(["noc": SinkCursor(0)])
    let environment: SinkEnvironment
    private let folder: TemporaryFolder
    private let store: EventStore
    private let registry = MetricsRegistry()

    init() throws {
        folder = try TemporaryFolder()
        store = try EventStore(folder: folder.path)
        environment = SinkEnvironment(
            store: store, signal: signal, cursors: cursors, metrics: SinkMetrics(registry, signal: signal),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, record: { _ in nil },
            naming: { DatagramNaming(catalog: .empty) },
            backOff: BackOff(initial: .milliseconds(50), ceiling: .milliseconds(500)), stopDeadline: .seconds(3))
    }

    /// Events that were sent and are not confirmed.
    var unconfirmed: Int {
        let name = "trapline_sink_unconfirmed_events{sink=\"noc\"} "
        let line = registry.exposition().split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { Int($0.dropFirst(name.count)) } ?? 0
    }

    /// Appends events in the pipeline's manner, a few at a time.
    func append(_ ids: ClosedRange<Int64>) async throws {
        for start in stride(from: ids.lowerBound, through: ids.upperBound, by: 20) {
            let events = try (start...min(start + 19, ids.upperBound)).map { id in
                StoredEvent(event: try EventSample.event(id), position: EventSample.position(id), sinks: ["noc"])
            }
            try store.commit(BatchOutcome(events: events))
            signal.announce(min(start + 19, ids.upperBound))
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
