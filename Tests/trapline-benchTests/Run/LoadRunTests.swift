import Testing

@testable import trapline_bench

struct LoadRunTests {
    private func gaps(_ received: Int, _ others: [String: Int]) -> [String] {
        var counts = ["received": received]
        counts.merge(others) { $1 }
        let lines = counts.sorted { $0.key < $1.key }.map { "trapline_datagrams_\($0.key)_total \($0.value)" }
        return LoadRun.Counts(MetricsText(lines.joined(separator: "\n"))).gaps
    }

    @Test func whatAddsUpHasNoGaps() {
        let all = [
            "journaled": 90, "refused": 4, "failed": 1, "duplicate": 2, "answered": 1, "reports": 2, "processed": 90,
        ]
        #expect(gaps(100, all) == [])
        #expect(gaps(101, all) == ["101 were received, but 100 are accounted for"])
    }

    /// What was processed and told as unreadable is no trap that came through.
    @Test func whatWasNotReadIsLost() {
        #expect(
            gaps(10, ["journaled": 10, "processed": 8]) == ["2 of 10 that are journaled were not processed"])
        #expect(
            gaps(10, ["journaled": 10, "processed": 10, "undecodable": 3])
                == ["3 of 10 that are processed could not be read"])
    }
}
