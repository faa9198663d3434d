import Alarms
import ArgumentParser
import Basics
import Documents
import Trapline

/// `trapline audit`: who did what, when.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "What operators have done, oldest first.")

    @OptionGroup var storeOptions: StoreOptions

    @Option(name: .long, help: "How many of the last entries.")
    var last = 100

    func validate() throws {
        guard last >= 0 else { throw ValidationError("--last is a number of entries") }
    }

    func run() throws {
        storeOptions.list(
            try storeOptions.eventLog().audit(last: last), json: { AuditDocument($0).jsonLine() }, text: text)
    }

    private func text(_ entry: AuditEntry) -> String {
        let words = [entry.by, entry.action, entry.subject].map(TerminalText.line).joined(separator: "  ")
        let note = entry.note.isEmpty ? "" : "  (\(TerminalText.line(entry.note)))"
        let outcome = entry.outcome == AuditEntry.done ? "" : "  not done: \(TerminalText.line(entry.outcome))"
        return "\(entry.time.toTheSecond)  \(words)\(note)\(outcome)"
    }
}
