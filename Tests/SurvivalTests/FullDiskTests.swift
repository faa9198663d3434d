import Foundation
import TestPeers
import Testing

/// The disk under the journal fills up and is freed: nothing crashes, nothing that was acknowledged is lost, what cannot
/// be kept is counted, an alarm tells of it through the sinks while it lasts, and service resumes by itself.
@Suite(.serialized) struct FullDiskTests {
    /// What lies on the small disk.
    enum Part: String, CaseIterable {
        case wholeDataFolder
        case journalAlone
    }

    /// Room for the ballast, what must be free beside it, and a journal of some thousand datagrams.
    private static let mebibytes = 96

    @Test(arguments: Part.allCases) func aFullDiskIsOutlived(_ part: Part) throws {
        let folder = try TemporaryFolder()
        let rsyslog = try RsyslogServer()
        let data = folder.file("data")
        let mountPoint = part == .journalAlone ? data + "/journal" : data
        try FileManager.default.createDirectory(
            atPath: mountPoint, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let disk = try SmallDisk(at: mountPoint, mebibytes: Self.mebibytes, folder: folder)
        let server = try SurvivingServer(
            "sinks: {noc: {syslog: {to: \"tcp://127.0.0.1:\(rsyslog.tcpPort)\"}}}", data: data,
            launcher: disk.launcher)
        try server.start()
        var settings = InformSender.Settings()
        settings.timeout = 0.25
        // It goes on for longer than the test.
        settings.retries = 1_000
        let informs = try InformSender(port: server.port, settings: settings)
        defer { informs.stop() }
        let traps = try TrapSender(port: server.port, after: 1_000_000)

        try traps.send(100)
        try #require(Poll.until { informs.tally.acknowledged.count > 300 }, "\(server.log)")
        try #require(informs.settle(), "\(server.log)")
        #expect(try server.metrics().sum("trapline_datagrams_failed_total") == 0)

        try disk.fill()
        informs.resume()
        try traps.send(200)
        try #require(
            try Poll.until { try Self.storageEvents(rsyslog).contains("raised") },
            "no alarm tells of the full disk:\n\(server.log)")
        // From the alarm on nothing is taken in, so that nothing is acknowledged.
        let acknowledged = informs.tally.acknowledged.count
        try traps.send(50)
        let failed = try server.metrics().sum("trapline_datagrams_failed_total")
        #expect(
            try Poll.until { try server.metrics().sum("trapline_datagrams_failed_total") >= failed + 100 },
            "repeats and traps are counted as failed")
        #expect(informs.tally.acknowledged.count == acknowledged)
        #expect(informs.tally.outstanding > 0)
        let full = try server.metrics()
        #expect(full.sum("trapline_datagrams_failed_total", "reason=\"disk-full\"") > 0, "\(full)")
        #expect(full.areBooksBalanced, "\(full.books)")
        #expect(server.isRunning)

        try disk.free()
        try #require(
            Poll.until { informs.tally.acknowledged.count > acknowledged }, "service does not resume:\n\(server.log)")
        try #require(informs.settle(), "\(server.log)")
        try traps.send(20)
        #expect(
            try Poll.until { try Self.storageEvents(rsyslog).last == "cleared" }, "the alarm does not end")
        let after = try server.metrics()
        #expect(
            try Poll.until { try server.metrics().sum("trapline_datagrams_in_flight") == 0 })
        #expect(after.areBooksBalanced, "\(after.books)")
        #expect(after.sum("trapline_active_alarms") == 0, "an alarm stands: \(server.log)")
        let last = try Self.lastReceived(server, informs: informs, traps: traps)
        try server.stop()

        let log = try EventLog(data: data, launcher: disk.launcher)
        let tally = informs.tally
        #expect(tally.acknowledged.count == Int(tally.sent) && tally.givenUp.isEmpty)
        let faults = log.faults(expecting: tally.acknowledged)
        #expect(faults.missing == [], "acknowledged and not in the event log")
        #expect(faults.twice == [])
        // What was journaled is what the event log has, and each trap is either there or counted.
        #expect(log.counts.count == last.sum("trapline_datagrams_journaled_total"))
        let keptTraps = log.counts.keys.filter { $0 > 1_000_000 }.count
        let failedInAll = last.sum("trapline_datagrams_failed_total")
        #expect(keptTraps >= 120 && Int(traps.sent) - keptTraps <= failedInAll, "\(keptTraps), \(failedInAll)")
        #expect(keptTraps < Int(traps.sent), "the disk was not full")
        #expect(log.isNumberedWithoutGaps)
    }

    // MARK: -

    /// The transitions of the alarm that tells of the journal's storage, as rsyslog got them.
    private static func storageEvents(_ rsyslog: RsyslogServer) throws -> [String] {
        try rsyslog.messages().filter { $0.messageID.hasPrefix("traplineStorage") }.compactMap { message in
            ["raised", "cleared"].first { message.structuredData.contains("transition=\"\($0)\"") }
        }
    }

    /// The books once all that was sent has been received.
    private static func lastReceived(
        _ server: SurvivingServer, informs: InformSender, traps: TrapSender
    ) throws -> MetricsScrape {
        let sent = Int(informs.tally.sent) + informs.tally.repeats + Int(traps.sent)
        var scrape = try server.metrics()
        let isAllReceived = try Poll.until {
            scrape = try server.metrics()
            return scrape.books.received == sent && scrape.sum("trapline_datagrams_in_flight") == 0
        }
        guard isAllReceived else {
            throw Command.Failure(description: "\(sent) datagrams were sent, the books: \(scrape.books)")
        }
        return scrape
    }
}
