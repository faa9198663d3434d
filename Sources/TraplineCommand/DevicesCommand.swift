import ArgumentParser
import Basics
import Devices
import Documents
import Trapline

/// `trapline devices`: who has sent something, and what is done about it.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "The devices that were heard of.",
        subcommands: [ListDevices.self, MaintainDevice.self, ResyncDevice.self], defaultSubcommand: ListDevices.self)
}

struct ListDevices: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Prints them.")

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        storeOptions.list(
            try storeOptions.eventLog().devices(), json: { DeviceDocument($0).jsonLine() }, text: text)
    }

    private func text(_ device: Device) -> String {
        let keepAlive = device.lastKeepAlive.map { "  keep-alive \($0.toTheSecond)" } ?? ""
        let name = device.name == device.id ? device.id : "\(device.id)  \(device.name)"
        let seen = "first seen \(device.firstSeen.toTheSecond)  last seen \(device.lastSeen.toTheSecond)"
        return "\(TerminalText.line(name))  \(seen)\(keepAlive)"
    }
}
