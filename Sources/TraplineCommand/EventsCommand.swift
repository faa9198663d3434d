public import Alarms
public import ArgumentParser
import Basics
import Trapline

/// `trapline events`: reads the event log, beside a running server or without one.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Prints the event log.")

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var filter: AlarmFilterOptions
    @OptionGroup var times: TimeFilterOptions

    @Option(name: .long, help: "Only these: raised, changed, cleared, repeated or logged. Can be repeated.")
    var transition: [Transition] = []

    @Flag(name: .long, help: "Go on with what is new, until interrupted.")
    var follow = false

    @Option(name: .long, help: "Begin after this event's number, instead of with the last ones.")
    var after: Int64?

    @Option(
        name: .long, help: "How many of the last events to begin with; by default 100, and with --since or --after all."
    )
    var last: Int?

    private static let defaultLast = 100

    /// How many rows are read in one short transaction.
    private static let pageSize = 1_000
    private static let pollInterval = Duration.milliseconds(250)

    func validate() throws {
        guard last ?? 0 >= 0 else { throw ValidationError("--last is a number of events") }
    }

    func run() async throws {
        let log = try storeOptions.eventLog()
        let matcher = try filter.matcher()
        let (since, until) = try times.moments()
        let transitions = Set(transition)
        func isWanted(_ event: Event) -> Bool {
            (transitions.isEmpty || transitions.contains(event.transition)) && matcher.matches(event)
                && since.map { event.time >= $0 } ?? true && until.map { event.time < $0 } ?? true
        }
        var lines = OutputLines()
        var cursor = try start(log, since, isWanted)
        var isNone = true
        while true {
            let page = try log.events(after: cursor, limit: Self.pageSize)
            for entry in page where isWanted(entry.event) {
                lines.write(storeOptions.json ? entry.jsonLine() : entry.text)
                isNone = false
            }
            lines.flush()
            if let last = page.last { cursor = last.id }
            if page.count < Self.pageSize {
                if isNone { try log.warnOfUnknownNames(in: matcher) }
                // Once is enough for whoever waits for more.
                isNone = false
                guard follow else { return }
                try await Task.sleep(for: Self.pollInterval)
            }
        }
    }

    /// The number before the first event to print.
    private func start(_ log: EventLogReader, _ since: Timestamp?, _ isWanted: (Event) -> Bool) throws -> Int64 {
        let first = try after ?? since.map { try log.lastEventID(before: $0) }
        if let first, last == nil { return first }
        let wanted = try log.lastEvents(last ?? Self.defaultLast, after: first ?? 0, where: isWanted)
        return try wanted.first.map { $0.id - 1 } ?? log.lastEventID()
    }
}

extension Transition: ExpressibleByArgument {}
