import Alarms
public import ArgumentParser
import Basics
public import Devices
import Documents
import Trapline

/// `trapline devices`: who has sent something, and what is done about it.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "The devices that were heard of, and what is done about them.",
        subcommands: [
            ListDevices.self, ShowDevice.self, NameDevice.self, GroupDevice.self, MaintainDevice.self,
            ForgetDevice.self, ResyncDevice.self, TrustClock.self,
        ],
        defaultSubcommand: ListDevices.self)
}

/// Which devices: each criterion that is given must hold, and one of its values is enough.
struct DeviceFilterOptions: ParsableArguments {
    @Option(name: .long, help: "In this group, or a pattern with * and ?. Can be repeated, as can the others.")
    var group: [String] = []

    @Option(name: .long, help: "Of this tenant; an empty word for those of none.")
    var tenant: [String] = []

    @Option(name: .long, help: "At this site; an empty word for those at none.")
    var site: [String] = []

    @Option(
        name: .long,
        help: "In this state: known (nothing is expected of it), awaited (never heard, and expected), alive or lost.")
    var state: [DeviceState] = []

    @Flag(name: .long, help: "Only those that somebody works on.")
    var maintenance = false

    /// What of it is asked of alarms too.
    func places() throws(AlarmMatcher.Failure) -> AlarmMatcher {
        let given: [(AlarmMatcher.Field, [String])] = [(.group, group), (.tenant, tenant), (.site, site)]
        return try AlarmMatcher(given.flatMap { field, values in values.map { (field, $0) } })
    }

    func isWanted(_ device: Device) -> Bool {
        func holds(_ wanted: [String], _ place: String?) -> Bool {
            wanted.isEmpty || wanted.contains { $0.isEmpty ? place == nil : place.map(Glob($0).matches) ?? false }
        }
        return holds(group, device.group) && holds(tenant, device.tenant) && holds(site, device.site)
            && (state.isEmpty || state.contains(device.state)) && (!maintenance || device.isInMaintenance)
    }
}

extension DeviceState: ExpressibleByArgument {}

struct ListDevices: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Prints them, a line each.")

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var filter: DeviceFilterOptions

    func run() throws {
        let log = try storeOptions.eventLog()
        let devices = try log.devices().filter(filter.isWanted)
        if devices.isEmpty { try log.warnOfUnknownNames(in: try filter.places()) }
        if storeOptions.json {
            let maintenances = Dictionary(try log.maintenances().map { ($0.device, $0) }) { $1 }
            storeOptions.list(
                devices, json: { DeviceDocument($0, maintenance: maintenances[$0.id]).jsonLine() }, text: { $0.id })
            return
        }
        var lines = OutputLines()
        for line in DeviceTableText.lines(devices) { lines.write(line) }
        lines.flush()
    }
}

struct ShowDevice: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Prints all that is known of one.")

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var subject: DeviceArgument

    func run() throws {
        let log = try storeOptions.eventLog()
        let device = try log.device(subject.device)
        let maintenance = try log.maintenances().first { $0.device == device.id }
        let alarms = try log.openAlarms(of: device.id)
        var lines = OutputLines()
        if storeOptions.json {
            lines.write(DeviceDocument(device, maintenance: maintenance, openAlarms: alarms).jsonLine())
        } else {
            for line in DeviceText.lines(device, maintenance, alarms) { lines.write(line) }
        }
        lines.flush()
    }
}
