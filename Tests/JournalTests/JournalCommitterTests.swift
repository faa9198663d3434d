import Basics
import Foundation
import Glibc
import Synchronization
import TestPeers
import Testing

@testable import Journal

/// What happens when the disk does not do what it should.
@Suite struct JournalCommitterTests {
    let folder: TemporaryFolder
    let disk = Disk()

    init() throws {
        folder = try TemporaryFolder()
    }

    private func writer() throws -> JournalWriter {
        var settings = JournalSettings()
        settings.commitInterval = .zero
        return try JournalWriter(
            folder: folder.path, settings: settings, interfaces: ["traps"], operations: disk.operations)
    }

    @Test(arguments: [EIO, ENOSPC]) func aFailedSyncIsNeverRepeatedOnTheSameFile(error: Int32) throws {
        let writer = try writer()
        try writer.appendAndWait([entry(0)]).get()
        disk.failures.withLock { $0.syncs = [error] }
        try writer.appendAndWait([entry(1), entry(2)]).get()
        try writer.appendAndWait([entry(3)]).get()
        let (records, damage) = try readAll(folder.path, upTo: writer.committed)
        #expect(records.map(\.entry.key) == (0..<4).map { entry($0).key })
        #expect(records.map(\.position.segment) == [1, 2, 2, 2])
        #expect(damage.isEmpty)
        #expect(writer.standingFailure == nil)
    }

    /// A kill may have come between a write and its sync.
    @Test func whatTheLastWriterLeftIsMadeDurableFirst() throws {
        try writer().appendAndWait([entry(0)]).get()
        let before = disk.syncCount.withLock { $0 }
        let next = try writer()
        #expect(next.pastFailure == nil)
        // The segment before, and its own head.
        #expect(disk.syncCount.withLock { $0 } == before + 2)
        next.close()
        disk.failures.withLock { $0.syncs = [EIO] }
        let last = try writer()
        #expect(last.pastFailure?.reason == .inputOutput)
        try last.appendAndWait([entry(1)]).get()
        #expect(try readAll(folder.path, upTo: last.committed).records.count == 2)
    }

    @Test func aShortWriteEndsTheSegmentAtItsLastDurableBlock() throws {
        let writer = try writer()
        try writer.appendAndWait([entry(0)]).get()
        let end = writer.committed
        disk.failures.withLock { $0.writes = [ENOSPC] }
        try writer.appendAndWait([entry(1)]).get()
        let first = try #require(try folder.segments().first)
        #expect(try read(first).count == Int(end.offset))
        let (records, damage) = try readAll(folder.path, upTo: writer.committed)
        #expect(records.map(\.entry.key) == [entry(0).key, entry(1).key])
        #expect(damage.isEmpty)
    }

    @Test func whereCuttingFailsTheNextHeadTellsTheEnd() throws {
        let writer = try writer()
        try writer.appendAndWait([entry(0)]).get()
        let end = writer.committed
        // The group is written in full and only its sync fails: its blocks stay in the old segment, whole.
        disk.failures.withLock {
            $0.syncs = [EIO]
            $0.truncates = EIO
        }
        try writer.appendAndWait([entry(1)]).get()
        let first = try #require(try folder.segments().first)
        #expect(try read(first).count > Int(end.offset))
        let (records, damage) = try readAll(folder.path, upTo: writer.committed)
        #expect(records.map(\.entry.key) == [entry(0).key, entry(1).key])
        #expect(damage.isEmpty)
    }

    /// The pipeline holds the segment open from the start, and a removed file can still be read.
    @Test(arguments: [nil, EIO], [false, true]) func aReaderInASegmentThatIsGivenUpWithoutARecordReadsNothingOfIt(
        truncation: Int32?, isFirstStart: Bool
    ) throws {
        if !isFirstStart {
            let before = try writer()
            try before.appendAndWait([entry(0)]).get()
            before.close()
        }
        let writer = try writer()
        var reader = try JournalReader(folder: folder.path, from: nil)
        var read = try reader.read(upTo: writer.committed, limit: 10)
        disk.failures.withLock {
            $0.syncs = [EIO]
            $0.truncates = truncation
        }
        try writer.appendAndWait([entry(1)]).get()
        read += try reader.read(upTo: writer.committed, limit: 10)
        #expect(read.map(\.entry.key) == (isFirstStart ? [] : [entry(0).key]) + [entry(1).key])
        #expect(reader.takeDamage().isEmpty)
    }

