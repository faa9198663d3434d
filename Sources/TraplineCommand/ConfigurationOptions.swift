import ArgumentParser
import Foundation
import Trapline
import TraplineConfiguration

/// `--config FILE`, for every command that reads the configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: "The configuration file; without it, the embedded default.")
    var file: String?

    /// The validated configuration and its catalog; prints every problem. Fails on any error.
    ///
    /// - Parameter isQuiet: for commands that only look at what a server has kept. What they do hangs on no warning and
    ///   on no module, and `trapline check` tells of them.
    func load(isQuiet: Bool = false) throws -> LoadedConfiguration {
        let loaded = LoadedConfiguration.load(file: file)
        if !isQuiet || loaded.configuration == nil { for problem in loaded.problems { warn("\(problem)") } }
        guard loaded.configuration != nil else {
            throw CommandFailure("\(file ?? "the configuration") is not in order; nothing was started")
        }
        return loaded
    }
}

/// `--config FILE` or `--data DIR`: for commands that ask the server on a data folder.
struct DataOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Option(name: .customLong("data"), help: "The data folder; without it, the configuration's.")
    var folder: String?

    func eventLog() throws -> EventLogReader {
        let loaded = try configuration.load(isQuiet: true)
        guard let folder = folder ?? loaded.configuration?.dataFolder else { throw CommandFailure("no data folder") }
        return try EventLogReader(folder: folder, loaded: loaded)
    }

    /// Gives what was done, as a line for a person.
    func ask(_ request: ControlRequest) throws -> String {
        // With a folder alone nothing is known of the server's sinks.
        let loaded = configuration.file == nil && folder != nil ? nil : try configuration.load(isQuiet: true)
        guard let folder = folder ?? loaded?.configuration?.dataFolder else { throw CommandFailure("no data folder") }
        return try OperatorClient(folder: folder, loaded: loaded).perform(request)
    }
}

/// `--config FILE` or `--data DIR`, and `--json`: for commands that read the store.
struct StoreOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Option(name: .customLong("data"), help: "The data folder; without it, the configuration's.")
    var folder: String?

    @Flag(name: .long, help: "One JSON object a line.")
    var json = false

    func eventLog() throws -> EventLogReader {
        let loaded = try configuration.load(isQuiet: true)
        guard let folder = folder ?? loaded.configuration?.dataFolder else { throw CommandFailure("no data folder") }
        return try EventLogReader(folder: folder, loaded: loaded)
    }

    /// Prints a line for each item, in the form asked for.
    func list<Item>(_ items: [Item], json jsonLine: (Item) -> String, text: (Item) -> String) {
        var lines = OutputLines()
        for item in items { lines.write(json ? jsonLine(item) : text(item)) }
        lines.flush()
    }
}
