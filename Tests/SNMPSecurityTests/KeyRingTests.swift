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
            #expect(ring.count <= 200)
            // The first one is asked for again and again.
            #expect(ring.keys(1, at: Samples.engine(0)) == keys(0))
        }
        #expect(ring.keys(1, at: Samples.engine(999)) == keys(999))
        #expect(ring.keys(1, at: Samples.engine(500)) == nil)
        #expect(ring.keys(2, at: Samples.engine(0)) == nil)
        let news = ring.takeNews()
        #expect(news.kept.count == 100)
        #expect(news.missed == 900)
    }

    /// A fleet that sends in turns: each device's keys are wanted once a round.
    @Test func asManyAsItIsMadeForStay() throws {
        let ring = KeyRing(limit: 100)
        let name = try user("ops")
        for number in 0..<100 { ring.keep(keys(number), 1, user: name, at: Samples.engine(UInt32(number))) }
        for _ in 0..<3 {
            for number in 0..<100 {
                #expect(ring.keys(1, at: Samples.engine(UInt32(number))) == keys(number))
            }
        }
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
    }

    /// A key stays until the journal has given up all that was written before the start after its last use.
    @Test func keysThatNoJournalNeedsAreLeftOut() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys")
        let entries = try (0..<3).map {
            KeptKeys.Entry(user: try user("ops"), engine: Samples.engine(UInt32($0)), keys: keys($0))
        }
        func start(_ segment: UInt64, oldest: UInt64) throws -> Set<KeptKeys.Entry> {
            let begun = try KeptKeysFile.begin(path, segment: segment, oldest: oldest)
            let read = try KeptKeysFile.read(path)
            #expect(Set(read.keys.entries) == Set(begun.keys.entries) && read.damagedLines == 0)
            return Set(begun.keys.entries)
        }
        #expect(try start(1, oldest: 1).isEmpty)
        try KeptKeysFile.append(Array(entries[..<2]), to: path)
        // Used in segment 1 and maybe in 2 and 3, which were begun while it ran.
        #expect(try start(4, oldest: 1) == Set(entries[..<2]))
        // One of them is used again, and there is a new one.
        try KeptKeysFile.append(Array(entries[1...]), to: path)
        #expect(try start(5, oldest: 3) == Set(entries))
        // Segment 3 is gone: what was last used before segment 4 is as well.
        #expect(try start(6, oldest: 4) == Set(entries[1...]))
        #expect(try start(7, oldest: 5).isEmpty)
        #expect(try start(8, oldest: 5).isEmpty)
    }

    /// A full disk at a start costs no key of the backlog.
    @Test func whatCannotBeTidiedIsKnownAllTheSame() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys")
        let entries = try (0..<3).map {
            KeptKeys.Entry(user: try user("ops"), engine: Samples.engine(UInt32($0)), keys: keys($0))
        }
        try KeptKeysFile.append(Array(entries[..<1]), to: path)
        _ = try KeptKeysFile.begin(path, segment: 3, oldest: 1)
        try KeptKeysFile.append(Array(entries[1...]), to: path)
        let before = try Data(contentsOf: URL(filePath: path))
        // Nothing can be written where a folder is.
        let draft = folder.file("keys.new")
        try FileManager.default.createDirectory(atPath: draft, withIntermediateDirectories: false)
        let begun = try KeptKeysFile.begin(path, segment: 7, oldest: 2)
        #expect(Set(begun.keys.entries) == Set(entries))
        #expect(begun.writeFailure?.path == draft)
        // What it bears is what lies there: the marks of earlier starts hold.
        #expect(begun.lowestMark == 3)
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        try FileManager.default.removeItem(atPath: draft)
        let later = try KeptKeysFile.begin(path, segment: 8, oldest: 3)
        #expect(Set(later.keys.entries) == Set(entries[1...]) && later.writeFailure == nil)
    }

    /// A part of it would be written back for the whole.
    @Test func aFileThatIsTooLongIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys")
        let entries = try (0..<5).map {
            KeptKeys.Entry(user: try user("ops"), engine: Samples.engine(UInt32($0)), keys: keys($0))
        }
        try KeptKeysFile.append(entries, to: path)
        let size = try Data(contentsOf: URL(filePath: path)).count
        #expect(try KeptKeysFile.read(path, limit: size).keys.entries.count == 5)
        #expect(throws: FileFailure.self) { try KeptKeysFile.read(path, limit: size - 1) }
    }

    @Test func whatOthersMayWriteIsNotRead() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys")
        let entry = KeptKeys.Entry(user: try user("ops"), engine: Samples.device, keys: keys(1))
        try KeptKeysFile.append([entry], to: path)
        let link = folder.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(throws: FileFailure.self) { try KeptKeysFile.read(link) }
        for (mode, isRead) in [(0o620, false), (0o602, false), (0o644, true)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            #expect((try? KeptKeysFile.read(path).keys.entries) == (isRead ? [entry] : nil))
        }
    }

    /// With what is ours behind it, the next start would trust all of it.
    @Test func whatOthersMayWriteIsNotAddedTo() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys")
        let entry = KeptKeys.Entry(user: try user("ops"), engine: Samples.device, keys: keys(1))
        func mode() throws -> Int? {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return (attributes[.posixPermissions] as? NSNumber)?.intValue
        }
        try Data("planted\n".utf8).write(to: URL(filePath: path))
        for untrusted in [0o620, 0o602] {
            try FileManager.default.setAttributes([.posixPermissions: untrusted], ofItemAtPath: path)
            #expect(throws: FileFailure.self) { try KeptKeysFile.append([entry], to: path) }
            #expect(try mode() == untrusted)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "planted\n")
        }
        // What others may only read becomes ours alone.
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        try KeptKeysFile.append([entry], to: path)
        #expect(try mode() == 0o600)
        #expect(try KeptKeysFile.read(path).keys.entries == [entry])
    }

    /// Nobody holds the place of a draft open who was there before.
    @Test func aDraftIsMadeAnew() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys")
        let entry = KeptKeys.Entry(user: try user("ops"), engine: Samples.device, keys: keys(1))
        try KeptKeysFile.append([entry], to: path)
        try Data("planted\n".utf8).write(to: URL(filePath: path + ".new"))
        let planted = try FileHandle(forReadingFrom: URL(filePath: path + ".new"))
        defer { try? planted.close() }
        #expect(try KeptKeysFile.begin(path, segment: 3, oldest: 1).writeFailure == nil)
        #expect(try planted.readToEnd() == Data("planted\n".utf8))
        #expect(try KeptKeysFile.read(path).lowestMark == 3)
    }

    /// Each line that is none of ours is counted, and nothing of it is believed.
    @Test func linesThatAreNoneOfOursAreLeftOut() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys")
        let entry = KeptKeys.Entry(user: try user("ops"), engine: Samples.device, keys: keys(1))
        try KeptKeysFile.append([entry], to: path)
        let whole = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")[0]
        let fields = whole.split(separator: " ")
        try #require(fields.count == 6)
        func line(_ place: Int, _ text: String) -> String {
            (fields[..<place].map(String.init) + [text] + fields[(place + 1)...].map(String.init))
                .joined(separator: " ")
        }
        let damaged =
            [
                line(0, "6g"), line(0, "6f7"), line(0, String(repeating: "6f", count: 33)), line(1, "8000"),
                line(2, "SHA"), line(3, fields[3] + "00"), line(3, ""), line(4, "AES-256"), line(5, "-"),
                line(5, fields[5] + "00"), "", " ", "-", fields[..<5].joined(separator: " "), whole + " x",
                whole + " 3 4", whole + " -1", whole.uppercased(),
            ].map { $0 + "\n" }
        for text in damaged {
            try Data(text.utf8).write(to: URL(filePath: path))
            let read = try KeptKeysFile.read(path)
            #expect(read.keys.isEmpty && read.damagedLines == (text == "\n" ? 0 : 1), "\(text)")
        }
        try Data((damaged.joined() + whole + " 18446744073709551615\n").utf8).write(to: URL(filePath: path))
        let read = try KeptKeysFile.read(path)
        #expect(read.keys.entries == [entry] && read.lowestMark == .max && read.damagedLines == damaged.count - 1)
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
