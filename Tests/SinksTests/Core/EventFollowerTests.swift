import Alarms
import Store
import Synchronization
import Testing

@testable import Sinks

/// How much of the log a follower looks at in one go.
@Suite struct EventFollowerTests {
    private static let span = EventFollower.pageSpan

    /// A log of so many pages, in which these are the sink's.
    private func follower(pages: Int64, own: Set<Int64>) throws -> EventFollower {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        try harness.append(1...pages * Self.span) { own.contains($0) ? ["noc"] : ["other"] }
        return try harness.runner(ScriptedSink()).follower
    }

    @Test func aSinkWithFewEventsLooksAtSoManyPagesAtOnce() throws {
        let follower = try follower(pages: 3, own: [7, 3 * Self.span])
        let first = try follower.read(after: 0, limit: 10, pages: 2)
        #expect(first.events.map(\.event.id) == [7])
        #expect(first.end == 2 * Self.span && !first.isAtEnd)
        let second = try follower.read(after: first.end, limit: 10, pages: 2)
        #expect(second.events.map(\.event.id) == [3 * Self.span])
        let whole = try follower.read(after: 0, limit: 10)
        #expect(whole.events.map(\.event.id) == [7, 3 * Self.span])
    }

    @Test func itHearsAStopBetweenPages() throws {
        let follower = try follower(pages: 3, own: [7, 3 * Self.span])
        let looks = Mutex(0)
        let portion = try follower.read(after: 0, limit: 10, pages: .max) {
            looks.withLock {
                $0 += 1
                return $0 > 1
            }
        }
        #expect(portion.events.map(\.event.id) == [7] && portion.end == Self.span)
    }

    /// What one look does not reach would wait for another window, and the sink would fall behind for good.
    @Test func aDigestIsOfTheWholeWindow() async throws {
        let last = Int64(EventFollower.pageLimit + 2) * Self.span
        let harness = try RunnerHarness(cursors: ["noc": 0])
        for start in stride(from: 1, through: last, by: Int(Self.span)) {
            try harness.append(start...start + Self.span - 1) { [1, 5, last].contains($0) ? ["noc"] : ["other"] }
        }
        let sink = ScriptedSink(.window(.seconds(30), maximum: 100))
        try await running(try harness.runner(sink)) {
            await expect("the first, and the window") { sink.deliveries == [[1]] && harness.clock.sleeperCount == 1 }
            harness.clock.advance(by: .seconds(30))
            await expect("the rest") { sink.deliveries.count > 1 }
        }
        #expect(sink.deliveries == [[1], [5, last]])
    }
}
