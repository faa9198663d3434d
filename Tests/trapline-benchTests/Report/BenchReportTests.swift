import Foundation
import Testing

@testable import trapline_bench

struct BenchReportTests {
    private let report = BenchReport(
        scenario: "journal", load: "the vendor's alarm",
        rows: [.count("sent", 1_500_000), .number("CPU a trap", 12.3456, decimals: 2, unit: "µs")],
        goals: [.init(name: "lossless", wanted: "150,000/s", measured: "149,000/s", isReached: false)],
        lost: ["3 of 5 traps"])

    @Test func theTableTellsFiguresGoalsAndLosses() {
        #expect(
            report.table == """
                journal: the vendor's alarm
                  sent        1,500,000
                  CPU a trap  12.35 µs
                  lossless    149,000/s, wanted 150,000/s: NOT REACHED
                  LOST: 3 of 5 traps
                """)
    }

    @Test func theJSONIsOneLine() throws {
        let json = report.json
        #expect(!json.contains("\n"))
        let object = try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["scenario"] as? String == "journal")
        #expect((object["lost"] as? [String]) == ["3 of 5 traps"])
        let figures = try #require(object["figures"] as? [[String: Any]])
        #expect(figures.map { $0["name"] as? String } == ["sent", "CPU a trap"])
        #expect(figures[1]["value"] as? Double == 12.35)
        #expect(figures[1]["unit"] as? String == "µs")
    }

    @Test(arguments: [
        (0.0, 0, "0"), (999, 0, "999"), (1_000, 0, "1,000"), (-12_345.678, 1, "-12,345.7"), (0.25, 1, "0.2"),
        (.infinity, 0, "–"),
    ])
    func numbersAreWrittenWithThousandsApart(value: Double, decimals: Int, text: String) {
        #expect(BenchReport.Row.text(value, decimals: decimals) == text)
    }
}
