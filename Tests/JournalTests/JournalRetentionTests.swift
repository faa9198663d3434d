import Basics
import Foundation
import Synchronization
import Testing

@testable import Journal

/// The writer's bounds, removals beside readers, and the full disk.
@Suite struct JournalRetentionTests {
    let folder: TemporaryFolder
    let disk = Disk()

    init() throws {
        folder = try TemporaryFolder()
    }

    private func writer(segmentSize: Int = 1_000, reserve: SpaceReserve? = nil) throws -> JournalWriter {
        var settings = JournalSettings()
        settings.segmentSize = segmentSize
        settings.commitInterval = .zero
        return try JournalWriter(
            folder: folder.path, settings: settings, interfaces: ["traps", "trapline"], ownInterface: "trapline",
            reserve: reserve, operations: disk.operations)
    }

    private func fill(_ writer: JournalWriter, _ range: Range<Int>) throws {
        for number in range {
            try writer.appendAndWait([entry(number, payload: [UInt8](repeating: 7, count: 300))]).get()
        }
    }

    @Test func theWriterKnowsItsSegments() throws {
        do {
            let writer = try writer()
            try fill(writer, 0..<7)
            writer.close()
        }
        let writer = try writer()
        try fill(writer, 7..<10)
        let sizes = try folder.segments().map { UInt64(try read($0).count) }
        #expect(writer.segments.map(\.size) == sizes)
        #expect(writer.size == sizes.reduce(0, +))
        #expect(writer.segments.map(\.number) == Array(1...UInt64(sizes.count)))
    }

    @Test func pastItsLimitOnlyOwnFactsAreTaken() throws {
        let writer = try writer()
        writer.limit(to: 3_000)
        var accepted = 0
        var refusal: JournalError?
        while refusal == nil, accepted < 100 {
            switch writer.appendAndWait([entry(accepted, payload: [UInt8](repeating: 7, count: 300))]) {
            case .success: accepted += 1
            case .failure(let error): refusal = error
            }
        }
        #expect(refusal?.reason == .journalFull && refusal?.reason.rawValue == "journal-full")
        #expect(writer.size >= 3_000 && writer.size < 3_400)
        #expect(writer.standingFailure == nil, "nothing is wrong with the disk")
        try writer.appendAndWait([entry(1, interface: "trapline")]).get()
        var batch = JournalBatch(interface: "traps")
        let payload: [UInt8] = [1]
        let isTaken = batch.append(
            time: .now, sender: entry(0).sender, receiver: entry(0).receiver, payload: payload.span.bytes)
        #expect(isTaken)
        let answer = Answer()
        writer.append(&batch) { answer.give($0) }
        #expect(throws: JournalError.self) { try answer.wait().get() }
        // Room that is made is taken again.
        try writer.remove(segment: 1)
        try writer.appendAndWait([entry(accepted)]).get()
    }

    /// A thousand appends at once come no further past the limit than what was on its way.
    @Test func theLimitHoldsWhateverIsGathered() throws {
        let writer = try writer(segmentSize: 10_000)
        writer.limit(to: 20_000)
        let answers = (0..<1_000).map { number in
            let answer = Answer()
            writer.append([entry(number, payload: [UInt8](repeating: 7, count: 300))]) { answer.give($0) }
            return answer
        }
        let accepted = answers.count { (try? $0.wait().get()) != nil }
        #expect(writer.size >= 20_000 && writer.size < 22_000, "\(writer.size)")
        #expect(accepted == (try readAll(folder.path)).records.count)
    }

    @Test func theSegmentBeingWrittenIsNotRemoved() throws {
        let writer = try writer()
        try fill(writer, 0..<7)
        let last = try #require(writer.segments.last?.number)
        try writer.remove(segment: last)
        try writer.remove(segment: last + 1)
        #expect(writer.segments.last?.number == last)
        #expect(try folder.segments().count == Int(last))
    }

