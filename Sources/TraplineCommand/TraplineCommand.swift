import ArgumentParser
import Foundation
import Trapline

/// The `trapline` program.
@main
struct TraplineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trapline",
        abstract: "Receives SNMP traps, turns them into alarms and forwards them through a routing table.",
        version: TraplineVersion.current,
        subcommands: [
            ServeCommand.self, CheckCommand.self, DecodeCommand.self, ExplainCommand.self, ReplayCommand.self,
            SendCommand.self, MIBsCommand.self, EventsCommand.self, AlarmsCommand.self, DevicesCommand.self,
            DeadLettersCommand.self, SinksCommand.self, AuditCommand.self,
        ])
}

/// A command's end that is not a success, with the line that says why.
struct CommandFailure: Error, CustomStringConvertible, LocalizedError {
    var description: String
    var errorDescription: String? { description }

    init(_ description: String) {
        self.description = description
    }
}

/// Writes lines to standard output in large pieces; ends the program quietly when nobody reads any more
/// (`trapline events | head`).
struct OutputLines: ~Copyable {
    private var gathered = ""
    /// A pipe takes 64 KiB at a time.
    private static let flushSize = 64 * 1024

    mutating func write(_ line: String) {
        gathered += line
        gathered += "\n"
        if gathered.utf8.count >= Self.flushSize { flush() }
    }

    mutating func flush() {
        guard !gathered.isEmpty else { return }
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(gathered.utf8))
        } catch {
            Foundation.exit(0)
        }
        gathered = ""
    }

    deinit {
        guard !gathered.isEmpty else { return }
        // The last piece: whether anybody still reads it changes nothing any more.
        try? FileHandle.standardOutput.write(contentsOf: Data(gathered.utf8))
    }
}

/// Writes a line to standard error.
func warn(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}
