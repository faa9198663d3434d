import ArgumentParser
import Trapline

/// `trapline events`: reads the event log, beside a running server or without one.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Prints the event log.")

    @OptionGroup var storeOptions: StoreOptions

    @Flag(name: .long, help: "Go on with what is new, until interrupted.")
    var follow = false

    @Option(name: .long, help: "Begin after this event's number, instead of with the last ones.")
    var after: Int64?

    @Option(name: .long, help: "How many of the last events to begin with.")
    var last = 100

    /// How many rows are read in one short transaction.
    private static let pageSize = 1_000
    private static let pollInterval = Duration.milliseconds(250)

    func run() async throws {
        let log = try storeOptions.eventLog()
        var lines = OutputLines()
        var cursor = try after ?? max(0, log.lastEventID() - Int64(max(0, last)))
        while true {
            let page = try log.events(after: cursor, limit: Self.pageSize)
            for event in page { lines.write(storeOptions.json ? event.jsonLine() : event.text) }
            lines.flush()
            if let last = page.last { cursor = last.id }
            if page.count < Self.pageSize {
                guard follow else { return }
                try await Task.sleep(for: Self.pollInterval)
            }
        }
    }
}
