import Testing

@testable import trapline_bench

struct MetricsTextTests {
    private let metrics = MetricsText(
        """
        # HELP trapline_datagrams_received_total Datagrams.
        # TYPE trapline_datagrams_received_total counter
        trapline_datagrams_received_total{listener="traps"} 12
        trapline_datagrams_received_total{listener="keep-alives"} 3
        trapline_datagrams_processed_total 1500000
        trapline_pipeline_lag_seconds 0.25
        """)

    @Test func samplesOfANameAddUp() {
        #expect(metrics.sum("trapline_datagrams_received_total") == 15)
        #expect(metrics.sum("trapline_datagrams_received_total", #"listener="traps""#) == 12)
    }

    @Test func samplesWithoutLabelsAreRead() {
        #expect(metrics.sum("trapline_datagrams_processed_total") == 1_500_000)
        #expect(metrics.value("trapline_pipeline_lag_seconds") == 0.25)
    }

    @Test func whatIsNotThereIsNothing() {
        #expect(metrics.sum("trapline_datagrams") == 0)
    }
}
