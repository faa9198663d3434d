import MIBCatalog
import Testing

/// The bundled modules, loaded once for all tests of this target.
let bundledCatalog: Catalog = {
    guard let directory = Catalog.bundledDirectory() else {
        Issue.record("the bundled MIB modules were not found: run the tests from the package's folder")
        return .empty
    }
    return Catalog.load(directories: [directory]).catalog
}()
