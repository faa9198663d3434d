import TraplineMetrics
import Synchronization
import Testing

@Suite struct MetricsRegistryTests {
    @Test func familiesAndSamplesAreInOrderWithHelpAndType() {
        let registry = MetricsRegistry()
        registry.gauge("b_seconds", help: "How late.").set(1.5)
        let second = registry.counter("a_total", help: "How many.", labels: [("listener", "traps"), ("reason", "z")])
        registry.counter("a_total", help: "How many.", labels: [("listener", "traps"), ("reason", "b")]).add(2)
        second.add()
        #expect(
            registry.exposition() == """
                # HELP a_total How many.
                # TYPE a_total counter
                a_total{listener="traps",reason="b"} 2
                a_total{listener="traps",reason="z"} 1
                # HELP b_seconds How late.
                # TYPE b_seconds gauge
                b_seconds 1.5

                """)
    }

    @Test func labelValuesAndHelpAreEscaped() {
        let registry = MetricsRegistry()
        registry.counter("a_total", help: "back\\slash\nline \"quoted\"", labels: [("x", "a\\b\"c\nd\r\ne")]).add(1)
        #expect(
            registry.exposition()
                == "# HELP a_total back\\\\slash\\nline \"quoted\"\n# TYPE a_total counter\n"
                + "a_total{x=\"a\\\\b\\\"c\\nd\r\\ne\"} 1\n")
    }

    @Test func sameNameAndLabelsAreTheSameCounter() {
        let registry = MetricsRegistry()
        registry.counter("a_total", help: "", labels: [("x", "1")]).add(2)
        registry.counter("a_total", help: "other", labels: [("x", "1")]).add(3)
        #expect(registry.counter("a_total", help: "", labels: [("x", "1")]).value == 5)
        #expect(registry.counter("a_total", help: "", labels: [("x", "2")]).value == 0)
        #expect(registry.exposition().contains("# HELP a_total \n"))
    }

    @Test func collectedValuesAreReadAtEachScrape() {
        let registry = MetricsRegistry()
        let reads = Atomic<Int>(0)
        registry.collect("scrapes", help: "h", type: .gauge) {
            [(labels: [], value: Double(reads.add(1, ordering: .relaxed).newValue))]
        }
        #expect(registry.exposition().hasSuffix("scrapes 1\n"))
        #expect(registry.exposition().hasSuffix("scrapes 2\n"))
    }

    @Test func familiesOfOneGroupAreReadByOneLook() {
        let registry = MetricsRegistry()
        let looks = Atomic<Int>(0)
        registry.collect([
            MetricFamily("whole_total", help: "h", type: .counter),
            MetricFamily("part_total", help: "h", type: .counter),
        ]) {
            let look = Double(looks.add(1, ordering: .relaxed).newValue)
            return [[MetricSample(look)], [MetricSample(labels: [("part", "a")], look)]]
        }
        let text = registry.exposition()
        #expect(looks.load(ordering: .relaxed) == 1)
        #expect(text.contains("whole_total 1\n") && text.contains("part_total{part=\"a\"} 1\n"))
    }

    @Test func aFamilyWithoutSamplesStillSaysWhatItIs() {
        let registry = MetricsRegistry()
        registry.collect("later_total", help: "h", type: .counter) { [] }
        #expect(registry.exposition() == "# HELP later_total h\n# TYPE later_total counter\n")
    }

    @Test(arguments: [
        (0.0, "0"), (-3, "-3"), (1e15, "1000000000000000"), (0.25, "0.25"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
        (.nan, "NaN"), (1e300, "1e+300"),
    ]) func numbersAreWrittenAsTheFormatSpellsThem(value: Double, text: String) {
        let registry = MetricsRegistry()
        registry.gauge("g", help: "h").set(value)
        #expect(registry.exposition().hasSuffix("g \(text)\n"))
    }

    @Test func noAdditionIsLostBetweenThreads() async {
        let registry = MetricsRegistry()
        let counter = registry.counter("a_total", help: "h")
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<10_000 { counter.add() } }
            }
        }
        #expect(counter.value == 40_000)
    }
}
