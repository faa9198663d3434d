import ArgumentParser
import Alarms
import Basics
import Documents
import Foundation
import Trapline

/// `trapline alarms`: what stands.
struct AlarmsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms", abstract: "Prints the active alarms, oldest first.")

    @OptionGroup var storeOptions: StoreOptions

    @Flag(name: .long, help: "One JSON object a line.")
    var json = false

    func run() throws {
        let log = try EventLogReader(
            folder: try storeOptions.dataFolder(), loaded: try storeOptions.configuration.load())
        var lines = OutputLines()
        for alarm in try log.activeAlarms() {
            lines.write(json ? ActiveAlarmDocument(alarm).jsonLine() : ActiveAlarmText.line(alarm))
        }
        lines.flush()
    }
}

/// An alarm that stands, as a person reads it.
enum ActiveAlarmText {
    static func line(_ alarm: ActiveAlarm) -> String {
        let since = alarm.raised.description.prefix(19).replacing("T", with: " ") + "Z"
        let severity = alarm.severity.name.padding(toLength: 13, withPad: " ", startingAt: 0)
        let parts = [alarm.device.name, alarm.alarm, alarm.key.source, alarm.text].map(TerminalText.line)
        let times = alarm.count == 1 ? "" : "  (told \(alarm.count) times)"
        return "\(since)  \(severity)  " + parts.filter { !$0.isEmpty }.joined(separator: "  ") + times
    }
}
