import Foundation
import SNMPWire
import Testing

@testable import Manager

/// A walk that is put down after each reply and taken up again comes to the same end.
@Suite struct SavedWalkTests {
    @Test func aWalkGoesOnWhereItWasPutDown() throws {
        let entry = try #require(OID("1.3.6.1.4.1.5003.11.1.1.1.1"))
        let columns = [3, 6].map { entry.appending($0) }
        let view = AgentView(
            (1...300).flatMap { row -> [(String, Value)] in
                [
                    ("\(entry).3.\(row)", .objectIdentifier(entry.appending(UInt32(row)))),
                    ("\(entry).6.\(row)", .octetString(Array(repeating: UInt8(row & 0xff), count: 200)[...])),
                ]
            })
        var whole = TableWalk(columns: columns)
        _ = view.walk(&whole)
        var walk = TableWalk(columns: columns)
        while let request = walk.request {
            walk.take(view.answer(request))
            let saved = try PropertyListEncoder().encode(walk.saved)
            var again = try TableWalk(saved: PropertyListDecoder().decode(TableWalk.Saved.self, from: saved))
            for part in walk.parts { again.append(try TableWalk.part(TableWalk.encode(part))) }
            #expect(again == walk)
            walk = again
        }
        #expect(walk == whole)
        #expect(walk.rows.count == 300)
    }
}
