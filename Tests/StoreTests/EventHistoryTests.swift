import Alarms
import Basics
import Store
import Testing

@Suite struct EventHistoryTests {
    /// Rows 1 to 10 without 4 to 6, a second apart.
    private func store() throws -> EventStore {
        let store = try EventStore.inMemory()
        let numbers: [Int64] = [1, 2, 3, 7, 8, 9, 10]
        try store.commit(
            BatchOutcome(
                events: try numbers.map { number in
                    var stored = try Sample.stored(number)
                    stored.event.time = Timestamp(seconds: 1_000 + number)
                    return stored
                }))
        return store
    }

    @Test func theNewestComeFirst() throws {
        let store = try store()
        #expect(try store.events(before: .max, limit: 3).map(\.event.id) == [10, 9, 8])
        #expect(try store.events(before: 8, limit: 3).map(\.event.id) == [7, 3, 2])
        #expect(try store.events(before: 1, limit: 3).isEmpty)
    }

    @Test(arguments: [
        (900, 0), (1_001, 0), (1_002, 1), (1_003, 2), (1_004, 3), (1_005, 3), (1_007, 3), (1_008, 7), (1_010, 9),
        (1_011, 10), (5_000, 10),
    ])
    func aMomentsPlaceIsFound(seconds: Int64, expected: Int64) throws {
        #expect(try store().lastEventID(before: Timestamp(seconds: seconds)) == expected)
    }

    @Test func anEmptyLogHasNoPlaces() throws {
        #expect(try EventStore.inMemory().lastEventID(before: Timestamp(seconds: 1)) == 0)
    }
}