    @Test func whatCannotBeRemovedIsStillThere() throws {
        let writer = try writer()
        try fill(writer, 0..<7)
        disk.failures.withLock { $0.allRemoves = EIO }
        let segments = writer.segments
        #expect(throws: JournalError.self) { try writer.remove(segment: 1) }
        #expect(writer.segments == segments)
        disk.failures.withLock { $0.allRemoves = nil }
        try writer.remove(segment: 1)
        #expect(writer.segments == Array(segments.dropFirst()))
        // Somebody else was faster.
        try FileManager.default.removeItem(atPath: try #require(try folder.segments().first))
        try writer.remove(segment: 2)
        #expect(writer.segments == Array(segments.dropFirst(2)))
    }

    @Test func whoWaitsIsToldOfANewSegment() throws {
        let begun = Mutex(0)
        let writer = try writer()
        writer.whenSegmentBegins { begun.withLock { $0 += 1 } }
        try fill(writer, 0..<7)
        writer.close()
        #expect(begun.withLock { $0 } == writer.segments.count - 1)
    }

    // MARK: Readers

    /// A first segment without its predecessor is where the journal begins, and no damage.
    @Test func aJournalWithoutItsOldestSegmentsIsWhole() throws {
        let writer = try writer()
        try fill(writer, 0..<10)
        let before = try readAll(folder.path).records
        try writer.remove(segment: 1)
        try writer.remove(segment: 2)
        let (records, damage) = try readAll(folder.path)
        #expect(damage == [])
        #expect(records.map(\.position) == before.map(\.position).filter { $0.segment > 2 })
        writer.close()
        let next = try self.writer()
        #expect(next.recovered == [])
        try fill(next, 10..<11)
        #expect(try readAll(folder.path).damage == [])
    }

    @Test func aReaderWhoseSegmentGoesReadsItToItsEndAndGoesOn() throws {
        let writer = try writer()
        try fill(writer, 0..<10)
        let all = try readAll(folder.path).records
        var reader = try JournalReader(folder: folder.path, from: nil)
        let first = try reader.read(upTo: writer.committed, limit: 1)
        try writer.remove(segment: 1)
        let rest = try reader.read(upTo: writer.committed, limit: 100)
        #expect((first + rest).map(\.position) == all.map(\.position))
        #expect(reader.takeDamage() == [])
    }

    @Test func aReaderBehindWhatIsGoneSaysSoAndGoesOn() throws {
        let writer = try writer()
        try fill(writer, 0..<10)
        let all = try readAll(folder.path).records
        var reader = try JournalReader(folder: folder.path, from: nil)
        _ = try reader.read(upTo: writer.committed, limit: 1)
        for segment in 1...3 as ClosedRange<UInt64> { try writer.remove(segment: segment) }
        let rest = try reader.read(upTo: writer.committed, limit: 100)
        // The segment that it had open is read to its end.
        #expect(rest.map(\.position) == all.dropFirst().map(\.position).filter { ![2, 3].contains($0.segment) })
        #expect(
            reader.takeDamage() == [
                JournalDamage(
                    .missingSegments, start: JournalPosition(segment: 2, offset: 0),
                    end: JournalPosition(segment: 4, offset: 0))
            ])
    }

