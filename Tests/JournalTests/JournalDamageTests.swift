import Testing

@testable import Journal

@Suite struct JournalDamageTests {
    private let start = JournalPosition(segment: 2, offset: 100)

    @Test func aReportNamesThePlaceAndTheSize() {
        let damage = JournalDamage(.tornTail, start: start, end: JournalPosition(segment: 2, offset: 140))
        #expect(damage.description == "torn tail: segment 2, octet 100 (40 octets)")
    }

    @Test func aGapNamesBothEnds() {
        let damage = JournalDamage(.missingSegments, start: start, end: JournalPosition(segment: 4, offset: 0))
        #expect(damage.description == "missing segments: 2:100 to 4:0")
    }
}
