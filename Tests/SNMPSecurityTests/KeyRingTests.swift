import Foundation
import SNMPWire
import TestPeers
import Testing

@testable import SNMPSecurity

@Suite struct KeyRingTests {
    private func keys(_ number: Int) -> LocalisedKeys {
        let octets = (0..<32).map { UInt8(truncatingIfNeeded: number + $0) }
        return LocalisedKeys(
            authenticationProtocol: .sha256, authenticationKey: Key(octets), privacyProtocol: .aes128,
            privacyKey: Key(Array(octets.prefix(16))))
    }

    private func user(_ name: String) throws -> ShortOctets {
        let octets = ShortOctets(Array(name.utf8).rawOctets)
        return try #require(octets)
    }

    @Test func isBoundedAndKeepsWhatIsInUse() throws {
        let ring = KeyRing(limit: 100)
        let name = try user("ops")
        for number in 0..<1_000 {
            ring.keep(keys(number), 1, user: name, at: Samples.engine(UInt32(number)))
            #expect(ring.count <= 100)
            // The first one is asked for again and again.
            #expect(ring.keys(1, at: Samples.engine(0)) == keys(0))
        }
        #expect(ring.keys(1, at: Samples.engine(999)) == keys(999))
        #expect(ring.keys(1, at: Samples.engine(500)) == nil)
        #expect(ring.keys(2, at: Samples.engine(0)) == nil)
        let news = ring.takeNews()
        #expect(news.kept.count == 50)
        #expect(news.missed == 950)
    }

    @Test func keysArePrintedByNothing() throws {
        let entry = KeptKeys.Entry(user: try user("ops"), engine: Samples.device, keys: keys(1))
        let dumped = String(reflecting: entry) + "\(entry)"
        #expect(dumped.contains("<key>"))
        #expect(!dumped.contains("2, 3, 4"))
    }

    @Test func keptKeysLieOnDisk() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys")
        #expect(try KeptKeysFile.read(path).keys.isEmpty)
        let entries = try (0..<5).map {
            KeptKeys.Entry(user: try user("ops \($0)"), engine: Samples.engine(UInt32($0)), keys: keys($0))
        }
        try KeptKeysFile.append(Array(entries[..<3]), to: path)
        try KeptKeysFile.append(Array(entries[3...]), to: path)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        #expect(Set(try KeptKeysFile.read(path).keys.entries) == Set(entries))

        // A crash in the middle of the last line, and a line after it.
        let whole = try Data(contentsOf: URL(filePath: path))
        for cut in [1, 2, 40, 120] {
            try whole.dropLast(cut).write(to: URL(filePath: path))
            let read = try KeptKeysFile.read(path)
            #expect(read.damagedLines == 1)
            #expect(Set(read.keys.entries) == Set(entries.dropLast()))
            try KeptKeysFile.append([entries[4]], to: path)
            #expect(Set(try KeptKeysFile.read(path).keys.entries) == Set(entries))
        }
        try KeptKeysFile.replace(path, with: KeptKeys([entries[1]]))
        #expect(try KeptKeysFile.read(path).keys.entries == [entries[1]])
    }

    @Test func ofOneUserAtOneEngineFewAreKept() throws {
        var kept = KeptKeys()
        for number in 0..<10 {
            kept.keep(KeptKeys.Entry(user: try user("ops"), engine: Samples.device, keys: keys(number)))
        }
        #expect(kept.entries.count == KeptKeys.mostForOne)
        #expect(kept.keys(of: try user("ops"), at: Samples.device).first == keys(9))
        // Written and read again the latest is still first.
        #expect(KeptKeys(kept.entries).keys(of: try user("ops"), at: Samples.device).first == keys(9))
    }
}
