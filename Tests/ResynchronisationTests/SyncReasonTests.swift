import Foundation
import Testing

@testable import Resynchronisation

@Suite struct SyncReasonTests {
    private func read(_ text: String) throws -> SyncReason {
        try #require(try JSONDecoder().decode([SyncReason].self, from: Data("[\"\(text)\"]".utf8)).first)
    }

    @Test func whatAnEarlierVersionHasKeptIsRead() throws {
        #expect(try read("asked for") == .operatorsWord)
        #expect(try read("missing numbers") == .gap)
        #expect(try read(SyncReason.operatorsWord.rawValue) == .operatorsWord)
        #expect(throws: DecodingError.self) { try read("a whim") }
    }
}
