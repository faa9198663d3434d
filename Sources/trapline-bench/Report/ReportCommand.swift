import ArgumentParser
import Foundation

/// `trapline-bench report`: everything, and at its end the table of what must be reached.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Measures everything once and prints the table of the figures that must be reached.",
        discussion: """
            Runs stages, compare and every scenario of run, each as its own command does by default, and ends with the \
            table in Markdown, as the documentation has it. It takes some four minutes; nothing else should run \
            meanwhile. The status is 1 where something was lost that must not be.
            """)

    @OptionGroup var build: BuildOptions

    @Option(name: .long, help: "The program trapline, a release build; without it the one beside this program.")
    var trapline: String?

    @Option(name: .long, help: "Where the data folders are made; the system's folder of temporary files by default.")
    var folder: String?

    @Flag(name: .long, help: "Print one line of JSON a measurement, and no table.")
    var json = false

    func run() throws {
        Interruption.watch()
        if !json { build.printKind() }
        var summary = GoalTable()
        var isSound = true
        func take(_ report: BenchReport, command: String) {
            print(json ? report.json : report.table + "\n")
            fflush(nil)
            summary.add(report.goals, command: "trapline-bench \(command)")
            isSound = isSound && report.lost.isEmpty
        }
        let server = ServerUnderLoad.Options(executable: trapline)
        for scenario in Scenario.allCases {
            let setting = ScenarioSetting(scenario, server: server, folder: folder.map { URL(filePath: $0) })
            take(ScenarioReport.report(setting, try LoadRun(setting.plan)), command: "run \(scenario.rawValue)")
        }
        take(
            try StagesMeasurement.run(traps: StagesMeasurement.traps, rounds: StagesMeasurement.rounds),
            command: "stages")
        for load in ComparedLoad.allCases {
            take(
                try ComparisonMeasurement.run(
                    load, traps: ComparisonMeasurement.traps, rounds: ComparisonMeasurement.rounds,
                    trapline: trapline),
                command: load == .v2c ? "compare" : "compare \(load.rawValue)")
        }
        if !json { print(summary.markdown) }
        if !isSound { throw ExitCode.failure }
    }
}
