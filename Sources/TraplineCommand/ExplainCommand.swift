import ArgumentParser
import Captures
import Documents
import Foundation
import Trapline

/// `trapline explain`: what would become of a capture.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Runs captures through the pipeline and the routing table and delivers nothing.",
        discussion: """
            For each event: which rows matched, which sinks get it, and what each would be sent. Of a datagram that the \
            configuration's access: does not let in: why, and what to do about it, except for what only a running server \
            knows, such as budgets, clocks and repeats. A journal holds what was let in.
            """)

    @OptionGroup var configurationOptions: ConfigurationOptions

    @Flag(name: .long, help: "One JSON object a line.")
    var json = false

    @Flag(name: .long, help: "End with the alarms left standing.")
    var active = false

    @Option(name: .customLong("port"), help: "A UDP port to take as SNMP besides the usual ones; can be repeated.")
    var ports: [UInt16] = []

    @Argument(help: "Captures.")
    var files: [String]

    func run() throws {
        let loaded = try configurationOptions.load()
        var explainer = try Explainer(loaded, of: files, extraPorts: ports)
        var lines = OutputLines()
        var isWhole = true
        for file in files {
            do {
                try explainer.explain(file: file) { refusal in
                    let document = refusal.document
                    lines.write(json ? document.jsonLine() : DatagramText.refusal(document))
                } each: { explanation in
                    lines.write(json ? explanation.jsonLine() : explanation.text)
                }
                if let hint = explainer.hint { warn("\(file): \(hint)") }
            } catch {
                lines.flush()
                // It names the file itself.
                warn(error is CaptureError ? "\(error)" : "\(file): \(error)")
                isWhole = false
            }
        }
        if active {
            for alarm in try explainer.activeAlarms {
                lines.write(json ? ActiveAlarmDocument(alarm).jsonLine() : "stands: " + ActiveAlarmText.line(alarm))
            }
        }
        lines.flush()
        guard isWhole else { throw ExitCode(1) }
    }
}
