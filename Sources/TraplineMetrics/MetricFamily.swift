/// What a metric's numbers mean to Prometheus.
public enum MetricType: String, Sendable, Hashable {
    /// Only grows, from 0 at the start of the process.
    case counter
    /// Goes up and down.
    case gauge
}

/// A metric's name with what is said of it in `# HELP` and `# TYPE`; its samples differ by their labels.
public struct MetricFamily: Sendable, Hashable {
    /// `trapline_datagrams_received_total`: units and `_total` in the name, as Prometheus asks.
    public var name: String
    public var help: String
    public var type: MetricType

    public init(_ name: String, help: String, type: MetricType) {
        self.name = name
        self.help = help
        self.type = type
    }
}

/// One number read at a scrape.
public struct MetricSample: Sendable {
    public var labels: [(String, String)]
    public var value: Double

    public init(labels: [(String, String)] = [], _ value: Double) {
        self.labels = labels
        self.value = value
    }
}
