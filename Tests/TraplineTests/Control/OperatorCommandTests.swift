import Foundation
import Intake
import TestPeers
import Testing

/// Operators' commands with the real program: to a running server over its socket, and to a folder without one.
@Suite(.serialized) struct OperatorCommandTests {
    /// A server whose one sink is a mail server that knows `noc` and refuses everybody else.
    private func configuration(_ folder: TemporaryFolder, _ mail: SMTPServer, to: String, sink: String = "ops")
        -> String
    {
        """
        listen: {traps: ["127.0.0.1:0"]}
        data: \(folder.file("data"))
        sinks:
          \(sink):
            mail:
              {server: "smtp://127.0.0.1:\(mail.barePort)", starttls: never, from: trapline@example.net,
               to: \(to), window: 1s}
        routes:
          - {name: all, when: {notification: "1.3.6.1.4.1.99.*"}, to: \(sink)}
        """
    }

    private func letters(_ folder: TemporaryFolder) throws -> [String] {
        try TraplineProgram.run(["dead-letters", "list", "--json", "--data", folder.file("data")]).text
            .split(separator: "\n").map(String.init)
    }

    private func refusedEvent(_ folder: TemporaryFolder, _ mail: SMTPServer) async throws -> TraplineProcess {
        try mail.behave(.refusing(.mail, code: 554))
        let process = try TraplineProcess(
            configuration: configuration(folder, mail, to: "noc@example.net"), folder: folder)
        try UDPSender(to: try process.endpoint(of: "traps")).send(UDPTestSend.marked)
        let isListed = try await Poll.eventually { try letters(folder).count == 1 }
        #expect(isListed, "\(process.output)")
        try mail.behave(nil)
        return process
    }

    private func run(_ arguments: [String], _ folder: TemporaryFolder) throws -> Command.Output {
        try TraplineProgram.run(arguments + ["--config", folder.file("trapline.yaml")])
    }

    @Test func aRefusedEventIsSentAgainByTheRunningServer() async throws {
        let folder = try TemporaryFolder()
        let mail = try SMTPServer()
        let process = try await refusedEvent(folder, mail)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("data/control"))[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600)

        let none = try run(["dead-letters", "resend", "--sink", "other"], folder)
        #expect(none.status == 1)
        #expect(none.standardError.contains("no dead letter of the sink other is on the list"), "\(none)")
        #expect(try run(["dead-letters", "resend"], folder).status != 0, "it has to be said which")

        let output = try run(["dead-letters", "resend", "--all"], folder)
        #expect(output.status == 0, "\(output)")
        #expect(output.text.contains("1 dead letter is to be sent again"), "\(output)")
        #expect(try await mail.mails(atLeast: 1).count == 1, "\(process.output)")
        let isEmpty = try await Poll.eventually { try letters(folder).isEmpty }
        #expect(isEmpty, "\(process.output)")
        let events = try run(["events"], folder).text
        #expect(events.contains("has refused events of sink ops sent again"), "\(events)")
        process.stop()
        #expect(!FileManager.default.fileExists(atPath: folder.file("data/control")))
    }

    @Test func withoutAServerTheNextStartSendsIt() async throws {
        let folder = try TemporaryFolder()
        let mail = try SMTPServer()
        try await refusedEvent(folder, mail).stop()
        let output = try run(["dead-letters", "resend", "--sink", "ops"], folder)
        #expect(output.status == 0, "\(output)")
        #expect(output.text.contains("no server runs: at its next start"), "\(output)")
        #expect(try mail.mails().isEmpty)
        let process = try TraplineProcess(
            configuration: configuration(folder, mail, to: "noc@example.net"), folder: folder)
        #expect(try await mail.mails(atLeast: 1).count == 1, "\(process.output)")
        let isEmpty = try await Poll.eventually { try letters(folder).isEmpty }
        #expect(isEmpty, "\(process.output)")
        process.stop()
    }

    @Test func aKillBetweenTheCommandAndTheMailLosesNothing() async throws {
        let folder = try TemporaryFolder()
        let mail = try SMTPServer()
        let process = try await refusedEvent(folder, mail)
        mail.stop()
        #expect(try run(["dead-letters", "resend", "--all"], folder).status == 0)
        process.kill()
        try mail.start()
        let next = try TraplineProcess(
            configuration: configuration(folder, mail, to: "noc@example.net"), folder: folder)
        #expect(try await mail.mails(atLeast: 1).count == 1, "\(next.output)")
        next.stop()
    }

    @Test func lettersAreForgotten() async throws {
        let folder = try TemporaryFolder()
        let mail = try SMTPServer()
        let process = try await refusedEvent(folder, mail)
        #expect(try run(["dead-letters", "forget", "--event", "999999"], folder).status == 1)
        let output = try run(["dead-letters", "forget", "--all"], folder)
        #expect(output.text.contains("1 dead letter is to be taken off the list"), "\(output)")
        let isEmpty = try await Poll.eventually { try letters(folder).isEmpty }
        #expect(isEmpty, "\(process.output)")
        process.stop()
        #expect(try mail.mails().isEmpty)
    }

    @Test(arguments: ["running", "stopped"])
    func aRemovedSinkIsForgotten(server: String) async throws {
        let folder = try TemporaryFolder()
        let mail = try SMTPServer()
        try await refusedEvent(folder, mail).stop()
        func sinks() throws -> String { try run(["sinks"], folder).text }
        #expect(try sinks().hasPrefix("ops  event "))
        let refusal = try run(["sinks", "forget", "ops"], folder)
        #expect(refusal.status == 1 && refusal.standardError.contains("is configured"), "\(refusal)")

        let renamed = configuration(folder, mail, to: "noc@example.net", sink: "other")
        if server == "stopped" {
            try folder.write(renamed, to: "trapline.yaml")
            let output = try run(["sinks", "forget", "ops"], folder)
            #expect(output.status == 0, "\(output)")
        }
        let process = try TraplineProcess(configuration: renamed, folder: folder)
        if server == "running" {
            let isGone = try await Poll.eventually { try sinks().contains("not configured since") }
            #expect(isGone, "\(process.output)")
            #expect(try run(["sinks", "forget", "ops"], folder).status == 0)
        }
        let isForgotten = try await Poll.eventually { try !sinks().contains("ops ") }
        #expect(isForgotten, "\(process.output)")
        #expect(try sinks().hasPrefix("other "))
        process.stop()
        #expect(try !sinks().contains("ops "))
    }

    @Test func aFolderWithoutAStoreIsSaidSo() throws {
        let folder = try TemporaryFolder()
        let output = try TraplineProgram.run(["dead-letters", "resend", "--all", "--data", folder.file("none")])
        #expect(output.status == 1)
        #expect(output.standardError.contains("there is no store here"), "\(output)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("none")))
    }
}
