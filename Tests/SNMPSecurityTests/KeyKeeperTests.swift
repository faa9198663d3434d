import Basics
import Foundation
import SNMPWire
import Synchronization
import TestPeers
import Testing

@testable import SNMPSecurity

@Suite struct KeyKeeperTests {
    private let user = Samples.user()

    private func keeper(_ security: IncomingSecurity, _ path: String?, limit: Int = 100) -> KeyKeeper {
        KeyKeeper(DecryptionKeys(users: security.users, ring: security.ring), path: path, limit: limit)
    }

    private func receive(_ security: IncomingSecurity, _ engines: Range<UInt32>, time: Int32 = 1_000) throws {
        for number in engines {
            let datagram = try Samples.message(user, engine: Samples.engine(100 + number), time: time)
            #expect(try security.refusal(datagram) == nil)
        }
    }

    @Test func writesEachKeyOnce() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys")
        // A ring so small that keys are localised again and again.
        let security = Samples.security([user], ring: KeyRing(limit: 4))
        let keeper = keeper(security, path)
        try keeper.save()
        #expect(!FileManager.default.fileExists(atPath: path))
        for round in 0..<3 as Range<Int32> {
            for number in 0..<20 as Range<UInt32> {
                try receive(security, number..<number + 1, time: 1_000 + round)
                try keeper.save()
            }
        }
        #expect(security.ring.localisations > 20)
        #expect(keeper.count == 20 && keeper.missed == 0)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.split(separator: "\n").count == 20)
        #expect(Set(try KeptKeysFile.read(path).keys.entries) == Set(keeper.keys.kept.entries))
    }

    @Test func whatCannotBeWrittenIsTriedAgain() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("missing/keys")
        let security = Samples.security([user])
        let now = Atomic<Int64>(0)
        let clock = { @Sendable in now.load(ordering: .relaxed) }
        let keeper = KeyKeeper(
            DecryptionKeys(users: security.users, ring: security.ring), path: path, limit: 100, now: clock)
        try receive(security, 0..<3)
        #expect(throws: FileFailure.self) { try keeper.save() }
        // They serve all the same.
        #expect(keeper.keys.kept.entries.count == 3)
        try FileManager.default.createDirectory(atPath: folder.file("missing"), withIntermediateDirectories: false)
        // Not for each batch, on a disk that fails.
        now.store(KeyKeeper.pause - 1, ordering: .relaxed)
        #expect(throws: FileFailure.self) { try keeper.save() }
        #expect(!FileManager.default.fileExists(atPath: path))
        now.store(KeyKeeper.pause, ordering: .relaxed)
        try keeper.save()
        #expect(try KeptKeysFile.read(path).keys.entries.count == 3)
    }

    /// As the journal's segments go, and not only at a start.
    @Test func whatNoSegmentNeedsIsGivenUp() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys")
        let before = Samples.security([user])
        try receive(before, 0..<3)
        try keeper(before, path).save()

        let begun = try KeptKeysFile.begin(path, segment: 4, oldest: 1)
        #expect(begun.lowestMark == 4)
        let security = Samples.security([user])
        let keeper = KeyKeeper(
            DecryptionKeys(users: security.users, kept: begun.keys, ring: security.ring), path: path,
            lowestMark: begun.lowestMark)
        // One of them is used again, and is on disk; another is about to be.
        try receive(security, 0..<1)
        try keeper.save()
        try keeper.trim(oldest: 3)
        #expect(try KeptKeysFile.read(path).keys.entries.count == 3)
        try keeper.trim(oldest: 4)
        let left = try KeptKeysFile.read(path)
        #expect(left.keys.entries.map(\.engine) == [Samples.engine(100)] && left.lowestMark == nil)
        #expect(keeper.keys.kept.entries == left.keys.entries)
        try receive(security, 1..<2)
        try keeper.save()
        #expect(try KeptKeysFile.read(path).keys.entries.count == 2)
    }

    /// The file is long, and the journal's thread must not wait until it is read and written anew.
    @Test func whatIsAddedMeanwhileStays() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys")
        let before = Samples.security([user])
        try receive(before, 0..<3)
        try keeper(before, path).save()
        let old = Set(try KeptKeysFile.begin(path, segment: 4, oldest: 1).keys.entries)
        let length = try PrivateFile.length(of: path)
        let trimmed = try KeptKeysFile.trim(path, oldest: 4, length: length)
        #expect(Set(trimmed.gone) == old && trimmed.lowestMark == nil)
        // One of them is used again, and there is a new one.
        let security = Samples.security([user])
        try receive(security, 2..<4)
        try keeper(security, path).save()
        try KeptKeysFile.finish(trimmed, path)
        let left = try KeptKeysFile.read(path)
        #expect(Set(left.keys.entries.map(\.engine)) == [Samples.engine(102), Samples.engine(103)])
        #expect(left.lowestMark == nil && left.damagedLines == 0)
    }

    @Test func isBounded() throws {
        let security = Samples.security([user])
        let keeper = keeper(security, nil, limit: 5)
        try receive(security, 0..<8)
        try keeper.save()
        #expect(keeper.count == 5 && keeper.missed == 3)
        #expect(keeper.keys.kept.entries.count == 5)
    }
}
