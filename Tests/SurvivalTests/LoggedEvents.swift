import Foundation
import TestPeers

/// One event as `trapline events --json` and the file sink tell it, with its line.
struct LoggedEvent: Decodable {
    var id: Int64
    var transition: String
    var alarm: String
    var text: String?
    var source: String?

    /// The number of the test's notification that this event tells; `nil` for other events.
    var number: Int32? { text.flatMap { NumberedNotification.number(inText: $0) } }

    static func decode(_ line: some StringProtocol) throws -> LoggedEvent {
        do {
            return try JSONDecoder().decode(LoggedEvent.self, from: Data(line.utf8))
        } catch {
            throw Command.Failure(description: "no event: \(line)")
        }
    }
}

/// The event log as `trapline events` prints it.
struct EventLog {
    let events: [LoggedEvent]

    /// Reads all of the log of a data folder, beside a running server or without one; `launcher` as for the server.
    init(data: String, launcher: [String] = []) throws {
        events = try Self.lines(data: data, launcher: launcher).map { try LoggedEvent.decode($0) }
    }

    /// Its lines, for who compares logs and does not look into them.
    static func lines(data: String, launcher: [String] = []) throws -> [Substring] {
        let words = launcher + [try TraplineProgram.path(), "events", "--json", "--after", "0", "--data", data]
        let listing = try Command.run(words[0], Array(words.dropFirst()))
        guard listing.status == 0 else {
            throw Command.Failure(description: "the event log cannot be read: \(listing.standardError)")
        }
        return listing.text.split(separator: "\n")
    }

    /// How often each numbered notification is in the log.
    var counts: [Int32: Int] {
        events.compactMap(\.number).reduce(into: [:]) { counts, number in counts[number, default: 0] += 1 }
    }

    /// Those of `numbers` that are not in the log, and those of all that are there more than once.
    func faults(expecting numbers: Set<Int32>) -> (missing: [Int32], twice: [Int32]) {
        let counts = counts
        return (numbers.filter { counts[$0] == nil }.sorted(), counts.filter { $0.value > 1 }.keys.sorted())
    }

    /// The numbers of the events go up by one, from 1.
    var isNumberedWithoutGaps: Bool { events.map(\.id) == Array(1...max(1, Int64(events.count))) }
}
