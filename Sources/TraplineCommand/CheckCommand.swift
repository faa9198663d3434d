import ArgumentParser
import Basics
import Foundation
import Intake
import MIBCatalog
import Sinks
import Trapline
import TraplineConfiguration

/// `trapline check`: every problem of a configuration in one run.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks the configuration and prints every problem with its file and line; exits with 1 on any.",
        discussion: """
            A warning is no problem: it tells of something that works and is probably not what was meant. With nothing \
            but warnings it exits with 0.
            """)

    @OptionGroup var configurationOptions: ConfigurationOptions

    @Flag(name: .long, help: "Also try each sink's peer, without sending an event.")
    var connect = false

    func run() async throws {
        let loaded = LoadedConfiguration.load(file: configurationOptions.file)
        for problem in loaded.problems { print(problem) }
        var isInOrder = loaded.problems.allSatisfy(\.isWarning)
        if let configuration = loaded.configuration {
            if connect {
                for (name, failure) in await SinkProbe.failures(configuration.sinks) {
                    print("sink \(name): \(failure.reason.rawValue): \(failure.detail)")
                    isInOrder = false
                }
            }
            if isInOrder { print(summary(loaded, configuration)) }
        }
        guard isInOrder else { throw ExitCode(1) }
    }

    private func summary(_ loaded: LoadedConfiguration, _ configuration: ServerConfiguration) -> String {
        let counts = [
            counted(
                configuration.listeners.map(\.endpoints.count).reduce(0, +), "listening address", "listening addresses"),
            counted(configuration.sinks.count, "sink"), counted(configuration.routes.count, "route"),
            counted(configuration.rules.count, "rule"), counted(loaded.catalog.modules.count, "MIB module"),
        ]
        let warnings = loaded.problems.isEmpty ? "" : ", with \(counted(loaded.problems.count, "warning"))"
        return "in order\(warnings): " + counts.joined(separator: ", ")
    }
}
