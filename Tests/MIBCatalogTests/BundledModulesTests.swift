import Foundation
import TestPeers
import Testing

@testable import MIBCatalog

struct BundledModulesTests {
    /// A package as it lies on a disk: its modules, a build folder and something else.
    private func package() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for path in ["mibs", "build/debug", "elsewhere/mibs", "usr/bin", "usr/share/trapline/mibs"] {
            try FileManager.default.createDirectory(atPath: folder.file(path), withIntermediateDirectories: true)
        }
        try folder.write(module("X-MIB"), to: "mibs/" + Catalog.markModule)
        return folder
    }

    @Test func nearestFolderAboveTheExecutableIsFound() throws {
        let folder = try package()
        let found = Catalog.bundledDirectory(executable: folder.file("build/debug/trapline"), current: nil)
        #expect(found == folder.file("mibs"))
    }

    @Test func nearestFolderAboveTheCurrentOneIsFoundAfterIt() throws {
        let folder = try package()
        let found = Catalog.bundledDirectory(executable: "/nonexistent/bin/trapline", current: folder.file("elsewhere"))
        // elsewhere/mibs holds none of our modules.
        #expect(found == folder.file("mibs"))
    }

    @Test func installedFolderBesideTheExecutableComesFirst() throws {
        let folder = try package()
        try folder.write(module("X-MIB"), to: "usr/share/trapline/mibs/" + Catalog.markModule)
        let found = Catalog.bundledDirectory(executable: folder.file("usr/bin/trapline"), current: folder.path)
        #expect(found == folder.file("usr/share/trapline/mibs"))
    }

    @Test func nothingIsFoundWhereNothingIs() {
        #expect(Catalog.bundledDirectory(executable: "/nonexistent/trapline", current: "/nonexistent") == nil)
        #expect(Catalog.bundledDirectory(executable: nil, current: nil) == nil)
    }

    @Test func whereItLooksIsTold() {
        #expect(
            Catalog.bundledDirectoryPlaces(executable: "/opt/bin/trapline", current: "/home/ops")
                == "/opt/share/trapline/mibs and folders named mibs in and above /opt/bin and /home/ops")
        #expect(
            Catalog.bundledDirectoryPlaces(executable: "/trapline", current: nil)
                == "/share/trapline/mibs and folders named mibs in and above /")
    }
}
