public import Alarms
public import Journal
public import Routing

/// What became of one record that made an event.
public struct EventOutcome: Sendable {
    public var event: Event
    public var received: ReceivedNotification
    public var decision: RoutingDecision
    public var position: JournalPosition

    public init(
        event: Event, received: ReceivedNotification, decision: RoutingDecision, position: JournalPosition
    ) {
        self.event = event
        self.received = received
        self.decision = decision
        self.position = position
    }
}
