import Foundation
import Intake
import TestPeers
import Testing

/// From a mail that a real server refuses to the list that a person reads.
@Suite struct DeadLetterTests {
    @Test func whatAMailServerRefusesIsListed() async throws {
        let folder = try TemporaryFolder()
        let mail = try SMTPServer()
        let process = try TraplineProcess(
            configuration: """
                listen: {traps: ["127.0.0.1:0"]}
                data: \(folder.file("data"))
                sinks:
                  ops:
                    mail:
                      {server: "smtp://127.0.0.1:\(mail.barePort)", starttls: never, from: trapline@example.net,
                       to: nobody@example.net}
                routes:
                  - {name: all, when: {notification: "1.3.6.1.4.1.99.*"}, to: ops}
                """, folder: folder)
        try UDPSender(to: try process.endpoint(of: "traps")).send(UDPTestSend.marked)
        var output = ""
        let isListed = try await Poll.eventually {
            output = try TraplineProgram.run(["dead-letters", "--json", "--data", folder.file("data")]).text
            return !output.isEmpty
        }
        #expect(isListed, "\(process.output)")
        let letter = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
        #expect(letter?["sink"] as? String == "ops")
        #expect(letter?["reason"] as? String == "rejected")
        #expect((letter?["detail"] as? String)?.contains("nobody@example.net: 550") == true, "\(output)")
        let sinks = try TraplineProgram.run(["sinks", "--data", folder.file("data")]).text
        #expect(sinks.contains("  1 dead letter\n"), "\(sinks)")
        #expect(process.output.contains("`trapline dead-letters resend --sink ops`"), "\(process.output)")
        process.stop()
        let text = try TraplineProgram.run(["dead-letters", "--data", folder.file("data")]).text
        #expect(text.contains("  ops  event "), "\(text)")
        #expect(text.split(separator: "\n").count == 1, "\(text)")
    }
}