    @Test(arguments: [false, true]) func segmentsThatAreGivenUpWithoutARecordAreNotMissed(isFirstStart: Bool) throws {
        if !isFirstStart { try writer().close() }
        let writer = try writer()
        var reader = try JournalReader(folder: folder.path, from: nil)
        disk.failures.withLock { $0.allWrites = EIO }
        #expect(throws: JournalError.self) { try writer.appendAndWait([entry(0)]).get() }
        #expect(try reader.read(upTo: writer.committed, limit: 10).isEmpty)
        disk.failures.withLock { $0.allWrites = nil }
        try writer.appendAndWait([entry(1)]).get()
        #expect(try reader.read(upTo: writer.committed, limit: 10).map(\.entry.key) == [entry(1).key])
        #expect(reader.takeDamage().isEmpty)
    }

    @Test(arguments: [ENOSPC, EDQUOT, EIO]) func aDiskThatKeepsFailingIsToldAndServiceResumesByItself(error: Int32)
        throws
    {
        let writer = try writer()
        try writer.appendAndWait([entry(0)]).get()
        let committed = writer.committed
        disk.failures.withLock { $0.allWrites = error }
        let reason = error == EIO ? JournalError.Reason.inputOutput : .diskFull
        for number in 1...3 {
            #expect { try writer.appendAndWait([entry(number)]).get() } throws: {
                ($0 as? JournalError)?.reason == reason
            }
        }
        #expect(writer.committed == committed)
        // The failure stands until a group succeeds; it is set after the group's completions.
        disk.failures.withLock { $0.allWrites = nil }
        try writer.appendAndWait([entry(4)]).get()
        let (records, damage) = try readAll(folder.path, upTo: writer.committed)
        #expect(records.map(\.entry.key) == [entry(0).key, entry(4).key])
        #expect(damage.isEmpty)
        // Segments that could not be begun are not left behind.
        #expect(try folder.segments().count == 2)
        writer.close()
        #expect(writer.standingFailure == nil)
    }

    @Test func segmentsThatCannotBeCreatedAreToldToo() throws {
        let writer = try writer()
        disk.failures.withLock {
            $0.allCreates = EMFILE
            $0.syncs = [EIO]
        }
        #expect(throws: JournalError.self) { try writer.appendAndWait([entry(0)]).get() }
        disk.failures.withLock { $0.allCreates = nil }
        try writer.appendAndWait([entry(1)]).get()
        #expect(try readAll(folder.path, upTo: writer.committed).records.map(\.entry.key) == [entry(1).key])
    }

    @Test func aWriterThatCannotBeginSaysSo() throws {
        disk.failures.withLock { $0.allWrites = ENOSPC }
        #expect { try writer() } throws: { ($0 as? JournalError)?.reason == .diskFull }
        #expect(try folder.segments().isEmpty)
        disk.failures.withLock { $0.allWrites = nil }
        _ = try writer()
    }

    @Test func aGroupOverSeveralSegmentsIsWrittenAgainOnlyFromWhereItFailed() throws {
        var settings = JournalSettings()
        settings.segmentSize = 2_000
        settings.commitInterval = .zero
        let writer = try JournalWriter(
            folder: folder.path, settings: settings, interfaces: ["traps"], operations: disk.operations)
        let entries = (0..<40).map { entry($0, payload: [UInt8](repeating: UInt8($0), count: 100)) }
        disk.isGated.withLock { $0 = true }
        writer.append([entries[0]])
        disk.entered.wait()
        let answers = (1..<40).map { number in
            let answer = Answer()
            writer.append([entries[number]]) { answer.give($0) }
            return answer
        }
        // The running commit's sync, and those of two segments' heads and three runs, of which the last fails.
        disk.failures.withLock { $0.syncs = [nil, nil, nil, nil, nil, EIO] }
        disk.isGated.withLock { $0 = false }
        disk.gate.signal()
        for answer in answers { try answer.wait().get() }
        let (records, damage) = try readAll(folder.path, upTo: writer.committed)
        #expect(records.map(\.entry.key) == entries.map(\.key))
        #expect(damage.isEmpty)
        #expect(disk.failures.withLock { $0.syncs.isEmpty })
    }

    @Test func batchesThatAreWhollyDurableSucceedWhereAGroupFailsLater() throws {
        var settings = JournalSettings()
        settings.segmentSize = 1_500
        settings.commitInterval = .zero
        let writer = try JournalWriter(
            folder: folder.path, settings: settings, interfaces: ["traps"], operations: disk.operations)
        disk.isGated.withLock { $0 = true }
        writer.append([entry(0)])
        disk.entered.wait()
        let durable = Answer()
        let failing = Answer()
        writer.append([entry(1, payload: [UInt8](repeating: 1, count: 1_000))]) { durable.give($0) }
        writer.append([entry(2, payload: [UInt8](repeating: 2, count: 1_000))]) { failing.give($0) }
        // The running commit's sync and the next run's pass; after them no segment can be created.
        disk.failures.withLock { $0.allCreates = EMFILE }
        disk.isGated.withLock { $0 = false }
        disk.gate.signal()
        try durable.wait().get()
        #expect(throws: JournalError.self) { try failing.wait().get() }
        let records = try readAll(folder.path, upTo: writer.committed).records
        #expect(records.map(\.entry.key).last == entry(1, payload: [UInt8](repeating: 1, count: 1_000)).key)
    }

    /// A batch has one outcome, and its senders repeat what is told to have failed: none of that may be on disk.
    @Test func ofABatchThatFailedNothingIsDurable() throws {
        var settings = JournalSettings()
        settings.segmentSize = 1_500
        settings.commitInterval = .zero
        let writer = try JournalWriter(
            folder: folder.path, settings: settings, interfaces: ["traps"], operations: disk.operations)
        disk.isGated.withLock { $0 = true }
        writer.append([entry(0)])
        disk.entered.wait()
        // Two sockets' batches, mixed by their times; the segment has room for half of them.
        let batches = [[1, 3, 5, 7], [2, 4, 6, 8]].map { numbers in
            numbers.map { entry($0, payload: [UInt8](repeating: UInt8($0), count: 200)) }
        }
        let answers = batches.map { batch in
            let answer = Answer()
            writer.append(batch) { answer.give($0) }
            return answer
        }
        disk.failures.withLock { $0.allCreates = EMFILE }
        disk.isGated.withLock { $0 = false }
        disk.gate.signal()
        for answer in answers { #expect(throws: JournalError.self) { try answer.wait().get() } }
        #expect(try readAll(folder.path, upTo: writer.committed).records.map(\.entry.key) == [entry(0).key])
        // They are repeated, and are there once.
        disk.failures.withLock { $0.allCreates = nil }
        for batch in batches { try writer.appendAndWait(batch).get() }
        let records = try readAll(folder.path, upTo: writer.committed).records
        #expect(records.map(\.entry.key) == ([entry(0)] + batches.flatMap(\.self)).map(\.key))
    }

    /// Four threads append while writes, syncs and cuts fail at random, and a reader follows: what was told durable is
    /// there, once.
    @Test func randomFailuresNeverLoseOrDoubleWhatWasToldDurable() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<4 {
            let folder = try TemporaryFolder()
            let disk = Disk()
            var settings = JournalSettings()
            settings.commitInterval = .zero
            settings.segmentSize = 6_000
            settings.gatherLimit = 20_000
            let writer = try JournalWriter(
                folder: folder.path, settings: settings, interfaces: ["traps"], operations: disk.operations)
            disk.failures.withLock { failures in
                failures.writes = (0..<400).map { _ in Int.random(in: 0..<40, using: &random) == 0 ? ENOSPC : nil }
                failures.syncs = (0..<400).map { _ in Int.random(in: 0..<40, using: &random) == 0 ? EIO : nil }
                failures.truncates = round % 2 == 0 ? EIO : nil
            }
            let told = Mutex<Set<String>>([])
            let failed = Mutex<Set<String>>([])
            let ended = DispatchSemaphore(value: 0)
            for thread in 0..<4 {
                Thread {
                    for batch in 0..<60 {
                        let entries = (0..<5).map { entry(thread * 1_000 + batch * 5 + $0) }
                        writer.append(entries) { result in
                            switch result {
                            case .success: told.withLock { $0.formUnion(entries.map(\.key)) }
                            case .failure: failed.withLock { $0.formUnion(entries.map(\.key)) }
                            }
                        }
                    }
                    ended.signal()
                }.start()
            }
            var follower = try JournalReader(folder: folder.path, from: nil)
            var followed: [String] = []
            var running = 4
            while running > 0 {
                if ended.wait(timeout: .now() + .milliseconds(1)) == .success { running -= 1 }
                followed += try follower.read(upTo: writer.committed, limit: .max).map(\.entry.key)
            }
            let end = {
                writer.close(); return writer.committed
            }()
            followed += try follower.read(upTo: end, limit: .max).map(\.entry.key)
            let (records, damage) = try readAll(folder.path, upTo: end)
            let read = records.map(\.entry.key)
            #expect(followed == read, "seed \(seed), round \(round)")
            #expect(follower.takeDamage().isEmpty, "seed \(seed), round \(round)")
            #expect(Set(read) == told.withLock { $0 }, "seed \(seed), round \(round)")
            #expect(failed.withLock { $0.isDisjoint(with: read) }, "seed \(seed), round \(round)")
            #expect(Set(read).count == read.count, "seed \(seed), round \(round)")
            #expect(damage.isEmpty, "seed \(seed), round \(round): \(damage)")
            #expect(!told.withLock { $0.isEmpty }, "seed \(seed), round \(round)")
        }
        print("randomFailuresNeverLoseOrDoubleWhatWasToldDurable: seed \(seed)")
    }
}
