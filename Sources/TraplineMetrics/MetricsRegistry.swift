internal import Synchronization

/// Every metric of the process, and the text that `/metrics` shows.
///
/// A family is known by its name: registered twice, it keeps its first help and type, and the same labels give the same
/// counter, so that rooms that start again (a reload, a second listener) go on counting where they were.
public final class MetricsRegistry: Sendable {
    /// Reads several families at one moment, in the order they were registered in.
    private typealias Collector = @Sendable () -> [[MetricSample]]

    private struct Entry {
        let family: MetricFamily
        var counters: [String: (labels: [(String, String)], counter: Counter)] = [:]
        var gauges: [String: (labels: [(String, String)], gauge: Gauge)] = [:]
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var collectors: [(names: [String], read: Collector)] = []
    }

    private let state = Mutex(State())

    public init() {}

    public func counter(_ name: String, help: String, labels: [(String, String)] = []) -> Counter {
        let key = Exposition.labelText(labels)
        return state.withLock { state in
            var entry = state.entries[name] ?? Entry(family: MetricFamily(name, help: help, type: .counter))
            defer { state.entries[name] = entry }
            if let known = entry.counters[key] { return known.counter }
            let counter = Counter()
            entry.counters[key] = (labels, counter)
            return counter
        }
    }

    public func gauge(_ name: String, help: String, labels: [(String, String)] = []) -> Gauge {
        let key = Exposition.labelText(labels)
        return state.withLock { state in
            var entry = state.entries[name] ?? Entry(family: MetricFamily(name, help: help, type: .gauge))
            defer { state.entries[name] = entry }
            if let known = entry.gauges[key] { return known.gauge }
            let gauge = Gauge()
            entry.gauges[key] = (labels, gauge)
            return gauge
        }
    }

    /// A family that is read at each scrape. `read` runs on the scraping thread and must not block for long.
    public func collect(
        _ name: String, help: String, type: MetricType,
        _ read: @escaping @Sendable () -> [(labels: [(String, String)], value: Double)]
    ) {
        collect([MetricFamily(name, help: help, type: type)]) {
            [read().map { MetricSample(labels: $0.labels, $0.value) }]
        }
    }

    /// Families that are read together: where their sum must hold in every scrape, one look must give them all.
    /// `read` gives the samples of each family, in the order of `families`.
    public func collect(_ families: [MetricFamily], _ read: @escaping @Sendable () -> [[MetricSample]]) {
        state.withLock { state in
            for family in families where state.entries[family.name] == nil {
                state.entries[family.name] = Entry(family: family)
            }
            state.collectors.append((families.map(\.name), read))
        }
    }

    /// Prometheus text exposition format 0.0.4: families by name, samples by their labels, so that two scrapes differ
    /// only in their numbers. Collectors run outside the registry's lock: they may take locks of their own.
    public func exposition() -> String {
        let (entries, collectors) = state.withLock { ($0.entries, $0.collectors) }
        var samples: [String: [MetricSample]] = [:]
        for collector in collectors {
            for (name, read) in zip(collector.names, collector.read()) {
                samples[name, default: []] += read
            }
        }
        var text = ""
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            var all = samples[name] ?? []
            all += entry.counters.values.map { MetricSample(labels: $0.labels, Double($0.counter.value)) }
            all += entry.gauges.values.map { MetricSample(labels: $0.labels, $0.gauge.value) }
            Exposition.append(entry.family, all, to: &text)
        }
        return text
    }
}
