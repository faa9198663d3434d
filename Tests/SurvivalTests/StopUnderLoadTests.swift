import Foundation
import Journal
import TestPeers
import Testing

/// A stop in good order (SIGTERM) under load: all that the sockets held is journaled, processed and delivered.
@Suite struct StopUnderLoadTests {
    /// More than the server takes in before it comes to stop.
    private static let largestBurst = 10_000
    /// What the kernel counts for a small datagram against a socket's buffer, generously.
    private static let roomOfOneDatagram = 1_024

    @Test func aStopUnderLoadLosesNothing() throws {
        let folder = try TemporaryFolder()
        let archive = folder.file("events.jsonl")
        let server = try SurvivingServer("sinks: {archive: {file: {to: \(archive)}}}")
        try server.start()
        let informs = try InformSender(port: server.port)
        let traps = try (1...2).map { try TrapSender(port: server.port, after: $0 * 10_000_000) }
        defer {
            informs.stop()
            traps.forEach { $0.stop() }
        }
        for sender in traps { sender.begin(perMillisecond: 1) }
        #expect(Poll.until { informs.tally.acknowledged.count > 300 && traps.allSatisfy { $0.sent > 500 } })
        for _ in 1...10 {
            let scrape = try server.metrics()
            #expect(scrape.areBooksBalanced, "\(scrape.books)")
        }
        #expect(try server.metrics().sum("trapline_kernel_drops_total") == 0)

        // The server stands still while its socket fills, so that the stop finds much to take in.
        server.send(signal: SIGSTOP)
        let burst = try TrapSender(port: server.port, after: 30_000_000)
        try burst.send(min(Self.largestBurst, server.receiveBuffer() / Self.roomOfOneDatagram))
        // What is sent by now is in the socket, or on its way through the server.
        let sentBefore = (traps + [burst]).map { ($0.sent, $0.numbers) }
        server.send(signal: SIGTERM)
        server.send(signal: SIGCONT)
        try server.stop()
        let acknowledged = informs.tally.acknowledged

        let log = try EventLog(data: server.data)
        let faults = log.faults(expecting: sentBefore.reduce(acknowledged) { $0.union($1.1) })
        #expect(faults.missing == [], "received before the stop and not in the event log")
        #expect(faults.twice == [])
        #expect(log.isNumberedWithoutGaps)
        let kept = log.counts.keys
        // From each sender everything up to some moment, and nothing after it.
        for (index, sender) in traps.enumerated() {
            let first = Int32(index + 1) * 10_000_000
            let numbers = kept.filter { $0 > first && $0 <= first + sender.sent }
            #expect(numbers.max() == first + Int32(numbers.count))
        }
        // The journal holds what the event log tells, and all of it is processed.
        var reader = try JournalReader(folder: server.data + "/journal", from: nil)
        let end = try #require(try JournalReader.end(ofFolder: server.data + "/journal"))
        let records = try reader.read(upTo: end, limit: .max)
        #expect(records.filter { $0.entry.interface == "traps" }.count == log.events.compactMap(\.number).count)
        #expect(reader.takeDamage() == [])

        // The books as they were closed: nothing is in flight.
        let books = try Self.closingBooks(server)
        #expect(books["received"] == books.filter { $0.key != "received" }.values.reduce(0, +), "\(books)")
        #expect(books["journaled"] == kept.count && books["in flight"] == 0, "\(books)")
        #expect(books["failed"] == 0 && books["refused"] == 0, "\(books)")

        // What was delivered is in order and whole; the sink goes on with the rest at the next start.
        let delivered = try Deliveries(file: archive)
        #expect(delivered.duplicates == 0 && delivered.isInOrder, "\(delivered)")
        informs.pause()
        for sender in traps { sender.stop() }
        try server.start()
        let last = Int64(log.events.count)
        #expect(try Poll.until { try server.metrics().sum("trapline_sink_lag_events") == 0 })
        try server.stop()
        let all = try Deliveries(file: archive)
        #expect(all.missing(upTo: last) == [])
        #expect(all.duplicates == 0 && all.isInOrder, "a stop in good order makes nothing come twice: \(all)")
    }

    /// The sum in the log's line that the listener's end leaves, by its terms' names.
    private static func closingBooks(_ server: SurvivingServer) throws -> [String: Int] {
        let marker = "Closing books: "
        guard let start = server.currentLog.firstRange(of: marker)?.upperBound else {
            throw Command.Failure(description: "no line tells the closing books:\n\(server.currentLog)")
        }
        var books: [String: Int] = [:]
        for term in server.currentLog[start...].prefix(while: { $0 != ";" }).split(separator: " + ") {
            for side in term.split(separator: " = ") {
                guard let blank = side.lastIndex(of: " "), let count = Int(side[side.index(after: blank)...]) else {
                    throw Command.Failure(description: "a term of the closing books that is none: \(side)")
                }
                books[String(side[..<blank])] = count
            }
        }
        return books
    }
}
