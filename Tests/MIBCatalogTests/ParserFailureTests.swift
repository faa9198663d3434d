import Foundation
import TestPeers
import Testing

@testable import MIBCatalog

/// No module is known that net-snmp crashes or hangs at, so that these tests stand in for it.
struct ParserFailureTests {
    private func load(
        _ modules: [String: String], parse: @escaping ([(path: String, module: String)]) -> ParserOutput
    ) throws -> (catalog: Catalog, problems: [String]) {
        let folder = try folder(modules)
        var loader = CatalogLoader(directories: [folder.path, Bundled.folder], parse: parse)
        let catalog = loader.load()
        return (catalog, loader.problems.map { $0.description.replacing(folder.path + "/", with: "") })
    }

    @Test(arguments: [
        (ParserOutput.Outcome.crashed, "net-snmp's parser fails at this module, left out"),
        (.timedOut, "net-snmp does not come to an end with this module, left out"),
        (.oversized, "this module has too much in it, left out"),
    ])
    func moduleThatTheParserFailsAtIsLeftOutAlone(outcome: ParserOutput.Outcome, message: String) throws {
        let modules = ["BAD-MIB": module("BAD-MIB"), "GOOD-MIB": module("GOOD-MIB", number: 2)]
        let (catalog, problems) = try load(modules) { files in
            // The parser was at another module that imports the bad one when it failed.
            files.contains { $0.module == "BAD-MIB" }
                ? ParserOutput(outcome: outcome, lastModule: "GOOD-MIB") : ParserOutput(parsing: files)
        }
        #expect(problems == ["BAD-MIB: \(message)"])
        #expect(catalog.modules.contains("GOOD-MIB"))
        #expect(!catalog.modules.contains("BAD-MIB"))
        #expect(catalog.nodeCount == Bundled.catalog.nodeCount + 1)
    }

    @Test func failureThatNoModuleHasAloneIsLaidToTheLastOneBegun() throws {
        let modules = ["ONE-MIB": module("ONE-MIB"), "TWO-MIB": module("TWO-MIB", number: 2)]
        let (catalog, problems) = try load(modules) { files in
            let both = files.filter { ["ONE-MIB", "TWO-MIB"].contains($0.module) }.count == 2
            return both ? ParserOutput(outcome: .crashed, lastModule: "TWO-MIB") : ParserOutput(parsing: files)
        }
        #expect(problems == ["TWO-MIB: net-snmp's parser fails at this module, left out"])
        #expect(catalog.modules.contains("ONE-MIB"))
    }

    @Test func folderWhoseNameBeginsWithTheLastOnesIsAnother() throws {
        let parent = try TemporaryFolder()
        let (own, last) = (parent.file("mibs-own"), parent.file("mibs"))
        for folder in [own, last] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        }
        for name in ["SNMPv2-SMI", "SNMPv2-TC"] { try parent.write(Bundled.text(of: name), to: "mibs/" + name) }
        try parent.write(module("BAD-MIB"), to: "mibs-own/BAD-MIB")
        try parent.write(module("GOOD-MIB", number: 2), to: "mibs-own/GOOD-MIB")
        var loader = CatalogLoader(directories: [own, last]) { files in
            files.contains { $0.module == "BAD-MIB" }
                ? ParserOutput(outcome: .crashed, lastModule: "GOOD-MIB") : ParserOutput(parsing: files)
        }
        let modules = loader.load().modules
        #expect(modules.contains("GOOD-MIB"))
        #expect(!modules.contains("BAD-MIB"))
    }

    @Test func parserThatCannotBeStartedIsToldAndEndsNothing() throws {
        let (catalog, problems) = try load([:]) { _ in ParserOutput(outcome: .notStarted) }
        #expect(catalog.nodeCount == 0)
        #expect(problems == ["the MIB parser could not be started: no processes or memory left"])
    }

    @Test func folderBeyondRepairLeavesTheBundledModules() throws {
        let names = (1...CatalogLoader.maximumRuns + 1).map { "BAD\($0)-MIB" }
        let modules = Dictionary(uniqueKeysWithValues: names.map { ($0, module($0)) })
        let (catalog, problems) = try load(modules) { files in
            // Never fails at one module alone, and always where there are any.
            let bad = files.filter { $0.module.hasPrefix("BAD") }
            return bad.isEmpty || files.count == 1
                ? ParserOutput(parsing: files) : ParserOutput(outcome: .crashed, lastModule: bad.first?.module)
        }
        #expect(catalog.nodeCount == Bundled.catalog.nodeCount)
        #expect(problems.count == CatalogLoader.maximumRuns + 1)
        #expect(problems.last?.hasPrefix("too many modules fail") ?? false)
    }

    @Test func modulesThatCostTooMuchTimeLeaveTheBundledOnes() throws {
        let names = (1...100).map { "SLOW\($0)-MIB" }
        let modules = Dictionary(uniqueKeysWithValues: names.map { ($0, module($0)) })
        let folder = try folder(modules)
        let start = ContinuousClock.now
        var spent = Duration.zero
        var loader = CatalogLoader(
            directories: [folder.path, Bundled.folder],
            parse: { files in
                guard let slow = files.last(where: { $0.module.hasPrefix("SLOW") }) else {
                    return ParserOutput(parsing: files)
                }
                spent += .seconds(5)
                return ParserOutput(outcome: .timedOut, lastModule: slow.module)
            }, now: { start + spent })
        let catalog = loader.load()
        #expect(catalog.nodeCount == Bundled.catalog.nodeCount)
        #expect(loader.problems.last?.description.hasPrefix("too many modules fail") ?? false)
        #expect(spent <= CatalogLoader.maximumDuration + .seconds(5))
    }

    @Test func runThatTakesTooLongIsStopped() {
        let files = [(path: Bundled.folder + "/SNMPv2-SMI", module: "SNMPv2-SMI")]
        #expect(ParserOutput(parsing: files, timeoutSeconds: 0).outcome == .timedOut)
        #expect(ParserOutput(parsing: files).outcome == .complete)
    }
}
