import TestPeers

/// One reading of `/metrics` (Prometheus' text format).
struct MetricsScrape {
    private let values: [Substring: Double]

    init(_ text: String) throws {
        var values: [Substring: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let blank = line.lastIndex(of: " "), let value = Double(line[line.index(after: blank)...]) else {
                throw Command.Failure(description: "a line of /metrics that is none: \(line)")
            }
            values[line[..<blank]] = value
        }
        self.values = values
    }

    /// The sum of all samples of this name whose labels hold each of `labels` (as `listener="traps"`).
    func sum(_ name: String, _ labels: String...) -> Int {
        Int(
            values.filter { key, _ in
                (key == name || key.hasPrefix(name + "{")) && labels.allSatisfy(key.contains)
            }.values.reduce(0, +))
    }

    /// The sum that always holds: what was received, and what became of it.
    var books: (received: Int, accountedFor: Int) {
        let parts = [
            "journaled_total", "refused_total", "failed_total", "answered_total", "reports_total", "duplicate_total",
            "in_flight",
        ]
        return (
            sum("trapline_datagrams_received_total"), parts.map { sum("trapline_datagrams_" + $0) }.reduce(0, +)
        )
    }

    var areBooksBalanced: Bool { books.received == books.accountedFor }
}
