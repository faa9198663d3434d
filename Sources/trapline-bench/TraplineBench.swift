import ArgumentParser

/// Measures what a trap costs: CPU time, not wall-clock time, because that holds on a busy machine.
@main
struct TraplineBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trapline-bench",
        abstract: "Measures the CPU time that a trap costs.",
        discussion: "Build for release: swift run -c release trapline-bench",
        subcommands: [
            ReportCommand.self, RunCommand.self, StagesCommand.self, AlarmsCommand.self, DevicesCommand.self,
            CompareCommand.self,
            LoadCommand.self,
            PrintLinesCommand.self,
        ],
        defaultSubcommand: StagesCommand.self)
}
