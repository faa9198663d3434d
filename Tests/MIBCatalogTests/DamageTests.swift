import Basics
import Foundation
import TestPeers
import Testing

@testable import MIBCatalog

/// Damage by chance: no file, however broken, ends a load or takes another module with it.
struct DamageTests {
    /// Each round takes up to three loads of some 0.3 s in a debug build.
    static let rounds = 25

    @Test func damagedModulesNeverEndALoad() throws {
        let seed = UInt64.random(in: 0...(.max))
        var generator = SeededGenerator(seed: seed)
        let names = ["IF-MIB", "UPS-MIB", "BRIDGE-MIB", "ALARM-MIB", "SNMPv2-TC", "SNMPv2-SMI", "AcAlarm"]
        let texts = try names.map { try Array(Bundled.text(of: $0).utf8) }
        for round in 0..<Self.rounds {
            let number = Int.random(in: 0..<names.count, using: &generator)
            let damaged = Self.damage(texts[number], &generator)
            let folder = try TemporaryFolder()
            try folder.write(Data(damaged), to: names[number])
            let (catalog, problems) = Catalog.load(directories: [folder.path, Bundled.folder])
            for name in ["SNMPv2-MIB::coldStart", "AcBoard::acKeepAlive", "ENTITY-MIB::entConfigChange"] {
                #expect(
                    catalog.oid(named: name) != nil,
                    "\(name), seed \(seed), round \(round), \(names[number]) \(problems)")
            }
            #expect(catalog.modules.contains("AcBoard"), "seed \(seed), round \(round), \(names[number])")
        }
    }

    /// Cuts, flips, repeats, leaves out, or puts in what a grammar stumbles over.
    static func damage(_ octets: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var octets = octets
        for _ in 0..<Int.random(in: 1...8, using: &generator) where octets.count > 2 {
            let place = Int.random(in: 0..<octets.count, using: &generator)
            let end = min(octets.count, place + Int.random(in: 1...200, using: &generator))
            switch Int.random(in: 0...5, using: &generator) {
            case 0: octets.removeLast(octets.count - place)
            case 1: octets[place] = UInt8.random(in: 1...255, using: &generator)
            case 2: octets.removeSubrange(place..<end)
            case 3: octets.insert(contentsOf: octets[place..<end], at: place)
            case 4:
                let words = [
                    "{", "}", "\"", "--", "::=", " END ", " BEGIN ", " MACRO ", " IMPORTS ", " FROM ", "'", "(", ")",
                    " OBJECT IDENTIFIER ::= { ", " DEFINITIONS ", " INDEX { ", " SEQUENCE ", "[", "..", "| ",
                    " TRAP-TYPE ", " AGENT-CAPABILITIES ", " 99999999999999999999 ", " -1 ", " SIZE ", " AUGMENTS ",
                ]
                octets.insert(
                    contentsOf: Array(words[Int.random(in: 0..<words.count, using: &generator)].utf8), at: place)
            default: octets.swapAt(place, Int.random(in: 0..<octets.count, using: &generator))
            }
        }
        // What is not whole is refused before net-snmp sees it: most rounds are to get past that.
        return Bool.random(using: &generator) ? octets : octets + Array("\n\" \nEND END\n".utf8)
    }
}
