import ArgumentParser
import Basics
import DeviceSimulation
import Foundation

/// Simulated gateways on the addresses of 127/8: what Trapline is tried with where there is no fleet at hand.
@main
struct TraplineSimulator: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trapline-simulator",
        abstract: "Simulates a fleet of gateways that send traps and keep-alives and answer SNMP requests.",
        discussion: """
            Each device has an address of its own, counted up from --first-address, and all of them one port, from \
            which they send and at which they answer GET, GETNEXT, GETBULK (v1 and v2c) for the alarm tables of \
            AC-ALARM-MIB and what identifies them. It uses one thread and one socket, whatever the number of devices.

            \(ScenarioStep.help)

            It ends after --seconds, or with Ctrl-C, and then prints its counts as one line of JSON.
            """)

    @Option(name: .long, help: "How many devices.")
    var devices = 1

    @Option(name: .long, help: "The first device's address, an IPv4 address of this machine; all of 127/8 are.")
    var firstAddress = "127.1.0.1"

    @Option(name: .long, help: "The devices' port; 161 needs root or CAP_NET_BIND_SERVICE, 0 stands for any.")
    var port: UInt16 = 161

    @Option(name: .long, help: "Where traps are sent to, ADDRESS:PORT.")
    var to = "127.0.0.1:162"

    @Option(name: .long, help: "Where keep-alives are sent to, ADDRESS:PORT.")
    var keepAlivesTo = "127.0.0.1:1161"

    @Option(name: .long, help: "Seconds between two keep-alives of a device; 0 for none.")
    var keepAlive = 27

    @Option(name: .long, help: "Alarms raised or cleared at random a second, in the whole fleet.")
    var alarmRate = 0.0

    @OptionGroup(title: "The path of what they send") var path: PathOptions
    @OptionGroup(title: "What kind of devices they are") var kind: KindOptions

    @Option(name: .long, help: "For how many seconds; until interrupted by default.")
    var seconds: Double?

    @Option(
        name: .customLong("at"), help: "A step of a scenario; can be repeated.", transform: { try ScenarioStep($0) })
    var steps: [ScenarioStep] = []

    @Option(name: .long, help: "A file with a step on each line, read on while it grows.")
    var scenario: String?

    @Option(name: .long, help: "A file for the alarms that stand on the devices at the end, a line of JSON each.")
    var alarms: String?

    func validate() throws {
        guard (1...1_000_000).contains(devices) else { throw ValidationError("--devices is 1 to 1,000,000") }
        guard let first = IPAddress(firstAddress), first.family == .v4 else {
            throw ValidationError("--first-address \(firstAddress) is no IPv4 address")
        }
        guard first.bits + UInt128(devices) - 1 <= UInt128(UInt32.max) else {
            throw ValidationError("there are not so many addresses from \(first) on")
        }
        guard Endpoint(to, defaultPort: 162) != nil else { throw ValidationError("--to \(to) is no ADDRESS:PORT") }
        guard Endpoint(keepAlivesTo, defaultPort: 1161) != nil else {
            throw ValidationError("--keep-alives-to \(keepAlivesTo) is no ADDRESS:PORT")
        }
        guard (0...86_400).contains(keepAlive), (0...100_000).contains(alarmRate), (seconds ?? 0) >= 0 else {
            throw ValidationError("--keep-alive is 0 to 86,400, --alarm-rate 0 to 100,000, --seconds not negative")
        }
    }

    func run() throws {
        guard let traps = Endpoint(to, defaultPort: 162),
            let keepAlives = Endpoint(keepAlivesTo, defaultPort: 1161), let first = IPAddress(firstAddress)
        else { throw ValidationError("an address cannot be read") }
        let file = try scenario.map(ScenarioFile.init)
        if let alarms { try Standing.check(alarms) }
        Interruption.watch()
        let runner: FleetRunner
        do {
            runner = try FleetRunner(fleet(from: first), port: port, traps: traps, keepAlives: keepAlives)
        } catch {
            throw SimulatorError("port \(port) cannot be bound: \(error); --port takes another")
        }
        Say.line("\(counted(devices, "device")) from \(first) on, port \(runner.port), to \(traps) and \(keepAlives)")
        var session = Session(
            runner: runner, alarmRate: alarmRate, seed: path.seed, steps: steps, file: file)
        try session.run(seconds: seconds)
        if let alarms { try Standing.write(runner.fleet, to: alarms) }
        Say.line(session.summary)
    }

    /// Keep-alives are spread evenly over the period.
    private func fleet(from first: IPAddress) -> SimulatedFleet {
        var fleet = SimulatedFleet(path: path.path)
        var options = kind.options
        options.keepAlivePeriod = keepAlive > 0 ? .seconds(keepAlive) : nil
        options.keepAlivePort = Endpoint(keepAlivesTo, defaultPort: 1161)?.port ?? 1161
        let now = Timestamp.now
        for number in 0..<devices {
            let address = IPAddress(v4: UInt32(truncatingIfNeeded: first.bits) + UInt32(number))
            let serialNumber = kind.firstSerial + UInt32(number)
            var device = SimulatedDevice(
                serialNumber: serialNumber, peerSerialNumber: kind.pairs ? serialNumber + KindOptions.peerOffset : nil,
                name: "device-\(number + 1)", options: options,
                // As if it had run for an hour.
                bootedAt: now + .seconds(-3_600),
                firstKeepAlive: now + .milliseconds(keepAlive * 1_000 * number / devices))
            device.agentAddress = UInt32(truncatingIfNeeded: address.bits)
            fleet.add(device, at: address)
        }
        return fleet
    }
}
