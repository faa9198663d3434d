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
        discussion: "For each event: which rows matched, which sinks get it, and what each would be sent.")

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
        var explainer = try Explainer(loaded, extraPorts: ports)
        var lines = OutputLines()
        var isWhole = true
        for file in files {
            do {
                try explainer.explain(file: file) { explanation in
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
