import ArgumentParser
import Basics
import Trapline

/// Which device is meant.
struct DeviceArgument: ParsableArguments {
    @Argument(help: "The device's id, as trapline devices prints it; or its name or address, where no other has it.")
    var device: String
}

struct MaintainDevice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance", abstract: "Has nobody told of a device's alarms while somebody works on it.",
        discussion: """
            Without --off it begins: for a time, or until it is ended. What still stands then is told. Sinks that were \
            told of an alarm before get its clear.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var who: OperatorOptions
    @OptionGroup var subject: DeviceArgument

    @Flag(name: .long, help: "Ends it.")
    var off = false

    @Option(name: .long, help: "When it ends: a time such as 2026-01-31T22:00:00Z, or 2h from now.")
    var until: String?

    @Option(name: .customLong("for"), help: "How long it lasts: 30m, 2h, 7d.")
    var duration: String?

    @Option(name: .long, help: "Why.")
    var reason: String?

    func validate() throws {
        guard until == nil || duration == nil else { throw ValidationError("say --for, or --until") }
        guard !off || until == nil && duration == nil else { throw ValidationError("--off ends it now") }
        _ = try end()
    }

    private func end() throws -> Timestamp? { try (until ?? duration).map { try MomentText.future($0) } }

    func run() throws {
        var request = ControlRequest(.maintainDevice)
        var order = DeviceOrder(subject.device)
        order.begins = !off
        order.until = try end()?.description
        request.device = order
        request.note = reason
        request.by = who.name
        print(try data.ask(request))
    }
}

struct NameDevice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "name", abstract: "Names a device.", discussion: "An empty name gives it back its own.")

    @OptionGroup var data: DataOptions
    @OptionGroup var who: OperatorOptions
    @OptionGroup var subject: DeviceArgument

    @Argument(help: "What it is to be called.")
    var name: String

    func run() throws {
        var request = ControlRequest(.nameDevice)
        var order = DeviceOrder(subject.device)
        order.name = name
        request.device = order
        request.by = who.name
        print(try data.ask(request))
    }
}

struct GroupDevice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Puts a device into a group, or with a tenant, a region or a site.",
        discussion: "What is left out stays as it is; an empty word gives back what its network says.")

    @OptionGroup var data: DataOptions
    @OptionGroup var who: OperatorOptions
    @OptionGroup var subject: DeviceArgument

    @Argument(help: "The group.")
    var group: String?

    @Option(name: .long, help: "The tenant.")
    var tenant: String?

    @Option(name: .long, help: "The region.")
    var region: String?

    @Option(name: .long, help: "The site.")
    var site: String?

    func validate() throws {
        guard group != nil || tenant != nil || region != nil || site != nil else {
            throw ValidationError("say where: a group, --tenant, --region or --site")
        }
    }

    func run() throws {
        var request = ControlRequest(.placeDevice)
        var order = DeviceOrder(subject.device)
        (order.group, order.tenant, order.region, order.site) = (group, tenant, region, site)
        request.device = order
        request.by = who.name
        print(try data.ask(request))
    }
}

struct ForgetDevice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Takes a device out of the inventory, and ends its alarms.",
        discussion: "It comes back when it is heard of again.")

    @OptionGroup var data: DataOptions
    @OptionGroup var who: OperatorOptions
    @OptionGroup var subject: DeviceArgument

    func run() throws {
        var request = ControlRequest(.forgetDevice)
        request.device = DeviceOrder(subject.device)
        request.by = who.name
        print(try data.ask(request))
    }
}

struct ResyncDevice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resync", abstract: "Has a device asked which alarms stand on it.",
        discussion: """
            Only devices in a network with a manager: under devices: are ever asked. What was missed rises, what is over \
            is cleared; with --all one after the other, twenty a second.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var who: OperatorOptions

    @Argument(help: "The device's id, as trapline devices prints it; or its name or address, where no other has it.")
    var device: String?

    @Flag(name: .long, help: "Every device that may be asked.")
    var all = false

    func validate() throws {
        guard (device == nil) == all else { throw ValidationError("say which device, or --all") }
        guard device?.isEmpty != true else { throw ValidationError("the device has no name") }
    }

    func run() throws {
        var request = ControlRequest(.resyncDevice)
        request.device = DeviceOrder(device ?? "")
        request.by = who.name
        print(try data.ask(request))
    }
}

struct TrustClock: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust-clock",
        abstract: "Takes SNMPv3 messages of a device again whose engine has lost its clock.",
        discussion: """
            An engine that tells fewer boots than before, or as many and much less time, is refused, since old messages \
            sent again look the same. Where it was replaced or reset, or another unit took over under its engine ID, this \
            has its next message believed. An engine that does so at each restart needs clock: lenient on its user.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var who: OperatorOptions

    @Argument(
        help: """
            The device's id, as trapline devices prints it; or its name or address, where no other has it; or an engine \
            ID in hexadecimal digits.
            """)
    var device: String

    func run() throws {
        var request = ControlRequest(.trustClock)
        request.device = DeviceOrder(device)
        request.by = who.name
        print(try data.ask(request))
    }
}
