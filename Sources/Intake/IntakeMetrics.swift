internal import TraplineMetrics

/// What intake shows at `/metrics`. All of it is read by one look a listener, so that the sum of semantics
/// (received = journaled + refused + failed + answered + reports + duplicate + in flight) holds in every scrape.
enum IntakeMetrics {
    static let families = [
        MetricFamily("trapline_datagrams_received_total", help: "Datagrams taken off the sockets.", type: .counter),
        MetricFamily("trapline_datagrams_journaled_total", help: "Datagrams kept on disk.", type: .counter),
        MetricFamily("trapline_datagrams_refused_total", help: "Datagrams not let in, by reason.", type: .counter),
        MetricFamily(
            "trapline_datagrams_failed_total", help: "Datagrams that the journal could not keep, by reason.",
            type: .counter),
        MetricFamily(
            "trapline_datagrams_answered_total", help: "Senders of SNMPv3 informs told our engine ID or clock.",
            type: .counter),
        MetricFamily(
            "trapline_datagrams_reports_total", help: "Reports to our own requests by SNMPv3, which are not kept.",
            type: .counter),
        MetricFamily(
            "trapline_datagrams_duplicate_total", help: "Informs received again and acknowledged again.", type: .counter
        ),
        MetricFamily(
            "trapline_datagrams_in_flight", help: "Datagrams on their way to the disk.", type: .gauge),
        MetricFamily(
            "trapline_kernel_drops_total", help: "Datagrams that the kernel dropped for want of room.", type: .counter),
        MetricFamily("trapline_informs_acknowledged_total", help: "Responses sent to informs.", type: .counter),
        MetricFamily(
            "trapline_informs_forgotten_total",
            help: "Informs whose repeats would no longer be recognised, for want of room.", type: .counter),
        MetricFamily(
            "trapline_senders_over_budget", help: "Senders of whom datagrams were refused in the last seconds.",
            type: .gauge),
        MetricFamily(
            "trapline_datagrams_unmeasured_total",
            help: "Datagrams let in without a look at their sender's budget, for want of room.", type: .counter),
        MetricFamily(
            "trapline_reports_sent_total", help: "SNMPv3 Reports sent, discoveries among them.", type: .counter),
        MetricFamily(
            "trapline_reports_withheld_total", help: "SNMPv3 Reports not sent, since they would be too many.",
            type: .counter),
    ]

    /// In the order of `families`.
    static func samples(_ listeners: [(listener: String, books: ListenerLedger.Books)]) -> [[MetricSample]] {
        func each(_ value: (ListenerLedger.Books) -> Int) -> [MetricSample] {
            listeners.map { MetricSample(labels: [("listener", $0.listener)], Double(value($0.books))) }
        }
        func byReason(_ values: (DatagramAccounts) -> [(reason: String, count: Int)]) -> [MetricSample] {
            listeners.flatMap { listener, books in
                values(books.accounts).map {
                    MetricSample(labels: [("listener", listener), ("reason", $0.reason)], Double($0.count))
                }
            }
        }
        return [
            each(\.accounts.received),
            each(\.accounts.journaled),
            byReason { $0.refused.map { ($0.key.label, $0.value) } },
            byReason { $0.failed.map { ($0.key, $0.value) } },
            each(\.accounts.answered),
            each(\.accounts.reports),
            each(\.accounts.duplicate),
            each(\.accounts.inFlight),
            each(\.kernelDrops),
            each(\.acknowledged),
            each(\.forgotten),
            each(\.overBudget.count),
            each(\.unmeasured),
            each(\.reports),
            each(\.reportsWithheld),
        ]
    }
}
