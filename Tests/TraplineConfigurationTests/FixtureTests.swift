import Foundation
import MIBCatalog
import Testing
import TraplineConfiguration

/// One folder of `Fixtures`: a `trapline.yaml` (and what it names) with the problems that it has, in `problems.txt`. A new
/// case is a new folder.
struct Fixture: CustomTestStringConvertible {
    var name: String
    var folder: String

    var testDescription: String { name }

    static let all: [Fixture] = {
        let root = Bundle.module.bundleURL.appending(path: "Fixtures")
        let folders = try? FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil)
        return (folders ?? []).map { Fixture(name: $0.lastPathComponent, folder: $0.path) }.sorted { $0.name < $1.name }
    }()
}

struct FixtureTests {
    @Test func thereAreFixtures() {
        #expect(Fixture.all.count > 50)
    }

    @Test(arguments: Fixture.all)
    func findsEveryProblem(of fixture: Fixture) throws {
        let expected = try String(contentsOfFile: fixture.folder + "/problems.txt", encoding: .utf8)
        let loaded = ConfigurationLoader.load(file: fixture.folder + "/trapline.yaml", catalog: BundledCatalog.load)
        // The folder's own place differs from machine to machine.
        let found = loaded.problems.map { "\($0)\n".replacing(fixture.folder + "/", with: "") }
        #expect(found.joined() == expected)
        let hasErrors = loaded.problems.contains { $0.severity == .error }
        #expect((loaded.configuration == nil) == hasErrors)
    }

    /// Fixtures write their secrets so that they can be looked for.
    @Test(arguments: Fixture.all)
    func tellsNoSecret(of fixture: Fixture) {
        let loaded = ConfigurationLoader.load(file: fixture.folder + "/trapline.yaml", catalog: BundledCatalog.load)
        let shown = loaded.problems.map(\.description).joined(separator: "\n") + "\(loaded)"
        #expect(!shown.contains("s3cret"))
    }
}

/// The bundled modules, loaded once for all tests.
enum BundledCatalog {
    static let catalog: Catalog = {
        Catalog.load(directories: [Catalog.bundledDirectory()].compactMap { $0 }).catalog
    }()

    static func load(_ directories: [String]) -> (Catalog, [CatalogProblem]) { (catalog, []) }
}
