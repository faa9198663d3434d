import ArgumentParser
import Foundation
import Trapline

/// `trapline devices`: who has sent something.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",abstract: "Prints the devices that were heard of.")

    @OptionGroup var storeOptions: StoreOptions

    @Flag(name: .long, help: "One JSON object a line.")
    var json = false

    func run() throws {
        let log = try EventLogReader(folder: try storeOptions.dataFolder(), loaded: try storeOptions.configuration.load())
        var lines = OutputLines()
        for device in try log.devices() { lines.write(json ? device.jsonLine() : device.text) }
        lines.flush()
    }
}
