import Journal
import Synchronization
import TraplineMetrics

/// What the keeper of the journal shows at `/metrics`.
final class KeeperMetrics: Sendable {
    private let registry: MetricsRegistry
    private let removed: Counter
    private let withoutDatagrams: Counter
    private let unprocessed: Counter
    private let held = Mutex<[String: Int]>([:])

    init(_ registry: MetricsRegistry, journal: JournalWriter, reserve: SpaceReserve) {
        self.registry = registry
        func removals(_ cost: String) -> Counter {
            registry.counter(
                "trapline_journal_segments_removed_total",
                help: "Segments removed: with nothing lost, with datagrams that a sink still needed, or unprocessed.",
                labels: [("lost", cost)])
        }
        removed = removals("nothing")
        withoutDatagrams = removals("datagrams-of-sinks")
        unprocessed = removals("unprocessed")
        registry.collect("trapline_journal_bytes", help: "Octets of the journal's segments.", type: .gauge) {
            [(labels: [], value: Double(journal.size))]
        }
        registry.collect("trapline_journal_segments", help: "Segments of the journal.", type: .gauge) {
            [(labels: [], value: Double(journal.segments.count))]
        }
        registry.collect(
            "trapline_ballast_given_up", help: "1 while the disk is full and only Trapline's own facts are kept.",
            type: .gauge
        ) { [(labels: [], value: reserve.isGivenUp ? 1 : 0)] }
        registry.collect(
            "trapline_journal_held_segments",
            help: "Segments kept beyond their age and size, by who still needs them.", type: .gauge
        ) { [weak self] in
            (self?.held.withLock { $0 } ?? [:]).map { (labels: [("holder", $0.key)], value: Double($0.value)) }
        }
    }

    func note(held counts: [String: Int]) { held.withLock { $0 = counts } }

    func note(removed cost: RetentionPolicy.Removal.Cost) {
        switch cost {
        case .none: removed.add()
        case .datagrams: withoutDatagrams.add()
        case .unprocessed: unprocessed.add()
        }
    }

    func note(dropped counts: [String: Int]) {
        for (listener, count) in counts {
            registry.counter(
                "trapline_journal_dropped_datagrams_total",
                help: "Datagrams that were journaled and given up unprocessed at the journal's limit.",
                labels: [("listener", listener)]
            ).add(count)
        }
    }
}
