import ArgumentParser
import Foundation
import Trapline
import TraplineConfiguration

/// `--config FILE`, for every command that reads the configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: "The configuration file; without it, the embedded default.")
    var file: String?

    /// The validated configuration and its catalog; prints every problem. Fails on any error.
    func load() throws -> LoadedConfiguration {
        let loaded = LoadedConfiguration.load(file: file)
        for problem in loaded.problems { warn("\(problem)") }
        guard loaded.configuration != nil else {
            throw CommandFailure("\(file ?? "the configuration") is not in order; nothing was started")
        }
        return loaded
    }
}

/// `--config FILE` or `--data DIR`, for commands that read the store.
struct StoreOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Option(name: .customLong("data"), help: "The data folder; without it, the configuration's.")
    var folder: String?

    func dataFolder() throws -> String {
        if let folder { return folder }
        guard let configuration = try configuration.load().configuration else {
            throw CommandFailure("no data folder")
        }
        return configuration.dataFolder
    }
}
