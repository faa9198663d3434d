import Foundation
import TestPeers
import Testing

@testable import SNMPSecurity

@Suite struct OwnEngineFileTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("engine") }

    init() throws { folder = try TemporaryFolder() }

    @Test func keepsItsNameAndCountsItsBoots() throws {
        let first = try OwnEngineFile.start(path, started: 0)
        #expect(first.boots == 1)
        #expect(first.id.octets.count == 17)
        #expect(first.id.octets.starts(with: [0x80, 0, 0x7e, 0xd9, 5]))
        for boots in 2...5 {
            let next = try OwnEngineFile.start(path, started: 0)
            #expect(next.id == first.id)
            #expect(next.boots == Int32(boots))
        }
        let other = try OwnEngineFile.start(folder.file("other"), started: 0)
        #expect(other.id != first.id)
    }

    @Test func isReadByItsOwnerAlone() throws {
        _ = try OwnEngineFile.start(path, started: 0)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        // Also where a draft was left that others may read.
        let draft = try folder.write("", to: "engine.new")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: draft)
        _ = try OwnEngineFile.start(path, started: 0)
        let again = try FileManager.default.attributesOfItem(atPath: path)
        #expect((again[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["engine"])
    }

    @Test(arguments: [
        "nonsense", "engine-id 80007ed905aa\n", "engine-id 80007ed905aa\nboots -1\n", "engine-id 80\nboots 1\n",
        "engine-id 80007ed905aa\nboots 99999999999\n", "boots 1\nengine-id 80007ed905aa\n",
    ])
    func leavesAloneWhatIsNotIts(_ text: String) throws {
        try folder.write(text, to: "engine")
        #expect(throws: OwnEngineFile.Failure.damaged(path: path)) { try OwnEngineFile.start(path, started: 0) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }

    @Test func beginsAnewWithAnEmptyFile() throws {
        try folder.write("", to: "engine")
        #expect(try OwnEngineFile.start(path, started: 0).boots == 1)
    }

    @Test func endsWhereBootsEnd() throws {
        try folder.write("engine-id 80007ed905aa\nboots 2147483646\n", to: "engine")
        #expect(throws: OwnEngineFile.Failure.bootsExhausted(path: path)) {
            try OwnEngineFile.start(path, started: 0)
        }
    }

    @Test func saysWhereItCannot() throws {
        #expect(throws: OwnEngineFile.Failure.self) {
            try OwnEngineFile.start(folder.file("none") + "/engine", started: 0)
        }
    }
}
