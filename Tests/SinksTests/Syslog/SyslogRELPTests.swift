import NIOCore
import TestPeers
import Testing

@testable import Sinks

/// What counts as RELP's answer, against a server that misbehaves. The real one is in the other suites.
@Suite struct SyslogRELPTests {
    private func withSink(
        _ server: RELPServerDouble, _ body: (SyslogRELP) async throws -> Void
    ) async throws {
        let port = try Ports.free()
        let channel = try await server.open(port)
        let sink = SyslogRELP(
            name: "noc", settings: SyslogSettings(host: "127.0.0.1", port: port, transport: .relp))
        do {
            try await body(sink)
        } catch {
            await sink.close()
            try await channel.close().get()
            throw error
        }
        await sink.close()
        try await channel.close().get()
    }

    private func messages(_ numbers: ClosedRange<Int64>) -> [SyslogRELP.Message] {
        numbers.map { SyslogRELP.Message(event: $0, octets: Array("number \($0)".utf8)) }
    }

    private func texts(_ numbers: ClosedRange<Int64>) -> [String] { numbers.map { "number \($0)" } }

    @Test func `a message goes once, and its answer confirms it`() async throws {
        let server = RELPServerDouble(RELPServerDouble.take)
        try await withSink(server) { sink in
            try await sink.send(messages(1...3_000))
            try await sink.confirm()
            try await sink.confirm()
            try await sink.send(messages(3_001...3_001))
            try await sink.confirm()
        }
        #expect(server.messages == texts(1...3_001))
    }

    @Test func `an answer other than 200 confirms nothing`() async throws {
        let server = RELPServerDouble { frame in
            frame.command == "syslog" ? [.answer("500 disk full")] : RELPServerDouble.take(frame)
        }
        try await withSink(server) { sink in
            try await sink.send(messages(1...1))
            let failure = await #expect(throws: DeliveryFailure.self) { try await sink.confirm() }
            #expect(failure?.reason == .refused)
            #expect(
                failure?.detail.hasSuffix(": the server answered 500 disk full") == true, "\(failure?.detail ?? "")")
            server.behave(RELPServerDouble.take)
            try await sink.confirm()
        }
        #expect(server.messages == texts(1...1) + texts(1...1))
    }

    /// librelp itself takes this end for a good one.
    @Test func `a server that shuts down in the midst of the close confirms nothing`() async throws {
        let server = RELPServerDouble { frame in
            switch frame.command {
            case "syslog": []
            case "close": [.octets("0 serverclose 0\n"), .end]
            default: RELPServerDouble.take(frame)
            }
        }
        try await withSink(server) { sink in
            try await sink.send(messages(1...2))
            let failure = await #expect(throws: DeliveryFailure.self) { try await sink.confirm() }
            #expect(failure?.reason == .unreachable)
            server.behave(RELPServerDouble.take)
            try await sink.confirm()
        }
        #expect(server.messages == texts(1...2) + texts(1...2))
    }

    @Test func `a close that is answered confirms no message that is not`() async throws {
        let server = RELPServerDouble { frame in
            // The first message has the number 2, after the session's opening.
            frame.command == "syslog" && frame.transaction == 3 ? [] : RELPServerDouble.take(frame)
        }
        try await withSink(server) { sink in
            try await sink.send(messages(1...3))
            await #expect(throws: DeliveryFailure.self) { try await sink.confirm() }
            server.behave(RELPServerDouble.take)
            try await sink.confirm()
        }
        #expect(server.messages == texts(1...3) + texts(2...3), "all from the first that is not answered")
    }

    @Test func `answers may come in any order`() async throws {
        let server = RELPServerDouble { frame in
            guard frame.command == "syslog" else { return RELPServerDouble.take(frame) }
            return frame.transaction % 2 == 0
                ? [] : [.answer("200 OK"), .answer("200 OK", transaction: frame.transaction - 1)]
        }
        try await withSink(server) { sink in
            try await sink.send(messages(1...2_048))
            try await sink.confirm()
        }
        #expect(server.messages == texts(1...2_048))
    }

    /// There is no telling the one that is not answered from one a window behind it.
    @Test func `answers further ahead than the window confirm nothing behind them`() async throws {
        let server = RELPServerDouble { frame in
            frame.command == "syslog" && frame.transaction == 2 ? [] : RELPServerDouble.take(frame)
        }
        try await withSink(server) { sink in
            try await sink.send(messages(1...1_500))
            await #expect(throws: DeliveryFailure.self) { try await sink.confirm() }
            server.behave(RELPServerDouble.take)
            try await sink.confirm()
        }
        #expect(server.messages.prefix(1_500) == texts(1...1_500)[...])
        #expect(server.messages.filter { $0 == "number 1" }.count == 2)
    }

    @Test func `a delivery that is brought again goes on where it was cut off`() async throws {
        let server = RELPServerDouble { frame in
            frame.transaction == 400 ? [.answer("500 no"), .end] : RELPServerDouble.take(frame)
        }
        try await withSink(server) { sink in
            let isSent = await Poll.eventually {
                if (try? await sink.send(messages(1...2_000))) != nil { return true }
                server.behave(RELPServerDouble.take)
                return false
            }
            #expect(isSent)
            try await sink.confirm()
        }
        let seen = server.messages
        #expect(Set(seen) == Set(texts(1...2_000)))
        #expect(seen.count <= 2_000 + RELPSession.window)
    }

    @Test func `a peer that does not speak RELP is told as such`() async throws {
        let server = RELPServerDouble { _ in [.octets("220 mail.example.net ESMTP\r\n")] }
        try await withSink(server) { sink in
            let failure = await #expect(throws: DeliveryFailure.self) { try await sink.send(messages(1...1)) }
            #expect(failure?.detail.contains("does not speak RELP") == true, "\(failure?.detail ?? "")")
            await #expect(throws: DeliveryFailure.self) { try await sink.probe() }
        }
    }

    @Test func `a server that takes no syslog is told as such`() async throws {
        let server = RELPServerDouble { _ in [.answer("200 OK\nrelp_version=0\ncommands=other")] }
        try await withSink(server) { sink in
            let failure = await #expect(throws: DeliveryFailure.self) { try await sink.send(messages(1...1)) }
            #expect(failure?.reason == .refused)
        }
    }
}
