import Foundation
import TestPeers

/// What a sink's peer got, told by the events' numbers in the order of their coming.
struct Deliveries: CustomStringConvertible {
    let numbers: [Int64]
    private let copies: [Int64: Int]

    init(_ numbers: [Int64]) {
        self.numbers = numbers
        copies = numbers.reduce(into: [:]) { copies, number in copies[number, default: 0] += 1 }
    }

    /// The lines of a file sink.
    init(file: String) throws {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        // A kill may catch a line half written; the sink ends it, and writes it again, at the next start.
        self.init(text.split(separator: "\n").compactMap { try? LoggedEvent.decode($0).id })
    }

    /// The messages of a syslog sink, whose structured data bear the event's number.
    init(_ messages: [RsyslogServer.Message]) throws {
        self.init(
            try messages.map { message in
                let marker = #"[trapline@32473 event=""#
                guard let start = message.structuredData.firstRange(of: marker)?.upperBound,
                    let number = Int64(message.structuredData[start...].prefix { $0 != "\"" })
                else { throw Command.Failure(description: "a message without its event's number: \(message)") }
                return number
            })
    }

    /// Events up to `last` that never came.
    func missing(upTo last: Int64) -> [Int64] {
        last < 1 ? [] : (1...last).filter { copies[$0] == nil }
    }

    /// Messages that came more than once, less one for each event.
    var duplicates: Int { numbers.count - copies.count }
    /// How often the event came that came most often.
    var mostCopies: Int { copies.values.max() ?? 0 }
    /// How often a message's number was not above the one before it: each time delivery began anew.
    var stepsBack: Int { zip(numbers, numbers.dropFirst()).filter { $0 >= $1 }.count }
    /// No step forward passes over an event that had not come before.
    var isInOrder: Bool {
        var highest: Int64 = 0
        for number in numbers {
            guard number <= highest + 1 else { return false }
            highest = max(highest, number)
        }
        return true
    }

    var description: String {
        "\(numbers.count) messages of \(copies.count) events, \(duplicates) duplicates, at most \(mostCopies) of one event, "
            + "\(stepsBack) steps back"
    }
}
