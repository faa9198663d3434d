import Basics
import Synchronization
import Testing

@testable import Journal

/// A tail shows what a reader shows, the other way round.
@Suite struct JournalTailTests {
    private func backwards(_ folder: String, before end: JournalPosition) throws -> [JournalRecord] {
        var tail = try JournalTail(folder: folder, before: end)
        var records: [JournalRecord] = []
        while let record = try tail.read() { records.append(record) }
        return records
    }

    private func isTheReverse(_ tail: [JournalRecord], of records: [JournalRecord]) -> Bool {
        tail.reversed().map(\.entry.key) == records.map(\.entry.key)
            && tail.reversed().map(\.position) == records.map(\.position)
            && tail.reversed().map(\.next) == records.map(\.next)
    }

    private func write(_ entries: Int, to folder: String, segmentSize: Int = 4_096) throws -> JournalPosition {
        var settings = JournalSettings()
        settings.segmentSize = segmentSize
        let writer = try JournalWriter(folder: folder, settings: settings, interfaces: ["traps"])
        for start in stride(from: 0, to: entries, by: 10) {
            try writer.appendAndWait((start..<min(start + 10, entries)).map { entry($0) }).get()
        }
        writer.close()
        return writer.committed
    }

    @Test func anEmptyJournalHasNone() throws {
        let folder = try TemporaryFolder()
        let end = try write(0, to: folder.path)
        #expect(try backwards(folder.path, before: end).isEmpty)
    }

    @Test func acrossSegmentsAndStarts() throws {
        let folder = try TemporaryFolder()
        var end = try write(100, to: folder.path)
        end = try write(57, to: folder.path)
        #expect(try folder.segments().count > 4)
        let records = try readAll(folder.path, upTo: end).records
        #expect(records.count == 157)
        #expect(isTheReverse(try backwards(folder.path, before: end), of: records))
    }

    @Test func onlyWhatStandsBeforeTheEnd() throws {
        let folder = try TemporaryFolder()
        let end = try write(100, to: folder.path)
        let records = try readAll(folder.path, upTo: end).records
        for cut in [0, 1, 49, 99] {
            let before = try backwards(folder.path, before: records[cut].position)
            #expect(isTheReverse(before, of: Array(records[..<cut])))
        }
    }

    /// Blocks longer than a piece's last part: each is found whole.
    @Test func longBlocksAcrossPieces() throws {
        let folder = try TemporaryFolder()
        let writer = try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: ["traps"])
        for number in 0..<60 {
            let payload = [UInt8](repeating: UInt8(number), count: 65_000)
            writer.append([entry(number, payload: payload)])
        }
        writer.close()
        let records = try readAll(folder.path, upTo: writer.committed).records
        #expect(records.count == 60)
        #expect(isTheReverse(try backwards(folder.path, before: writer.committed), of: records))
    }

    @Test func pastDamageAndATornTail() throws {
        let folder = try TemporaryFolder()
        _ = try write(100, to: folder.path, segmentSize: 1_048_576)
        let path = try #require(try folder.segments().first)
        var bytes = try read(path)
        // In the middle of two blocks, and within the last one.
        for place in [bytes.count / 3, bytes.count / 2] { bytes[place] ^= 0xff }
        try JournalTests.write(bytes.dropLast(7), to: path)
        let end = try #require(try JournalReader.end(ofFolder: folder.path))
        let (records, damage) = try readAll(folder.path, upTo: JournalPosition(segment: end.segment, offset: .max))
        #expect(records.count == 97 && damage.count == 3)
        let tail = try backwards(folder.path, before: JournalPosition(segment: end.segment, offset: .max))
        #expect(isTheReverse(tail, of: records))
    }

    /// A group that was given up and written again stands in two segments and counts in one.
    @Test func whatWasGivenUpIsPassedOver() throws {
        let folder = try TemporaryFolder()
        let disk = Disk()
        let writer = try JournalWriter(
            folder: folder.path, settings: JournalSettings(), interfaces: ["traps"], operations: disk.operations)
        try writer.appendAndWait([entry(0), entry(1)]).get()
        disk.failures.withLock { failures in
            failures.syncs = [5]
            failures.truncates = 5
        }
        try writer.appendAndWait([entry(2), entry(3)]).get()
        disk.failures.withLock { $0.truncates = nil }
        try writer.appendAndWait([entry(4)]).get()
        writer.close()
        let records = try readAll(folder.path, upTo: writer.committed).records
        #expect(records.count == 5)
        #expect(isTheReverse(try backwards(folder.path, before: writer.committed), of: records))
    }

    @Test func itTellsHowMuchItRead() throws {
        let folder = try TemporaryFolder()
        let end = try write(20, to: folder.path, segmentSize: 1_048_576)
        var tail = try JournalTail(folder: folder.path, before: end)
        let last = try #require(try tail.read())
        #expect(tail.octetsRead == last.next.offset - last.position.offset)
    }
}
