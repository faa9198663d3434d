import ArgumentParser
import Basics
import Devices
import Documents
import Foundation
import Trapline

/// `trapline devices`: who has sent something.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "Prints the devices that were heard of.")

    @OptionGroup var storeOptions: StoreOptions

    @Flag(name: .long, help: "One JSON object a line.")
    var json = false

    func run() throws {
        let log = try EventLogReader(
            folder: try storeOptions.dataFolder(), loaded: try storeOptions.configuration.load())
        var lines = OutputLines()
        for device in try log.devices() {
            lines.write(json ? DeviceDocument(device).jsonLine() : text(device))
        }
        lines.flush()
    }

    private func text(_ device: Device) -> String {
        func time(_ time: Timestamp) -> String { time.description.prefix(19).replacing("T", with: " ") + "Z" }
        let keepAlive = device.lastKeepAlive.map { "  keep-alive \(time($0))" } ?? ""
        let name = device.name == device.id ? device.id : "\(device.id)  \(device.name)"
        return "\(name)  first seen \(time(device.firstSeen))  last seen \(time(device.lastSeen))\(keepAlive)"
    }
}
