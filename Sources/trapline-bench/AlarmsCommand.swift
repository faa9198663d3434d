import ArgumentParser

/// `trapline-bench alarms`: what a trap costs with few and with many alarms that stand.
struct AlarmsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms",
        abstract: "Measures what a trap costs while many alarms stand, and what memory and disk they take.",
        discussion: """
            Of the traps 60 % repeat an alarm that stands, 20 % raise one and 20 % clear one, in random order: once \
            all alarms alike ("uniform"), and once nine traps of ten speak of a tenth of the alarms ("skewed"). They go \
            from journal records through the pipeline into a store on disk, in batches as the server has them, 50,000 \
            a second by their own time. No alarm is taken for a flapping one, which with few alarms all would be.
            """)

    @OptionGroup var build: BuildOptions

    @Option(name: .long, help: "How many alarms stand; compared with a hundred.")
    var alarms = 1_000_000

    @Option(name: .long, help: "How many traps are measured; half as many go before them.")
    var traps = 400_000

    @Option(name: .long, help: "From how many devices.")
    var devices = 1_000

    @Option(name: .long, help: "How many alarms the pipeline holds in memory; as many as the server by default.")
    var cache: Int?

    @Flag(name: .long, help: "Print one line of JSON.")
    var json = false

    func validate() throws {
        guard (1...1_048_576).contains(alarms), (1...100_000_000).contains(traps), (1...100_000).contains(devices),
            (0...1_048_576).contains(cache ?? 0)
        else {
            throw ValidationError(
                "--alarms and --cache are at most 1,048,576, --traps 1 to 100,000,000 and --devices 1 to 100,000")
        }
    }

    func run() throws {
        Interruption.watch()
        if !json { build.printKind() }
        let report = try AlarmsMeasurement.run(alarms: alarms, traps: traps, devices: devices, cacheLimit: cache)
        print(json ? report.json : report.table)
    }
}
