import Basics
import Foundation
import Intake
import Logging
import SNMPWire
import TestPeers
import Testing
import Trapline

/// The server in this process: what a configuration that comes at an awkward moment does.
@Suite struct TraplineServerTests {
    private func loaded(_ folder: TemporaryFolder, sink: String, traps: String = "127.0.0.1:0") throws
        -> LoadedConfiguration
    {
        let file = try folder.write(
            """
            listen: {traps: ["\(traps)"]}
            data: \(folder.file("data"))
            sinks: {archive: {file: {to: \(folder.file(sink))}}}
            """, to: "\(sink).yaml")
        return LoadedConfiguration.load(file: file)
    }

    private var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    private func lines(_ folder: TemporaryFolder, _ name: String) -> [Substring] {
        ((try? String(contentsOfFile: folder.file(name), encoding: .utf8)) ?? "").split(separator: "\n")
    }

    /// It waits for the start, and holds then: the start does not bring the first configuration back.
    @Test func aReloadDuringTheStartHolds() async throws {
        let folder = try TemporaryFolder()
        let server = try TraplineServer(try loaded(folder, sink: "first"), logger: quiet)
        let second = try loaded(folder, sink: "second")
        let reload = Task { await server.reload(second) }
        let run = Task { try await server.run() }
        await reload.value
        let traps = try #require(server.endpoints.first?.endpoint)
        let sender = try UDPSender(to: traps)
        try sender.send(UDPTestSend.marked)
        #expect(
            await Poll.eventually(seconds: 20) { lines(folder, "second").contains { $0.contains(UDPTestSend.mark) } })
        #expect(!lines(folder, "first").contains { $0.contains(UDPTestSend.mark) })
        // One sink was replaced by the other, and each event went to one of them.
        run.cancel()
        _ = await run.result
        let ids = (lines(folder, "first") + lines(folder, "second")).compactMap { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["id"] as? Int
        }
        #expect(ids == Array(1...max(1, ids.count)))
    }

    /// Many at once are taken over one after the other: no sink runs twice.
    @Test func reloadsAtOnceLeaveOneSink() async throws {
        let folder = try TemporaryFolder()
        let server = try TraplineServer(try loaded(folder, sink: "first"), logger: quiet)
        let (first, second) = (try loaded(folder, sink: "first"), try loaded(folder, sink: "second"))
        let run = Task { try await server.run() }
        await withTaskGroup { group in
            for number in 0..<20 { group.addTask { await server.reload(number % 2 == 0 ? second : first) } }
        }
        await server.reload(second)
        let traps = try #require(server.endpoints.first?.endpoint)
        try UDPSender(to: traps).send(UDPTestSend.marked)
        #expect(
            await Poll.eventually(seconds: 20) { lines(folder, "second").contains { $0.contains(UDPTestSend.mark) } })
        run.cancel()
        _ = await run.result
        let ids = (lines(folder, "first") + lines(folder, "second")).compactMap { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["id"] as? Int
        }
        #expect(ids.sorted() == Array(1...max(1, ids.count)), "every event once")
    }

    /// A start that fails lets the waiting reload go, which then has nothing to do, and leaves the folder to the next.
    @Test func aReloadDuringAStartThatFailsEnds() async throws {
        let folder = try TemporaryFolder()
        // TEST-NET-1 (RFC 5737): no machine has it.
        let server = try TraplineServer(
            try loaded(folder, sink: "first", traps: "192.0.2.1:10162"), logger: quiet)
        let second = try loaded(folder, sink: "second")
        let reload = Task { await server.reload(second) }
        await #expect(throws: IntakeError.self) { try await server.run() }
        await reload.value
        #expect(lines(folder, "second").isEmpty)
        _ = try TraplineServer(try loaded(folder, sink: "third"), logger: quiet)
    }
}

extension UDPTestSend {
    static let mark = "reload-mark"

    /// A v2c trap whose only variable holds the mark.
    static var marked: [UInt8] {
        let notification = SNMPNotification(
            version: .v2c, trapOID: OID.enterprises.appending(99, 0, 1), uptime: 1,
            variables: [
                VariableBinding(name: OID.enterprises.appending(99, 1), value: .octetString(ArraySlice(mark.utf8)))
            ])
        return CommunityMessage(
            version: .v2c, community: ArraySlice("public".utf8),
            pdu: .standard(notification.v2PDU(kind: .trap, requestID: 1))
        ).encode()
    }
}
