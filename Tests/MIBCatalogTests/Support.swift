import Foundation
import SNMPWire
import TestPeers
import Testing

@testable import MIBCatalog

/// What the tests of this room share: the bundled modules, loaded once, and the tables of facts.
enum Bundled {
    /// The package's own `mibs`, found from this file so that it does not depend on where the tests run.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "mibs").path(percentEncoded: false)

    static let loaded = Catalog.load(directories: [folder])
    static var catalog: Catalog { loaded.catalog }

    static func text(of module: String) throws -> String {
        try String(contentsOfFile: folder + "/" + module, encoding: .utf8)
    }
}

/// A table of facts: lines of fields between tabs, the first line naming them.
struct FactTable {
    struct Row {
        fileprivate let fields: [String: String]
        subscript(_ name: String) -> String { fields[name] ?? "" }
    }

    let rows: [Row]

    init(_ file: String) throws {
        let url = try #require(Bundle.module.url(forResource: file, withExtension: "tsv", subdirectory: "Fixtures"))
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
        let names = try #require(lines.first)
        rows = lines.dropFirst().map { fields in Row(fields: Dictionary(uniqueKeysWithValues: zip(names, fields))) }
    }
}

/// A folder of modules that a user might have.
func folder(_ modules: [String: String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, text) in modules { try folder.write(text, to: name) }
    return folder
}

/// A small module under `enterprises 99999`; `body` holds further definitions.
func module(_ name: String, imports: String = "", number: Int = 1, body: String = "") -> String {
    """
    \(name) DEFINITIONS ::= BEGIN
    IMPORTS OBJECT-TYPE, NOTIFICATION-TYPE, Integer32, Unsigned32, enterprises FROM SNMPv2-SMI
        TEXTUAL-CONVENTION, DisplayString FROM SNMPv2-TC \(imports);
    \(name.lowercased().filter(\.isLetter))Root OBJECT IDENTIFIER ::= { enterprises 99999 \(number) }
    \(body)
    END

    """
}

/// A tool that the tests ask did not answer as it should.
struct ToolFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
