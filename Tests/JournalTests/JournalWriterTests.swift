import Basics
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Journal

@Suite struct JournalWriterTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func writer(
        _ change: (inout JournalSettings) -> Void = { _ in }, interfaces: [String] = ["traps", "keep-alives"],
        disk: Disk? = nil
    ) throws(JournalError) -> JournalWriter {
        var settings = JournalSettings()
        settings.commitInterval = .zero
        change(&settings)
        return try JournalWriter(
            folder: folder.path, settings: settings, interfaces: interfaces, operations: disk?.operations ?? .system)
    }

    // MARK: What is appended is read back

    @Test func recordsComeBackAsTheyWentIn() throws {
        let writer = try writer()
        let entries = (0..<50).map { entry($0, interface: $0 % 2 == 0 ? "traps" : "keep-alives") }
        try writer.appendAndWait(Array(entries[..<20])).get()
        try writer.appendAndWait(Array(entries[20...])).get()
        let (records, damage) = try readAll(folder.path, upTo: writer.committed)
        #expect(records.map(\.entry.key) == entries.map(\.key))
        #expect(damage.isEmpty)
        #expect(zip(records, records.dropFirst()).allSatisfy { $0.next == $1.position })
        #expect(records.last?.next == writer.committed)
    }

    @Test func theSmallestAndLargestPayloadsFit() throws {
        let writer = try writer()
        let entries = [
            entry(0, payload: []), entry(2, payload: []), entry(0, payload: [7]), entry(0, payload: [1, 2, 3]),
            entry(0, payload: [UInt8](repeating: 0xff, count: 65_507)),
            entry(2, payload: [UInt8](repeating: 0xa5, count: 65_527)),
        ]
        try writer.appendAndWait(entries).get()
        let (records, damage) = try readAll(folder.path, upTo: writer.committed)
        // All have the time of their number; the order of the appends stays among equals.
        #expect(records.map(\.entry.key) == entries.sorted { $0.time < $1.time }.map(\.key))
        #expect(damage.isEmpty)
    }

    @Test func aPayloadThatNoDatagramHasIsRefused() throws {
        let writer = try writer()
        let result = writer.appendAndWait([entry(0), entry(0, payload: [UInt8](repeating: 0, count: 65_508))])
        #expect(throws: JournalError.self) { try result.get() }
        writer.close()
        #expect(try readAll(folder.path).records.isEmpty)
    }

    @Test func anIPv4SenderAtAnIPv6ListenerKeepsItsAddress() throws {
        let writer = try writer()
        var mixed = entry(0)
        mixed.receiver = Endpoint(IPAddress(v6: 0), port: 162)
        try writer.appendAndWait([mixed]).get()
        let records = try readAll(folder.path, upTo: writer.committed).records
        #expect(records.first?.entry.key == mixed.key)
    }

    @Test func aTimeBefore1970IsWrittenAs1970() throws {
        let writer = try writer()
        try writer.appendAndWait([entry(0, time: -5)]).get()
        let records = try readAll(folder.path, upTo: writer.committed).records
        #expect(records.first?.entry.time == Timestamp(nanoseconds: 0))
    }

    @Test func aGroupIsOrderedByReceiveTime() throws {
        let disk = Disk()
        let writer = try writer(disk: disk)
        disk.isGated.withLock { $0 = true }
        // The first batch holds the commit up, so that the other two share the next one.
        writer.append([entry(0, time: 1)])
        disk.entered.wait()
        let answer = Answer()
        writer.append([entry(1, time: 10), entry(1, time: 30)])
        writer.append([entry(3, time: 20), entry(3, time: 30), entry(3, time: 5)]) { answer.give($0) }
        disk.isGated.withLock { $0 = false }
        disk.gate.signal()
        try answer.wait().get()
        let records = try readAll(folder.path, upTo: writer.committed).records
        #expect(records.map(\.entry.time.nanoseconds) == [1, 5, 10, 20, 30, 30])
        #expect(records.map(\.entry.sender.port) == [40_000, 40_003, 40_001, 40_003, 40_001, 40_003])
    }

    // MARK: Durability

    @Test func nothingIsToldOrReadableBeforeItsSync() throws {
        let disk = Disk()
        let writer = try writer(disk: disk)
        let before = writer.committed
        disk.isGated.withLock { $0 = true }
        let answer = Answer()
        writer.append([entry(0)]) { answer.give($0) }
        disk.entered.wait()
        #expect(!answer.isGiven)
        #expect(writer.committed == before)
        #expect(try readAll(folder.path, upTo: writer.committed).records.isEmpty)
        disk.isGated.withLock { $0 = false }
        disk.gate.signal()
        try answer.wait().get()
        #expect(writer.committed > before)
        #expect(try readAll(folder.path, upTo: writer.committed).records.count == 1)
    }

    /// Once for each group, before any of its entries can be found in a file.
    @Test func whatMustBeThereBeforeAGroupIsCalledFor() throws {
        let disk = Disk()
        let writer = try writer(disk: disk)
        let path = folder.path
        let seen = Mutex<[Int]>([])
        writer.beforeCommit {
            let count = try? readAll(path).records.count
            seen.withLock { $0.append(count ?? -1) }
        }
        disk.isGated.withLock { $0 = true }
        writer.append([entry(0)])
        disk.entered.wait()
        // These share the next one.
        let answer = Answer()
        for number in 1..<10 as Range<Int> { writer.append([entry(number)]) { if number == 9 { answer.give($0) } } }
        disk.isGated.withLock { $0 = false }
        disk.gate.signal()
        try answer.wait().get()
        #expect(seen.withLock { $0 } == [0, 1])
    }

    @Test func manyAppendsShareOneSync() throws {
        let disk = Disk()
        let writer = try writer(disk: disk)
        let syncsOfHead = disk.syncCount.withLock { $0 }
        disk.isGated.withLock { $0 = true }
        writer.append([entry(0)])
        disk.entered.wait()
        let answers = (1...20).map { number in
            let answer = Answer()
            writer.append([entry(number)]) { answer.give($0) }
            return answer
        }
        disk.isGated.withLock { $0 = false }
        disk.gate.signal()
        for answer in answers { try answer.wait().get() }
        #expect(disk.syncCount.withLock { $0 } - syncsOfHead == 2)
    }

    @Test func completionsComeInTheOrderOfTheAppends() throws {
        let writer = try writer()
        let order = Mutex<[Int]>([])
        for number in 0..<200 { writer.append([entry(number)]) { _ in order.withLock { $0.append(number) } } }
        writer.close()
        #expect(order.withLock { $0 } == Array(0..<200))
    }

    @Test func anEmptyBatchIsAnsweredToo() throws {
        let writer = try writer()
        try writer.appendAndWait([]).get()
    }

    @Test func syncNeverSyncsNothing() throws {
        let disk = Disk()
        let writer = try writer({ $0.sync = .never }, disk: disk)
        try writer.appendAndWait([entry(0)]).get()
        writer.close()
        #expect(disk.syncCount.withLock { $0 } == 0)
        #expect(try readAll(folder.path).records.count == 1)
    }

    @Test func closeCommitsWhatIsGathered() throws {
        let writer = try writer { $0.commitInterval = .seconds(3_600) }
        try writer.appendAndWait([entry(0)]).get()
        // The next commit is an hour off; closing does not wait for it.
        let answer = Answer()
        writer.append([entry(1), entry(2)]) { answer.give($0) }
        writer.close()
        try answer.wait().get()
        #expect(try readAll(folder.path).records.count == 3)
    }

    @Test func aLargeGroupDoesNotWaitForTheInterval() throws {
        let writer = try writer {
            $0.commitInterval = .seconds(3_600)
            $0.commitSize = 4_096
        }
        try writer.appendAndWait([entry(0)]).get()
        try writer.appendAndWait((0..<100).map { entry($0) }).get()
    }

    @Test func theLastReferenceClosesTheWriter() throws {
        let answer = Answer()
        do {
            let writer = try writer { $0.commitInterval = .seconds(3_600) }
            try writer.appendAndWait([entry(0)]).get()
            writer.append([entry(1)]) { answer.give($0) }
        }
        try answer.wait().get()
        #expect(try readAll(folder.path).records.count == 2)
        _ = try self.writer()
    }

    @Test func afterCloseAppendsFail() throws {
        let writer = try writer()
        writer.close()
        writer.close()
        #expect(throws: JournalError.self) { try writer.appendAndWait([entry(0)]).get() }
        #expect(writer.waitForCommit(beyond: writer.committed, timeout: .seconds(3_600)) == writer.committed)
    }

    @Test func waitForCommitWakesWhenMoreIsDurable() throws {
        let writer = try writer()
        let start = writer.committed
        #expect(writer.waitForCommit(beyond: start, timeout: .zero) == start)
        let thread = Thread { writer.append([entry(0)]) }
        thread.start()
        #expect(writer.waitForCommit(beyond: start, timeout: .seconds(60)) > start)
    }

    // MARK: The gather buffer

    @Test func aFullBufferHoldsTheAppenderUp() throws {
        let disk = Disk()
        let writer = try writer({ $0.gatherLimit = 1_000 }, disk: disk)
        let large = [entry(0, payload: [UInt8](repeating: 1, count: 2_000))]
        disk.isGated.withLock { $0 = true }
        writer.append(large)
        disk.entered.wait()
        writer.append(large)  // fills the buffer
        let isThrough = Mutex(false)
        let answer = Answer()
        let thread = Thread {
            writer.append(large) { answer.give($0) }
            isThrough.withLock { $0 = true }
        }
        thread.start()
        Thread.sleep(forTimeInterval: 0.05)
        #expect(!isThrough.withLock { $0 })
        disk.isGated.withLock { $0 = false }
        disk.gate.signal()
        try answer.wait().get()
        #expect(try readAll(folder.path, upTo: writer.committed).records.count == 3)
    }

    @Test func aFullBufferRefusesTheWritersOwnThread() throws {
        let writer = try writer { $0.gatherLimit = 1_000 }
        let large = [entry(0, payload: [UInt8](repeating: 1, count: 2_000))]
        let first = Answer()
        let second = Answer()
        writer.append([entry(0)]) { _ in
            writer.append(large) { first.give($0) }
            writer.append(large) { second.give($0) }
        }
        try first.wait().get()
        #expect { try second.wait().get() } throws: { ($0 as? JournalError)?.reason == .bufferFull }
    }

    @Test func closingFreesAnAppenderThatWaits() throws {
        let disk = Disk()
        let writer = try writer({ $0.gatherLimit = 1_000 }, disk: disk)
        let large = [entry(0, payload: [UInt8](repeating: 1, count: 2_000))]
        disk.isGated.withLock { $0 = true }
        writer.append(large)
        disk.entered.wait()
        writer.append(large)
        let answer = Answer()
        Thread { writer.append(large) { answer.give($0) } }.start()
        Thread { writer.close() }.start()
        // Refused because the writer closes, not because there was room: the gate is still shut.
        #expect { try answer.wait().get() } throws: { ($0 as? JournalError)?.reason == .closed }
        disk.isGated.withLock { $0 = false }
        disk.gate.signal()
        writer.close()
        #expect(try readAll(folder.path).records.count == 2)
    }

    // MARK: Segments

    @Test func aSecondWriterIsRefused() throws {
        let first = try writer()
        #expect { try writer() } throws: { error in
            let error = error as? JournalError
            return error?.reason == .locked && error?.path == folder.path
        }
        first.close()
        withExtendedLifetime(first) {}
    }

    @Test func theFolderIsFreeOnceTheWriterIsGone() throws {
        _ = try writer()
        _ = try writer()
    }

    @Test func everyStartBeginsANewSegment() throws {
        for number in 0..<3 {
            let writer = try writer()
            #expect(writer.recovered.isEmpty)
            #expect(writer.committed.segment == UInt64(number + 1))
            try writer.appendAndWait([entry(number)]).get()
            writer.close()
        }
        #expect(
            try folder.segments().map { URL(filePath: $0).lastPathComponent } == [
                "trapline-0000000001.pcapng", "trapline-0000000002.pcapng", "trapline-0000000003.pcapng",
            ])
        #expect(try readAll(folder.path).records.map(\.position.segment) == [1, 2, 3])
    }

    @Test func numberingGoesOnBehindAPositionThatAStoreHasSaved() throws {
        let saved = JournalPosition(segment: 57, offset: 1_000)
        let writer = try JournalWriter(
            folder: folder.path, settings: JournalSettings(), interfaces: ["traps"], after: saved)
        try writer.appendAndWait([entry(0)]).get()
        var reader = try JournalReader(folder: folder.path, from: saved)
        let records = try reader.read(upTo: writer.committed, limit: 10)
        #expect(records.map(\.position.segment) == [58])
        #expect(reader.takeDamage().map(\.reason) == [.missingSegments])
    }

    @Test func segmentsRotateAtTheirSize() throws {
        let writer = try writer { $0.segmentSize = 2_000 }
        let entries = (0..<100).map { entry($0, payload: [UInt8](repeating: UInt8($0), count: 100)) }
        for start in stride(from: 0, to: 70, by: 7) {
            try writer.appendAndWait(Array(entries[start..<start + 7])).get()
        }
        for entry in entries[70...] { try writer.appendAndWait([entry]).get() }
        writer.close()
        let (records, damage) = try readAll(folder.path)
        #expect(records.map(\.entry.key) == entries.map(\.key))
        #expect(damage.isEmpty)
        let sizes = try folder.segments().map { try read($0).count }
        #expect(sizes.count > 9)
        #expect(sizes.allSatisfy { $0 <= 2_000 })
    }

    @Test func aRecordLargerThanASegmentStillFinds() throws {
        let writer = try writer { $0.segmentSize = 500 }
        let entries = (0..<3).map { entry($0, payload: [UInt8](repeating: UInt8($0), count: 3_000)) }
        for entry in entries { try writer.appendAndWait([entry]).get() }
        #expect(try readAll(folder.path, upTo: writer.committed).records.map(\.entry.key) == entries.map(\.key))
        #expect(try folder.segments().count == 3)
    }

    @Test func aBatchLargerThanASegmentStaysWhole() throws {
        let writer = try writer { $0.segmentSize = 2_000 }
        try writer.appendAndWait([entry(0)]).get()
        let entries = (1..<40).map { entry($0, payload: [UInt8](repeating: UInt8($0), count: 100)) }
        try writer.appendAndWait(entries).get()
        try writer.appendAndWait([entry(40)]).get()
        let (records, damage) = try readAll(folder.path, upTo: writer.committed)
        #expect(records.map(\.position.segment) == [1] + Array(repeating: 2, count: 39) + [3])
        #expect(damage.isEmpty)
    }

    @Test func aNewInterfaceBeginsASegmentThatDescribesIt() throws {
        let writer = try writer(interfaces: ["traps"])
        try writer.appendAndWait([entry(0)]).get()
        try writer.appendAndWait([entry(1, interface: "späte")]).get()
        try writer.appendAndWait([entry(2)]).get()
        let (records, damage) = try readAll(folder.path, upTo: writer.committed)
        #expect(records.map(\.entry.interface) == ["traps", "späte", "traps"])
        #expect(records.map(\.position.segment) == [1, 2, 2])
        #expect(damage.isEmpty)
    }

    @Test func tooManyInterfacesAreRefusedAndTheRestGoesOn() throws {
        let names = (0..<SegmentHead.mostInterfaces).map { "interface \($0)" }
        let writer = try writer(interfaces: names)
        #expect { try writer.appendAndWait([entry(0, interface: "one more")]).get() } throws: {
            ($0 as? JournalError)?.reason == .tooManyInterfaces
        }
        try writer.appendAndWait([entry(0, interface: "interface 1023")]).get()
        #expect(try readAll(folder.path, upTo: writer.committed).records.map(\.entry.interface) == ["interface 1023"])
    }

    @Test func aLongInterfaceNameIsKeptUpToItsLimit() throws {
        let name = String(repeating: "ä", count: 60_000)
        let writer = try writer(interfaces: [name])
        try writer.appendAndWait([entry(0, interface: name)]).get()
        let records = try readAll(folder.path, upTo: writer.committed).records
        #expect(records.first?.entry.interface == String(repeating: "ä", count: 127))
    }

    @Test func aTornTailIsReportedAtTheNextStart() throws {
        let first = try writer()
        try first.appendAndWait([entry(0), entry(1)]).get()
        first.close()
        let path = try #require(try folder.segments().first)
        try write(try read(path).dropLast(3), to: path)
        let second = try writer()
        #expect(second.recovered.map(\.reason) == [.tornTail])
        #expect(second.recovered.first?.start.segment == 1)
    }

    @Test func aDeletedSegmentIsNotWrittenOn() throws {
        let writer = try writer()
        try writer.appendAndWait([entry(1)]).get()
        for segment in try folder.segments() { try FileManager.default.removeItem(atPath: segment) }
        try writer.appendAndWait([entry(2)]).get()
        #expect(try readAll(folder.path, upTo: writer.committed).records.map(\.entry.key) == [entry(2).key])
    }

    @Test func aDeletedFolderIsAFailureAndNotSilence() throws {
        let writer = try writer()
        try writer.appendAndWait([entry(1)]).get()
        try FileManager.default.removeItem(atPath: folder.path)
        #expect(throws: JournalError.self) { try writer.appendAndWait([entry(2)]).get() }
        #expect(writer.standingFailure != nil)
    }

    @Test func segmentsAreForTheirOwnerAlone() throws {
        _ = try writer()
        let path = try #require(try folder.segments().first)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func aMissingFolderIsMade() throws {
        let path = folder.path + "/a/b"
        _ = try JournalWriter(folder: path, settings: JournalSettings(), interfaces: ["traps"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test func aFolderThatCannotBeMadeIsAClearError() throws {
        try write([], to: folder.path + "/file")
        #expect {
            try JournalWriter(folder: folder.path + "/file/x", settings: JournalSettings(), interfaces: [])
        } throws: {
            ($0 as? JournalError)?.description.contains("Not a directory") ?? false
        }
    }
}
