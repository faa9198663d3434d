import Basics
import Foundation
import MIBCatalog
import TestPeers
import Testing

@testable import TraplineConfiguration

/// Whatever stands in a file, loading it gives a configuration or errors, and never a crash.
struct FuzzTests {
    /// The catalog and the shipped rules stay out: they are the same for every text, and would be all of the time.
    private func check(_ octets: [UInt8], _ what: @autoclosure () -> String) {
        let reader = DocumentReader(file: "trapline.yaml")
        switch SourceFile.decode(octets, name: "trapline.yaml") {
        case .failure(let failure):
            #expect(!failure.message.isEmpty)
        case .success(let source):
            let root = reader.parse(source.text)
            let loaded = ConfigurationLoader.load(root, reader, catalog: { _ in (.empty, []) })
            let hasErrors = loaded.problems.contains { $0.severity == .error }
            if (loaded.configuration == nil) != hasErrors { Issue.record("\(what()): \(loaded.problems)") }
        }
    }

    private func example() throws -> [UInt8] { Array(try Data(contentsOf: exampleURL)) }

    /// Without its comments, so that what is tried is mostly structure.
    private func dense() throws -> [UInt8] {
        let lines = String(decoding: try example(), as: UTF8.self).split(separator: "\n")
        return Array(lines.filter { !$0.drop { $0 == " " }.hasPrefix("#") }.joined(separator: "\n").utf8)
    }

    @Test func everyPrefixOfTheExample() throws {
        let octets = try dense()
        for end in 0...octets.count { check(Array(octets[..<end]), "the first \(end) octets") }
    }

    @Test func theWholeExampleWithItsComments() throws {
        check(try example(), "the example")
    }

    @Test func randomChangesOfTheExample() throws {
        let octets = try dense()
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        // What YAML gives a meaning is tried more often than its share of all octets.
        let special = Array("\"'[]{}:,-#&*!|>%@`?~ \n\t\r\0\u{ff}".utf8)
        for round in 0..<1_500 {
            var changed = octets
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<changed.count, using: &random)
                let octet =
                    Bool.random(using: &random)
                    ? special.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: changed[place] = octet
                case 1: changed.insert(octet, at: place)
                default: changed.remove(at: place)
                }
            }
            check(changed, "seed \(seed), round \(round)")
        }
    }

    @Test func linesOfTheExampleInAnyOrder() throws {
        let lines = String(decoding: try dense(), as: UTF8.self).split(separator: "\n")
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<300 {
            let some = lines.shuffled(using: &random).prefix(Int.random(in: 1...lines.count, using: &random))
            check(Array(some.joined(separator: "\n").utf8), "seed \(seed), round \(round)")
        }
    }

    @Test func anyOctets() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<1_000 {
            let count = Int.random(in: 0..<64, using: &random)
            check((0..<count).map { _ in UInt8.random(in: 0...127, using: &random) }, "seed \(seed), round \(round)")
        }
    }
}
