import Store
import TestPeers
import Testing

@testable import Sinks

/// What the peer's kernel has taken and its program has not read, against a real rsyslogd.
@Suite(.serialized) struct SyslogConfirmationTests {
    private static let transports = ["tcp, octets counted", "tcp, newlines", "tls", "relp"]

    private func settings(_ name: String, _ server: RsyslogServer) -> SyslogSettings {
        let certificates = server.certificates
        let transport: SyslogSettings.Transport =
            switch name {
            case "tcp, octets counted": .tcp(.octetCounting)
            case "tcp, newlines": .tcp(.newline)
            case "relp": .relp
            default:
                .tls(
                    SyslogTLS(
                        authority: certificates.authority, certificate: certificates.clientCertificate,
                        key: certificates.clientKey))
            }
        let port =
            switch name {
            case "tls": server.tlsPort
            case "relp": server.relpPort
            default: server.tcpPort
            }
        return SyslogSettings(host: "127.0.0.1", port: port, transport: transport, text: "number {id}")
    }

    private func server() throws -> RsyslogServer {
        try RsyslogServer(certificates: try WireSamples.certificates.get())
    }

    private func waitFor(
        _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
    ) async throws {
        let isTrue = try await Poll.eventually { try condition() }
        try #require(isTrue, what, sourceLocation: sourceLocation)
    }

    private func numbers(at server: RsyslogServer) throws -> [Int] {
        try server.messages().compactMap { Int($0.text.split(separator: " ").last ?? "") }
    }

    /// The first arrivals of all numbers, in their order; what came again bears the number that it had.
    private func firstArrivals(at server: RsyslogServer) throws -> [Int] {
        var seen: Set<Int> = []
        return try numbers(at: server).filter { seen.insert($0).inserted }
    }

    @Test(arguments: transports)
    func `a peer that stands confirms, and a quiet connection is ended`(name: String) async throws {
        let server = try server()
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let runner = try harness.runner(SyslogSink(name: "noc", settings: settings(name, server)))
        let task = Task { await runner.run() }
        for round in Int64(0)..<2 {
            try harness.append(round * 50 + 1...round * 50 + 50)
            try await waitFor("sent") {
                harness.metric("trapline_sink_unconfirmed_events{sink=\"noc\"}") == "50"
                    && harness.clock.sleeperCount == 1
            }
            #expect(harness.cursors.cursor(of: "noc") == round * 50)
            harness.clock.advance(by: DeliveryMarks.quiet)
            try await waitFor("confirmed") { harness.cursors.cursor(of: "noc") == round * 50 + 50 }
        }
        runner.stop()
        await task.value
        // rsyslog has read it all when it confirms, and writes it a moment later.
        try await waitFor("all there") { try numbers(at: server).count >= 100 }
        #expect(try numbers(at: server) == Array(1...100), "each once")
        #expect(harness.log.all.isEmpty)
    }

    @Test(arguments: transports)
    func `what the peer had not read when both died is sent again`(name: String) async throws {
        let server = try server()
        let before = try RunnerHarness(cursors: ["noc": 0])
        let runner = try before.runner(SyslogSink(name: "noc", settings: settings(name, server)))
        let task = Task { await runner.run() }
        try before.append(1...50)
        try await waitFor("read") { try numbers(at: server).count == 50 }
        // Its kernel takes what follows; nobody reads it.
        server.pause()
        try before.append(51...100)
        try await waitFor("sent") { before.metric("trapline_sink_unconfirmed_events{sink=\"noc\"}") == "100" }
        server.kill()
        runner.stop()
        await task.value
        let stored = before.cursors.pending().progress.cursors["noc"]?.event ?? 0
        #expect(stored == 0, "nothing of it is confirmed")
        #expect(try numbers(at: server) == Array(1...50), "the peer has lost what it had not read")

        try server.start()
        // Nothing is left of the first runner but its cursor.
        let after = try RunnerHarness(cursors: ["noc": stored])
        try after.append(1...120)
        let second = try after.runner(SyslogSink(name: "noc", settings: settings(name, server)))
        let secondTask = Task { await second.run() }
        try await waitFor("everything is there") { try Set(numbers(at: server)).count == 120 }
        second.stop()
        await secondTask.value
        #expect(after.cursors.cursor(of: "noc") == 120, "confirmed at the stop")
        #expect(try firstArrivals(at: server) == Array(1...120))
        let repeated = try server.messages().filter { $0.structuredData.contains(#"[trapline@32473 event="7" "#) }
        #expect(repeated.count == 2, "what came twice is known by the event's number")
    }

    @Test(arguments: transports)
    func `a confirmation that a restart of the peer cut off is made good`(name: String) async throws {
        let server = try server()
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let runner = try harness.runner(SyslogSink(name: "noc", settings: settings(name, server)))
        let task = Task { await runner.run() }
        try harness.append(1...50)
        try await waitFor("read") { try numbers(at: server).count == 50 }
        server.pause()
        try harness.append(51...100)
        try await waitFor("sent") {
            harness.metric("trapline_sink_unconfirmed_events{sink=\"noc\"}") == "100" && harness.clock.sleeperCount == 1
        }
        server.kill()
        try server.start()
        harness.clock.advance(by: DeliveryMarks.quiet)
        try await waitFor("confirmed in the end") {
            harness.clock.advance(by: .seconds(60))
            return harness.cursors.cursor(of: "noc") == 100
        }
        runner.stop()
        await task.value
        try await waitFor("all there") { try Set(numbers(at: server)).count == 100 }
        #expect(try firstArrivals(at: server) == Array(1...100))
    }

    @Test(arguments: ["tcp, octets counted", "relp"])
    func `confirmation sends again what a dead peer had`(name: String) async throws {
        let server = try server()
        let sink = SyslogSink(name: "noc", settings: settings(name, server))
        try await sink.deliver([WireSamples.sinkEvent(WireSamples.event(id: 1))])
        try await waitFor("read") { try numbers(at: server) == [1] }
        // What it has not read it cannot have answered.
        server.pause()
        try await sink.deliver([WireSamples.sinkEvent(WireSamples.event(id: 2))])
        server.kill()
        let failure = await #expect(throws: DeliveryFailure.self) { try await sink.confirm() }
        #expect(failure?.reason == .unreachable)
        try server.start()
        try await sink.confirm()
        try await waitFor("sent again") { try numbers(at: server).contains(2) }
        // Nothing is left to confirm: nobody has to be there.
        server.kill()
        try await sink.confirm()
        await sink.close()
    }
}
