import TestPeers
import Testing

@testable import MIBCatalog

struct ModuleFileTests {
    @Test(arguments: [
        ("A-MIB DEFINITIONS ::= BEGIN END", ["A-MIB"]),
        ("-- about B-MIB DEFINITIONS ::= BEGIN\nA-MIB DEFINITIONS ::= BEGIN END", ["A-MIB"]),
        ("A-MIB -- of old -- DEFINITIONS IMPLICIT TAGS ::= BEGIN END", ["A-MIB"]),
        ("A-MIB { iso org(3) } DEFINITIONS ::= BEGIN END", ["A-MIB"]),
        ("A-MIB DEFINITIONS ::= BEGIN x \"BEGIN END -- no comment\" END", ["A-MIB"]),
        (
            "A-MIB DEFINITIONS ::= BEGIN X MACRO ::= BEGIN y END END B-MIB DEFINITIONS ::= BEGIN END",
            ["A-MIB", "B-MIB"]
        ),
        ("------\n-----\nA-MIB DEFINITIONS ::= BEGIN END", ["A-MIB"]),
    ])
    func modulesAreFound(text: String, modules: [String]) {
        var scanner = ModuleScanner(Array(text.utf8))
        #expect(scanner.modules() == modules)
        #expect(scanner.openModule == nil)
    }

    @Test(arguments: [
        "A-MIB DEFINITIONS ::= BEGIN", "A-MIB DEFINITIONS ::= BEGIN \"END", "A-MIB DEFINITIONS ::= BEGIN -- END",
        "A-MIB DEFINITIONS ::= BEGIN X MACRO ::= BEGIN END", "A-MIB DEFINITIONS ::= BEGIN EN",
    ])
    func openModuleIsTold(text: String) {
        var scanner = ModuleScanner(Array(text.utf8))
        _ = scanner.modules()
        #expect(scanner.openModule == "A-MIB")
    }

    @Test(arguments: ["", "END", "BEGIN END", "A-MIB", "DEFINITIONS", "A-MIB DEFINITIONS ::=", "\"", "--", "-"])
    func textWithoutModuleHasNone(text: String) {
        var scanner = ModuleScanner(Array(text.utf8))
        #expect(scanner.modules() == [])
        #expect(scanner.openModule == nil)
    }

    @Test func wordsAndTypesOfRowsAreFound() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("A-MIB DEFINITIONS ::= BEGIN\nRow ::= SEQUENCE { a B }\nrowId B\nEND", to: "A-MIB")
        let file = try ModuleFile(path: path)
        #expect(file.line(of: "rowId") == 3)
        #expect(file.line(of: "row") == nil)
        #expect(file.definesSequence("Row"))
        #expect(!file.definesSequence("B"))
    }
}
