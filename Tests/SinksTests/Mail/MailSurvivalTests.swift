import Alarms
import Basics
import Foundation
import Store
import TestPeers
import Testing

@testable import Sinks

/// A real exim that is down, slow, or refuses at any step, for now or for good: nothing is missing, the order is kept,
/// and a dead letter there is only for what was refused for good as a mail.
@Suite(.serialized) struct MailSurvivalTests {
    private static let finalSteps: [SMTPServer.Step] = [.mail, .rcpt, .predata, .data]

    static let refusals: [(step: SMTPServer.Step, code: Int)] = SMTPServer.Step.allCases.flatMap { step in
        [(step, 451), (step, 554)]
    }

    private func sink(_ server: SMTPServer, timeouts: SMTPTransfer.Timeouts = .standard) -> MailSink {
        let settings = MailSettings(
            server: "smtp://127.0.0.1:\(server.barePort)", startTLS: .never, from: "trapline@example.net",
            to: ["noc@example.net"], window: .seconds(1))
        return MailSink(name: "ops", settings: settings, timeouts: timeouts)
    }

    private func append(_ ids: ClosedRange<Int64>, _ harness: RunnerHarness) throws {
        let events = try ids.map { id in
            StoredEvent(
                event: try EventSample.event(id, text: "this is number \(id)."), position: nil, sinks: ["noc"])
        }
        try harness.store.commit(BatchOutcome(events: events))
        harness.signal.announce(ids.upperBound)
    }

    /// Waits with the sink's clock running fast.
    private func wait(
        _ what: Comment, _ harness: RunnerHarness, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () throws -> Bool
    ) async throws {
        let isTrue = try await Poll.eventually(seconds: 30) {
            harness.clock.advance(by: .seconds(1))
            return try condition()
        }
        #expect(isTrue, "\(what): \(harness.log.all)", sourceLocation: sourceLocation)
    }

    /// The events that the mails of `noc` tell of, in the order in which the mails came.
    private func delivered(_ server: SMTPServer) throws -> [Int] {
        try server.mails().flatMap { mail in
            let text = try ParsedMail(mail, ignoring: ["Received", "Return-path", "Envelope-to"]).text
            var numbers: [Int] = []
            for match in text.matches(of: #/this is number (\d+)\./#) {
                if let number = Int(match.output.1), !numbers.contains(number) { numbers.append(number) }
            }
            return numbers.sorted()
        }
    }

    private func failures(_ harness: RunnerHarness) -> Int {
        DeliveryFailure.Reason.allCases.reduce(0) { sum, reason in
            let line = "trapline_sink_failures_total{sink=\"noc\",reason=\"\(reason.rawValue)\"}"
            return sum + (harness.metric(line).flatMap { Int($0) } ?? 0)
        }
    }

    @Test(arguments: refusals)
    func `a server that refuses for a while`(step: SMTPServer.Step, code: Int) async throws {
        let server = try SMTPServer(certificates: try WireSamples.certificates.get())
        let harness = try RunnerHarness(cursors: ["noc": 0])
        try server.behave(.refusing(step, code: code))
        try append(1...1, harness)
        let isFinal = code / 100 == 5 && Self.finalSteps.contains(step)
        try await running(try harness.runner(sink(server))) {
            if isFinal {
                try await wait("a dead letter", harness) { harness.cursors.cursor(of: "noc") == 1 }
            } else {
                try await wait("failures", harness) { failures(harness) >= 2 }
                #expect(harness.cursors.cursor(of: "noc") == 0)
            }
            try append(2...4, harness)
            try server.behave(nil)
            try await wait("the rest", harness) { harness.cursors.cursor(of: "noc") == 4 }
            // Exim has taken them; its delivery into the folder follows.
            try await wait("the mails", harness) { try delivered(server).count >= (isFinal ? 3 : 4) }
        }
        #expect(try delivered(server) == (isFinal ? [2, 3, 4] : [1, 2, 3, 4]))
        let letters = harness.cursors.pending().progress.deadLetters
        #expect(letters.map(\.event) == (isFinal ? [1] : []), "\(letters)")
        #expect(letters.allSatisfy { $0.detail.contains("\(code) not in this mood") }, "\(letters)")
        #expect(harness.metric("trapline_sink_dead_letters_total{sink=\"noc\"}") == (isFinal ? "1" : "0"))
    }

    @Test func `a server that is down for a while`() async throws {
        let server = try SMTPServer(certificates: try WireSamples.certificates.get())
        let harness = try RunnerHarness(cursors: ["noc": 0])
        server.stop()
        try append(1...1, harness)
        try await running(try harness.runner(sink(server))) {
            try await wait("failures", harness) { failures(harness) >= 3 }
            try append(2...4, harness)
            try server.start()
            try await wait("all of it", harness) { harness.cursors.cursor(of: "noc") == 4 }
            try await wait("the mails", harness) { try delivered(server).count >= 4 }
        }
        #expect(try delivered(server) == [1, 2, 3, 4])
        #expect(harness.cursors.pending().progress.deadLetters.isEmpty)
    }

    /// What the server has taken without our hearing of it in time comes twice, with one Message-ID.
    @Test(arguments: SMTPServer.Step.allCases)
    func `a server that answers after the time is up`(step: SMTPServer.Step) async throws {
        let server = try SMTPServer(certificates: try WireSamples.certificates.get())
        let harness = try RunnerHarness(cursors: ["noc": 0])
        try server.behave(.slow(step, seconds: 3))
        try append(1...1, harness)
        let timeouts = SMTPTransfer.Timeouts(connect: 1, whole: 1)
        try await running(try harness.runner(sink(server, timeouts: timeouts))) {
            try await wait("no answer in time", harness) { failures(harness) >= 1 }
            #expect(harness.metric("trapline_sink_failures_total{sink=\"noc\",reason=\"timeout\"}") != "0")
            try server.behave(nil)
            try append(2...4, harness)
            try await wait("all of it", harness) { harness.cursors.cursor(of: "noc") == 4 }
            try await wait("the mails", harness) { try Set(delivered(server)).count >= 4 }
        }
        let numbers = try delivered(server)
        #expect(Set(numbers) == [1, 2, 3, 4])
        var first: [Int] = []
        for number in numbers where !first.contains(number) { first.append(number) }
        #expect(first == first.sorted(), "the order is kept: \(numbers)")
        #expect(harness.cursors.pending().progress.deadLetters.isEmpty)
    }
}