    @Test func aLookUpInWhatIsGoneFindsNothing() throws {
        let writer = try writer()
        try fill(writer, 0..<10)
        let records = try readAll(folder.path).records
        let reader = try JournalReader(folder: folder.path, from: nil)
        for record in records { #expect(try reader.record(at: record.position).entry.key == record.entry.key) }
        try writer.remove(segment: 1)
        try writer.remove(segment: 2)
        reader.release(segmentsBelow: 3)
        #expect(try openFiles().contains { $0.contains("deleted") } == false, "the space is not free")
        for record in records {
            let found = try? reader.record(at: record.position)
            #expect((found == nil) == (record.position.segment < 3))
        }
    }

    private func openFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
        }.filter { $0.hasPrefix(folder.path + "/") }
    }

    // MARK: The full disk

    private func reserve(_ disks: SpaceReserveTests.Disks) -> SpaceReserve { disks.reserve() }

    @Test func aFullDiskCostsTheBallastAndKeepsOwnFacts() throws {
        let disks = SpaceReserveTests.Disks(["/data": 150])
        let reserve = disks.reserve()
        let writer = try writer(reserve: reserve)
        try writer.appendAndWait([entry(0)]).get()
        disks.set(0)
        // The next write fails; in the ballast's room the one after it does not.
        disk.failures.withLock { $0.writes = [ENOSPC] }
        let answers = [Answer(), Answer(), Answer()]
        disk.isGated.withLock { $0 = true }
        writer.append([entry(1)]) { answers[0].give($0) }
        writer.append([entry(2, interface: "trapline")]) { answers[1].give($0) }
        writer.append([entry(3)]) { answers[2].give($0) }
        disk.isGated.withLock { $0 = false }
        for _ in 0..<8 { disk.gate.signal() }
        let failed = answers.map { answer -> JournalError.Reason? in
            guard case .failure(let error) = answer.wait() else { return nil }
            return error.reason
        }
        #expect(failed[1] == nil, "the own fact is kept")
        #expect(failed.contains(.diskFull))
        #expect(reserve.isGivenUp)
        #expect(reserve.cause.contains("No space left on device"))
        // From now on datagrams fail at once.
        guard case .failure(let error) = writer.appendAndWait([entry(4)]) else {
            Issue.record("a datagram was taken on a full disk")
            return
        }
        #expect(error.reason == .diskFull)
        try writer.appendAndWait([entry(5, interface: "trapline")]).get()
        disks.set(1_000)
        #expect(reserve.restore())
        try writer.appendAndWait([entry(6)]).get()
        let kept = try readAll(folder.path).records.map(\.entry.key)
        #expect(kept.contains(entry(2, interface: "trapline").key))
        #expect(kept.suffix(2) == [entry(5, interface: "trapline").key, entry(6).key])
        #expect(!kept.contains(entry(4).key))
    }

    /// In the ballast's room too there is an end; then the failure is told, and service resumes all the same.
    @Test func aBallastThatDoesNotHelpIsOutlivedToo() throws {
        let disks = SpaceReserveTests.Disks(["/data": 150])
        let reserve = disks.reserve()
        let writer = try writer(reserve: reserve)
        disk.failures.withLock { $0.allWrites = ENOSPC }
        for number in 0..<3 {
            #expect(throws: JournalError.self) {
                try writer.appendAndWait([entry(number, interface: number == 1 ? "trapline" : "traps")]).get()
            }
        }
        #expect(reserve.isGivenUp && writer.standingFailure?.reason == .diskFull)
        disk.failures.withLock { $0.allWrites = nil }
        try writer.appendAndWait([entry(3, interface: "trapline")]).get()
        #expect(writer.standingFailure == nil)
        disks.set(1_000)
        reserve.restore()
        try writer.appendAndWait([entry(4)]).get()
        #expect(
            try readAll(folder.path).records.map(\.entry.key) == [entry(3, interface: "trapline").key, entry(4).key])
    }

    /// The store found it full: the journal takes no more datagrams either, and those gathered by then are not written
    /// in the room that is for own facts.
    @Test func whatWasGatheredIsLeftOutToo() throws {
        let disks = SpaceReserveTests.Disks(["/data": 150])
        let reserve = disks.reserve()
        let writer = try writer(reserve: reserve)
        disk.isGated.withLock { $0 = true }
        let answers = [Answer(), Answer(), Answer()]
        writer.append([entry(0)]) { answers[0].give($0) }
        disk.entered.wait()
        writer.append([entry(1)]) { answers[1].give($0) }
        writer.append([entry(2, interface: "trapline")]) { answers[2].give($0) }
        reserve.giveUp("the store")
        disk.isGated.withLock { $0 = false }
        disk.gate.signal()
        try answers[0].wait().get()
        #expect(throws: JournalError.self) { try answers[1].wait().get() }
        try answers[2].wait().get()
        #expect(writer.standingFailure == nil)
    }

    @Test func aStartOnAFullDiskStandsOnTheBallast() throws {
        let disks = SpaceReserveTests.Disks(["/data": 150])
        let reserve = disks.reserve()
        disk.failures.withLock { $0.writes = [ENOSPC] }
        let writer = try writer(reserve: reserve)
        #expect(reserve.isGivenUp)
        try writer.appendAndWait([entry(0, interface: "trapline")]).get()
    }

    /// EIO is no lack of space: the ballast stays.
    @Test func aFailingDiskKeepsTheBallast() throws {
        let disks = SpaceReserveTests.Disks(["/data": 150])
        let reserve = disks.reserve()
        let writer = try writer(reserve: reserve)
        disk.failures.withLock { $0.allWrites = EIO }
        #expect(throws: JournalError.self) { try writer.appendAndWait([entry(0)]).get() }
        #expect(!reserve.isGivenUp && writer.standingFailure?.reason == .inputOutput)
        disk.failures.withLock { $0.allWrites = nil }
        try writer.appendAndWait([entry(1)]).get()
    }
}
