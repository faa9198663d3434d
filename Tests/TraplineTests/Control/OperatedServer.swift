import Basics
import Foundation
import TestPeers
import Testing

/// A server of the real program that writes every event into a file.
struct OperatedServer {
    let folder: TemporaryFolder
    var process: TraplineProcess

    init(_ folder: TemporaryFolder, routes: String = "- {name: all, to: archive}") throws {
        self.folder = folder
        process = try TraplineProcess(
            configuration: """
                listen: {traps: ["127.0.0.1:0"]}
                data: \(folder.file("data"))
                sinks: {archive: {file: {to: "\(folder.file("archive.jsonl"))"}}}
                routes:
                  - {name: own facts stay here, when: {listener: trapline, transition: logged}, prevent: true}
                  \(routes)
                """, folder: folder)
    }

    func link(_ state: String, _ interface: Int) throws {
        let output = try TraplineProgram.run([
            "send", "--to", "\(try process.endpoint(of: "traps"))", "--inform",
            state == "down" ? "IF-MIB::linkDown" : "IF-MIB::linkUp", "ifIndex.\(interface)=\(interface)",
            "ifAdminStatus.\(interface)=up", "ifOperStatus.\(interface)=\(state)",
        ])
        #expect(output.status == 0, "\(output)")
    }

    /// What the sink got, as `transition source reason`.
    func delivered() throws -> [String] {
        let text = (try? String(contentsOfFile: folder.file("archive.jsonl"), encoding: .utf8)) ?? ""
        return try Self.objects(text).map { object in
            ["transition", "source", "reason"].compactMap { object[$0] as? String }.joined(separator: " ")
        }
    }

    /// For messages.
    var got: String { (try? delivered())?.joined(separator: "; ") ?? "what cannot be read" }

    func eventually(_ expected: [String]) async throws -> Bool {
        try await Poll.eventually { try delivered() == expected }
    }

    func run(_ arguments: String...) throws -> Command.Output {
        try TraplineProgram.run(arguments + ["--data", folder.file("data")])
    }

    /// Of commands that must succeed.
    func text(_ arguments: String...) throws -> String {
        let output = try TraplineProgram.run(arguments + ["--data", folder.file("data")])
        #expect(output.status == 0, "\(arguments): \(output)")
        return output.text
    }

    func active(_ filter: String...) throws -> [[String: Any]] {
        try Self.list(["alarms", "--json"] + filter, folder).compactMap {
            $0["active"] as? [String: Any]
        }
    }

    static func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }

    static func list(_ arguments: [String], _ folder: TemporaryFolder) throws -> [[String: Any]] {
        let output = try TraplineProgram.run(arguments + ["--data", folder.file("data")])
        #expect(output.status == 0, "\(arguments): \(output)")
        return try objects(output.text)
    }
}
