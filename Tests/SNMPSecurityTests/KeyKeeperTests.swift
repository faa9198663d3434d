import Basics
import Foundation
import SNMPWire
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
        let keeper = keeper(security, path)
        try receive(security, 0..<3)
        #expect(throws: FileFailure.self) { try keeper.save() }
        #expect(throws: FileFailure.self) { try keeper.save() }
        // They serve all the same.
        #expect(keeper.keys.kept.entries.count == 3)
        try FileManager.default.createDirectory(atPath: folder.file("missing"), withIntermediateDirectories: false)
        try keeper.save()
        #expect(try KeptKeysFile.read(path).keys.entries.count == 3)
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
