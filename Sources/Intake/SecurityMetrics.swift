internal import SNMPSecurity
internal import TraplineMetrics

/// What the User-based Security Model shows at `/metrics`: of the server as one SNMP engine, whatever the listener.
enum SecurityMetrics {
    static let families = [
        MetricFamily(
            "trapline_usm_stats_total", help: "The usmStats counters of RFC 3414, by name.", type: .counter),
        MetricFamily("trapline_engines_known", help: "SNMPv3 engines whose clock is known.", type: .gauge),
        MetricFamily(
            "trapline_engines_evicted_total", help: "SNMPv3 engines forgotten for want of room.", type: .counter),
        MetricFamily(
            "trapline_keys_localised_total", help: "Times that an SNMPv3 user's key was made for an engine.",
            type: .counter),
        MetricFamily(
            "trapline_keys_missed_total",
            help: "Keys not kept for want of room: needed where their user is changed before their messages are read.",
            type: .counter),
    ]

    /// In the order of `families`.
    static func samples(_ gate: SecurityGate) -> [[MetricSample]] {
        let statistics = gate.incoming.statistics
        let (engines, evictions) = gate.incoming.withTimeliness { ($0.engineCount, $0.evictions) }
        func one(_ value: Int) -> [MetricSample] { [MetricSample(labels: [], Double(value))] }
        return [
            ReportKind.allCases.map { MetricSample(labels: [("counter", $0.name)], Double(statistics[$0])) },
            one(engines),
            one(evictions),
            one(gate.incoming.ring.localisations),
            one(gate.keeper.missed),
        ]
    }
}
