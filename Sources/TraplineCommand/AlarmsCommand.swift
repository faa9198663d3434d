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

    func run() throws {
        storeOptions.list(
            try storeOptions.eventLog().activeAlarms(), json: { ActiveAlarmDocument($0).jsonLine() },
            text: ActiveAlarmText.line)
    }
}

/// An alarm that stands, as a person reads it.
enum ActiveAlarmText {
    static func line(_ alarm: ActiveAlarm) -> String {
        let severity = alarm.severity.name.padding(toLength: 13, withPad: " ", startingAt: 0)
        let parts = [alarm.device.name, alarm.alarm, alarm.key.source, alarm.text].map(TerminalText.line)
        let times = alarm.count == 1 ? "" : "  (told \(alarm.count) times)"
        return "\(alarm.raised.toTheSecond)  \(severity)  " + parts.filter { !$0.isEmpty }.joined(separator: "  ")
            + times
    }
}
