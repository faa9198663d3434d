import Testing

@testable import trapline_bench

struct GoalTableTests {
    @Test func whatIsNotReachedStandsOut() {
        var table = GoalTable()
        table.add(
            [
                .init(name: "memory", wanted: "≤ 256 MiB", measured: "90 MiB", isReached: true),
                .init(name: "sustained", wanted: "50,000/s", measured: "30,000/s", isReached: false),
            ], command: "trapline-bench run")
        #expect(
            table.markdown == """
                | figure | must reach | measured | command |
                |---|---|---|---|
                | memory | ≤ 256 MiB | 90 MiB | `trapline-bench run` |
                | sustained | 50,000/s | **30,000/s** | `trapline-bench run` |
                """)
    }
}
