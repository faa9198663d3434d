import Testing

@testable import Journal

@Suite struct JournalPositionTests {
    @Test func segmentsCountBeforeOffsets() {
        let positions = [(1, 0), (1, 9), (2, 0), (2, 5), (10, 1)].map { JournalPosition(segment: $0.0, offset: $0.1) }
        #expect(positions.shuffled().sorted() == positions)
        #expect(positions[1].description == "1:9")
    }
}
