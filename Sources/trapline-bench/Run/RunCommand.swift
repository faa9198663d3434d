import ArgumentParser
import Basics
import Foundation

/// `trapline-bench run`: the server under load, from the socket to the sink.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Measures trapline serve under load: losses, rates, latencies, CPU time and memory.",
        discussion: """
            Each scenario starts the program trapline with a configuration and ports of its own, sends it traps over \
            loopback from this process, and receives its events as syslog over TCP in this process too: the counting \
            sink. CPU time is that of the server's threads, from the first trap until all are processed and delivered.

            \(Scenario.allCases.map { "\($0.rawValue): \($0.title)" }.joined(separator: "\n"))

            The status is 1 where something was lost that must not be. Whether the figures that must be reached were \
            is told in the report only, since the machine decides on that too.
            """)

    @OptionGroup var build: BuildOptions

    @Argument(help: "The scenarios to run; all of them by default.")
    var scenarios = Scenario.allCases

    @Option(name: .long, help: "Traps a second, in place of the scenario's.")
    var rate: Int?

    @Option(name: .long, help: "For how long, in place of the scenario's.")
    var seconds: Int?

    @Option(name: .long, help: "From how many senders, in place of the scenario's.")
    var senders: Int?

    @Option(name: .long, help: "What is sent, in place of the scenario's.")
    var mix: LoadMix?

    @Option(
        name: .long,
        help: "The syslog format of the sink: rfc5424 (the default, with all variables) or rfc3164 (a line of text).",
        transform: Self.format)
    var format = ServerUnderLoad.SinkFormat.rfc5424

    @Option(name: .long, help: "Sockets of the listener.")
    var threads = 1

    @Option(name: .long, help: "The program trapline, a release build; without it the one beside this program.")
    var trapline: String?

    @Option(name: .long, help: "Where the data folders are made; the system's folder of temporary files by default.")
    var folder: String?

    @Flag(name: .long, help: "Print one line of JSON a scenario.")
    var json = false

    func validate() throws {
        guard (1...10_000_000).contains(rate ?? 1), (1...3_600).contains(seconds ?? 1),
            (1...LoadPlan.mostSenders).contains(senders ?? 1), (1...64).contains(threads)
        else {
            throw ValidationError(
                "--rate is 1 to 10,000,000, --seconds 1 to 3,600, --senders 1 to \(LoadPlan.mostSenders), --threads 1 "
                    + "to 64")
        }
    }

    func run() throws {
        Interruption.watch()
        if !json { build.printKind() }
        var isSound = true
        for scenario in scenarios {
            let setting = setting(of: scenario)
            let report = ScenarioReport.report(setting, try LoadRun(setting.plan))
            print(json ? report.json : report.table)
            fflush(nil)
            isSound = isSound && report.lost.isEmpty
        }
        if !isSound { throw ExitCode.failure }
    }

    private func setting(of scenario: Scenario) -> ScenarioSetting {
        var setting = ScenarioSetting(
            scenario,
            server: ServerUnderLoad.Options(executable: trapline, sinkFormat: format, threads: threads),
            folder: folder.map { URL(filePath: $0) })
        if let rate { setting.rate = rate }
        if let seconds { setting.seconds = seconds }
        if let senders { setting.senders = senders }
        if let mix { setting.mix = mix }
        return setting
    }

    private static func format(_ text: String) throws -> ServerUnderLoad.SinkFormat {
        guard let format = ServerUnderLoad.SinkFormat(rawValue: text) else {
            throw ValidationError("\(text) is no format: rfc5424 or rfc3164")
        }
        return format
    }
}
