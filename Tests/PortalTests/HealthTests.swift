import Foundation
import Portal
import Testing

@Suite struct HealthTests {
    private func json(_ health: Health) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(health), as: UTF8.self)
    }

    @Test func allIsWell() throws {
        #expect(try json(Health(failures: [])) == #"{"problems":[],"status":"ok"}"#)
    }

    @Test func whatDoesNotHinderTrapsIsToldAndIsNoFailure() throws {
        let health = Health(failures: [], troubles: ["sink ops: it cannot deliver"])
        #expect(try json(health) == #"{"problems":["sink ops: it cannot deliver"],"status":"ok"}"#)
    }

    @Test func whatKeepsTrapsFromDiskIsAFailure() throws {
        let health = Health(failures: ["journal: disk full"], troubles: ["sink ops: it cannot deliver"])
        #expect(health.status == .failing)
        #expect(health.problems == ["journal: disk full", "sink ops: it cannot deliver"])
    }
}
