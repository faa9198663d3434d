import ArgumentParser

/// `trapline-bench devices`: what a fleet's keep-alives cost the inventory.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "Measures what a keep-alive costs the inventory of devices, and what memory a device takes.",
        discussion: """
            Each device sends a keep-alive each 27 seconds, as the vendor's do; they come evenly, and all that is to be \
            saved of them is taken from the inventory ten times a second. Half of the devices are behind NATs of ten \
            each, and every site has 64 addresses. What decoding, the journal and the store cost is not in it.
            """)

    @OptionGroup var build: BuildOptions

    @Option(name: .long, help: "How many devices there are.")
    var devices = 100_000

    @Option(name: .long, help: "How many keep-alives of each are measured.")
    var rounds = 10

    @Flag(name: .long, help: "Print one line of JSON.")
    var json = false

    func validate() throws {
        guard (1...131_072).contains(devices), (1...10_000).contains(rounds) else {
            throw ValidationError("--devices is 1 to 131,072 and --rounds 1 to 10,000")
        }
    }

    func run() throws {
        Interruption.watch()
        if !json { build.printKind() }
        let report = try DevicesMeasurement.run(devices: devices, rounds: rounds)
        print(json ? report.json : report.table)
    }
}
