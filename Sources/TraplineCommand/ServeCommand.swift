public import ArgumentParser
import Foundation
import Intake
public import Logging
import ServiceLifecycle
import Trapline
import TraplineConfiguration
import UnixSignals

/// `trapline serve`: the server, until SIGTERM or Ctrl-C.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the server.",
        discussion: """
            Without --config it listens on UDP 162 and 1161 (10162 and 11161 where those may not be bound), keeps its \
            journal and store in ./trapline-data and prints events on the console. SIGHUP loads the configuration \
            anew and reopens files; SIGTERM or Ctrl-C processes what is received and stops. The MIB modules that come \
            with Trapline are looked for where `trapline help mibs` says.
            """)

    @OptionGroup var configurationOptions: ConfigurationOptions

    @Option(name: .long, help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level = .info

    func run() async throws {
        // Whoever reads our output may go away (`serve | head`): that is the console sink's failure, not our end.
        signal(SIGPIPE, SIG_IGN)
        // A SIGHUP that comes before the server listens for it must not end the start.
        signal(SIGHUP) { _ in }
        LoggingSystem.bootstrap { StandardErrorLog(label: $0) }
        var logger = Logger(label: "trapline")
        logger.logLevel = logLevel
        var loaded = try configurationOptions.load()
        if configurationOptions.file == nil { loaded.fitEmbeddedListeners(logger) }
        let server = try TraplineServer(loaded, logger: logger)
        let reloader = ReloadOnHangup(
            server: server, file: configurationOptions.file,
            embeddedListeners: configurationOptions.file == nil ? loaded.configuration?.listeners : nil)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: reloader),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// Loads the configuration anew at each SIGHUP. Whatever is wrong with it, the old one stays in force.
struct ReloadOnHangup: Service {
    let server: TraplineServer
    let file: String?
    /// What the embedded default was fitted to at the start; a reload must not take it for a change.
    let embeddedListeners: [ListenerSettings]?

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            var loaded = await load()
            if let embeddedListeners { loaded.configuration?.listeners = embeddedListeners }
            await server.reload(loaded)
        }
    }

    /// Reading MIB modules takes its time, and no thread of the cooperative pool is to wait for it.
    private func load() async -> LoadedConfiguration {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: LoadedConfiguration.load(file: file)) }
        }
    }
}
