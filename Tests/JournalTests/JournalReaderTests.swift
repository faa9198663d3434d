import Basics
import Foundation
import TestPeers
import Testing

@testable import Journal

@Suite struct JournalReaderTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// One closed segment with the entries, each in a commit of its own.
    private func segment(_ entries: [JournalEntry]) throws {
        var settings = JournalSettings()
        settings.commitInterval = .zero
        let writer = try JournalWriter(folder: folder.path, settings: settings, interfaces: ["traps", "trapline"])
        for entry in entries { try writer.appendAndWait([entry]).get() }
        writer.close()
    }

    private func entries(_ range: Range<Int>) -> [JournalEntry] { range.map { entry($0) } }

    // MARK: Positions

    @Test func readingGoesOnFromASavedPosition() throws {
        try segment(entries(0..<10))
        let all = try readAll(folder.path).records
        for record in all {
            var reader = try JournalReader(folder: folder.path, from: record.next)
            let end = try #require(try JournalReader.end(ofFolder: folder.path))
            let rest = try reader.read(upTo: end, limit: 100)
            #expect(rest.map(\.entry.key) == all.filter { $0.position > record.position }.map(\.entry.key))
            #expect(reader.takeDamage().isEmpty)
        }
    }

    @Test func readingGoesNoFurtherThanItIsTold() throws {
        try segment(entries(0..<10))
        let all = try readAll(folder.path).records
        var reader = try JournalReader(folder: folder.path, from: nil)
        for record in all {
            #expect(
                try reader.read(upTo: record.position, limit: 100).count == (record.position == all[0].position ? 0 : 1)
            )
            #expect(try reader.read(upTo: record.position, limit: 100).isEmpty)
        }
    }

    @Test func aLimitOfZeroReadsNothing() throws {
        try segment(entries(0..<2))
        var reader = try JournalReader(folder: folder.path, from: nil)
        #expect(try reader.read(upTo: JournalPosition(segment: 9, offset: 0), limit: 0).isEmpty)
    }

    @Test func oneRecordIsReadByItsPosition() throws {
        try segment(entries(0..<5) + [entry(5, payload: [UInt8](repeating: 5, count: 65_000))])
        try segment(entries(6..<9))
        let reader = try JournalReader(folder: folder.path, from: nil)
        for record in try readAll(folder.path).records {
            let again = try reader.record(at: record.position)
            #expect(again.entry.key == record.entry.key)
            #expect(again.next == record.next)
        }
    }

    @Test func noRecordStandsElsewhere() throws {
        try segment(entries(0..<2))
        let reader = try JournalReader(folder: folder.path, from: nil)
        let first = try #require(try readAll(folder.path).records.first).position
        for offset in [0, first.offset + 4, first.offset - 4, 1_000_000] {
            #expect { try reader.record(at: JournalPosition(segment: 1, offset: offset)) } throws: {
                ($0 as? JournalError)?.reason == .noRecord
            }
        }
        #expect { try reader.record(at: JournalPosition(segment: 2, offset: first.offset)) } throws: {
            ($0 as? JournalError)?.reason == .noRecord
        }
    }

    @Test func anEmptyFolderHasNothing() throws {
        var reader = try JournalReader(folder: folder.path, from: nil)
        #expect(try reader.read(upTo: JournalPosition(segment: 5, offset: 5), limit: 10).isEmpty)
        #expect(try JournalReader.end(ofFolder: folder.path) == nil)
    }

    @Test func aFolderThatIsNotThereIsAnError() {
        #expect(throws: JournalError.self) { try JournalReader(folder: folder.path + "/no", from: nil) }
    }

    @Test func aPositionPastTheEndIsReportedAndTheNextSegmentRead() throws {
        try segment(entries(0..<2))
        try segment(entries(2..<4))
        var reader = try JournalReader(folder: folder.path, from: JournalPosition(segment: 1, offset: 1_000_000))
        let end = try #require(try JournalReader.end(ofFolder: folder.path))
        #expect(try reader.read(upTo: end, limit: 10).map(\.entry.key) == entries(2..<4).map(\.key))
        #expect(reader.takeDamage().map(\.reason) == [.positionPastEnd])
        #expect(reader.takeDamage().isEmpty)
        #expect(reader.damageCount == 1)
    }

    @Test func missingSegmentsAreReportedAndPassedOver() throws {
        for number in 0..<5 { try segment(entries(number..<number + 1)) }
        let paths = try folder.segments()
        for index in [0, 2, 3] { try FileManager.default.removeItem(atPath: paths[index]) }
        var reader = try JournalReader(folder: folder.path, from: JournalPosition(segment: 1, offset: 0))
        let end = try #require(try JournalReader.end(ofFolder: folder.path))
        #expect(try reader.read(upTo: end, limit: 10).map(\.entry.key) == [entry(1).key, entry(4).key])
        let damage = reader.takeDamage()
        #expect(damage.map(\.reason) == [.missingSegments, .missingSegments])
        #expect(damage.map(\.start.segment) == [1, 3])
        #expect(damage.map(\.end.segment) == [2, 5])
    }

    @Test func aReaderFollowsAWriter() throws {
        var settings = JournalSettings()
        settings.commitInterval = .zero
        settings.segmentSize = 1_500
        let writer = try JournalWriter(folder: folder.path, settings: settings, interfaces: ["traps"])
        var reader = try JournalReader(folder: folder.path, from: nil)
        var read: [String] = []
        for number in 0..<60 {
            try writer.appendAndWait(entries(number..<number + 1)).get()
            read += try reader.read(upTo: writer.committed, limit: 100).map(\.entry.key)
            #expect(reader.position == writer.committed)
        }
        #expect(read == entries(0..<60).map(\.key))
        #expect(reader.damageCount == 0)
        #expect(writer.committed.segment > 3)
    }

    // MARK: Damage

    @Test func everyTornTailGivesWhatIsWholeAndTheNextSegment() throws {
        try segment(entries(0..<3))
        let records = try readAll(folder.path).records
        let whole = try read(try folder.segments()[0])
        try segment(entries(3..<4))
        for length in 0..<whole.count {
            try write(whole[..<length], to: try folder.segments()[0])
            let (got, damage) = try readAll(folder.path)
            let expected = records.filter { $0.next.offset <= UInt64(length) }.map(\.entry.key) + [entry(3).key]
            #expect(got.map(\.entry.key) == expected, "cut at \(length)")
            let isAtABorder =
                records.contains { $0.position.offset == UInt64(length) || $0.next.offset == UInt64(length) }
            // A head cut between two of its blocks is a shorter head, and no record is missing that could be.
            if length >= records[0].position.offset {
                #expect(damage.isEmpty == isAtABorder, "cut at \(length): \(damage)")
            }
            #expect(damage.allSatisfy { $0.start.segment == 1 })
        }
    }

    @Test func everyChangedOctetCostsAtMostItsOwnRecord() throws {
        let original = entries(0..<4)
        try segment(original)
        let path = try folder.segments()[0]
        let whole = try read(path)
        let records = try readAll(folder.path).records
        for place in whole.indices {
            for change: UInt8 in [0x01, 0x80, 0xff] {
                var bytes = whole
                bytes[place] ^= change
                try write(bytes, to: path)
                let end = JournalPosition(segment: 1, offset: UInt64(whole.count))
                let (got, damage) = try readAll(folder.path, upTo: end)
                guard let hit = records.first(where: { $0.position.offset <= place && place < $0.next.offset }) else {
                    // The head: the records are all there, whatever happened to their interface's name.
                    #expect(got.map(\.entry.payload) == original.map(\.payload), "octet \(place)")
                    continue
                }
                // Padding of the hash option and the end-of-options mark carry nothing and are not in the checksum.
                let isHeld = got.count == original.count
                let expected = records.filter { isHeld || $0.position != hit.position }
                #expect(got.map(\.entry.key) == expected.map(\.entry.key), "octet \(place)")
                if isHeld {
                    #expect(hit.next.offset - UInt64(place) <= 11, "octet \(place) of the record is not protected")
                } else {
                    #expect(damage.count == 1, "octet \(place)")
                    #expect(damage.first?.start == hit.position, "octet \(place)")
                }
            }
        }
    }

    @Test func octetsBetweenBlocksArePassedOver() throws {
        try segment(entries(0..<6))
        let path = try folder.segments()[0]
        let whole = try read(path)
        let records = try readAll(folder.path).records
        // Zeros over the third record, as a file system may leave them after a power cut.
        var bytes = whole
        for place in records[2].position.offset..<records[2].next.offset { bytes[Int(place)] = 0 }
        try write(bytes, to: path)
        let (got, damage) = try readAll(folder.path)
        #expect(got.map(\.entry.key) == records.filter { $0.position != records[2].position }.map(\.entry.key))
        #expect(damage == [JournalDamage(.damagedBlock, start: records[2].position, end: records[2].next)])
    }

    @Test func aBlockInsideAPayloadIsNeverTakenForARecord() throws {
        // A sender that knows the format sends a whole journal block as its datagram's payload, aligned as blocks are.
        try segment([entry(0)])
        let record = try #require(try readAll(folder.path).records.first)
        let stolen = Array(try read(try folder.segments()[0])[Int(record.position.offset)...])
        try FileManager.default.removeItem(atPath: try folder.segments()[0])
        try segment([entry(0, payload: stolen), entry(1)])
        let path = try folder.segments()[0]
        var bytes = try read(path)
        let carrier = try #require(try readAll(folder.path).records.first)
        bytes[Int(carrier.position.offset) + 8] ^= 0xff
        try write(bytes, to: path)
        let (got, damage) = try readAll(folder.path)
        #expect(got.map(\.entry.key) == [entry(1).key])
        #expect(damage.map(\.reason) == [.damagedBlock])
    }

    @Test func aSegmentUnderAnotherNumberIsNotBelieved() throws {
        try segment(entries(0..<2))
        try FileManager.default.moveItem(
            atPath: try folder.segments()[0], toPath: folder.path + "/trapline-0000000007.pcapng")
        let (got, damage) = try readAll(folder.path, upTo: JournalPosition(segment: 8, offset: 0))
        #expect(got.isEmpty)
        #expect(damage.map(\.reason) == [.tornTail])
    }

    @Test func damageReportsAreBoundedButCounted() throws {
        let count = JournalReader.mostDamageReports + 50
        var settings = JournalSettings()
        settings.commitInterval = .zero
        let writer = try JournalWriter(folder: folder.path, settings: settings, interfaces: ["traps"])
        try writer.appendAndWait(entries(0..<2 * count + 1)).get()
        writer.close()
        let path = try folder.segments()[0]
        var bytes = try read(path)
        let records = try readAll(folder.path).records
        for index in stride(from: 0, to: 2 * count, by: 2) { bytes[Int(records[index].position.offset) + 30] ^= 1 }
        try write(bytes, to: path)
        var reader = try JournalReader(folder: folder.path, from: nil)
        let end = JournalPosition(segment: 1, offset: UInt64(bytes.count))
        #expect(try reader.read(upTo: end, limit: .max).count == count + 1)
        #expect(reader.damageCount == count)
        #expect(reader.takeDamage().count == JournalReader.mostDamageReports)
    }

    @Test func randomDamageNeverForgesARecord() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<60 {
            let folder = try TemporaryFolder()
            var settings = JournalSettings()
            settings.commitInterval = .zero
            settings.segmentSize = Int.random(in: 500...20_000, using: &random)
            let writer = try JournalWriter(folder: folder.path, settings: settings, interfaces: ["traps"])
            let entries = (0..<Int.random(in: 1...60, using: &random)).map { number in
                entry(
                    number,
                    payload: (0..<Int.random(in: 0...900, using: &random)).map { _ in
                        // Many small numbers, so that payloads look like block headers now and then.
                        Bool.random(using: &random) ? 0 : UInt8.random(in: 0...12, using: &random)
                    })
            }
            for entry in entries { try writer.appendAndWait([entry]).get() }
            let end = writer.committed
            writer.close()
            let known = Set(entries.map(\.key))
            for path in try folder.segments() {
                var bytes = try read(path)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
                case 1:
                    for _ in 0..<3 { bytes[Int.random(in: bytes.indices, using: &random)] ^= 0x10 }
                case 2:
                    let place = Int.random(in: 0...bytes.count, using: &random)
                    bytes.insert(contentsOf: [UInt8](repeating: 6, count: 8), at: place)
                default: break
                }
                try write(bytes, to: path)
            }
            let got = try readAll(folder.path, upTo: end, limit: 1_000).records.map(\.entry)
            let unknown = got.filter { !known.contains($0.key) && !$0.interface.hasPrefix("interface ") }
            #expect(unknown.allSatisfy { $0.interface != "traps" }, "seed \(seed), round \(round)")
            #expect(Set(got.map(\.payload)).isSubset(of: Set(entries.map(\.payload))), "seed \(seed), round \(round)")
        }
        print("randomDamageNeverForgesARecord: seed \(seed)")
    }
}
