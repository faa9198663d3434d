import Foundation
import TestPeers
import Testing
import Trapline

@Suite struct DataFolderTests {
    private func mode(_ path: String) throws -> Int? {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
    }

    @Test func itIsMadeForItsOwnerAlone() throws {
        let folder = try TemporaryFolder()
        let data = try DataFolder(folder.file("deep/data"))
        #expect(try mode(data.path) == 0o700)
        #expect(try mode(data.journal) == 0o700)
        #expect(!data.isOpenToOthers)
    }

    @Test func oneThatWasThereIsToldOfAndItsJournalClosed() throws {
        let folder = try TemporaryFolder()
        for path in ["data", "data/journal"] {
            try FileManager.default.createDirectory(atPath: folder.file(path), withIntermediateDirectories: false)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file(path))
        }
        let data = try DataFolder(folder.file("data"))
        #expect(data.isOpenToOthers)
        #expect(try mode(data.path) == 0o755)
        #expect(try mode(data.journal) == 0o700)
    }

    @Test func aFileInItsPlaceIsAnError() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("", to: "data")
        #expect(throws: ServerError.self) { try DataFolder(file) }
    }
}
