import ArgumentParser
import Foundation
import Trapline

/// `trapline alarms`: what stands.
struct AlarmsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms",abstract: "Prints the active alarms, oldest first.")

    @OptionGroup var storeOptions: StoreOptions

    @Flag(name: .long, help: "One JSON object a line.")
    var json = false

    func run() throws {
        let log = try EventLogReader(folder: try storeOptions.dataFolder(), loaded: try storeOptions.configuration.load())
        var lines = OutputLines()
        for alarm in try log.activeAlarms() { lines.write(json ? alarm.jsonLine() : alarm.text) }
        lines.flush()
    }
}
