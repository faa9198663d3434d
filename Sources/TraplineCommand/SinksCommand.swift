import ArgumentParser
import Basics
import Documents
import Trapline

/// `trapline sinks`: how far each has come, and what is kept of those that are gone.
struct SinksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sinks", abstract: "How far each sink has come in the event log.",
        subcommands: [ListSinks.self, ForgetSink.self], defaultSubcommand: ListSinks.self)
}

struct ListSinks: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Prints them.")

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        storeOptions.list(try storeOptions.eventLog().sinks(), json: { $0.jsonLine() }, text: text)
    }

    private func text(_ sink: SinkDocument) -> String {
        let letters = sink.deadLetters > 0 ? "  \(counted(sink.deadLetters, "dead letter"))" : ""
        let removed = sink.removed.map { "  (not configured since \($0))" } ?? ""
        return "\(sink.sink)  event \(sink.event)  \(sink.lagEvents) behind\(letters)\(removed)"
    }
}

struct ForgetSink: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Keeps nothing any more of a sink that is no longer configured.",
        discussion: """
            Its place in the event log is kept for retention: cursors (7d), in case it comes back, and holds the log \
            for that time. The running server forgets it at once; without one, its next start does.
            """)

    @OptionGroup var data: DataOptions

    @Argument(help: "The sink's name.")
    var name: String

    func run() throws {
        print(try data.ask(ControlRequest(.forgetSink, sink: name)))
    }
}
