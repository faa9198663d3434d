internal import Alarms
internal import Journal
internal import Routing
internal import SNMPSecurity
internal import Store

/// The events of a batch as they are made, and what they add to the metrics.
struct BatchDraft {
    private(set) var events: [StoredEvent] = []
    /// The same with all that is known of them; `nil` where nobody asks for it.
    private(set) var outcomes: [EventOutcome]?
    /// As it is for the whole batch.
    let opener: NotificationOpener
    var tally = PipelineMetrics.Tally()

    init(records: Int, opener: NotificationOpener, keepsOutcomes: Bool) {
        self.opener = opener
        events.reserveCapacity(records)
        outcomes = keepsOutcomes ? [] : nil
        outcomes?.reserveCapacity(records)
    }

    mutating func add(_ outcome: EventOutcome) {
        // What waits, or is held back, has its sinks.
        let decision = outcome.decision
        let isRouted = !(decision.sinks.isEmpty && decision.withheld.isEmpty && decision.delayed.isEmpty)
        tally.count(outcome.event, isRouted: isRouted)
        append(outcome)
    }

    /// An event of an alarm that stood before it, for sinks that had not been told.
    mutating func addAgain(_ outcome: EventOutcome) {
        tally.countAgain(outcome.event)
        append(outcome)
    }

    private mutating func append(_ outcome: EventOutcome) {
        events.append(StoredEvent(event: outcome.event, position: outcome.position, sinks: outcome.decision.sinks))
        outcomes?.append(outcome)
    }
}
