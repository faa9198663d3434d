internal import Alarms
internal import Journal
internal import Routing
internal import Store

/// The events of a batch as they are made, and what they add to the metrics.
struct BatchDraft {
    private(set) var events: [StoredEvent] = []
    /// The same with all that is known of them; `nil` where nobody asks for it.
    private(set) var outcomes: [EventOutcome]?
    var tally = PipelineMetrics.Tally()

    init(records: Int, keepsOutcomes: Bool) {
        events.reserveCapacity(records)
        outcomes = keepsOutcomes ? [] : nil
    }

    mutating func add(_ outcome: EventOutcome) {
        tally.count(outcome.event, isRouted: !outcome.decision.sinks.isEmpty)
        events.append(StoredEvent(event: outcome.event, position: outcome.position, sinks: outcome.decision.sinks))
        outcomes?.append(outcome)
    }
}
