public import Alarms
public import Journal
public import Routing

/// One event with what it came from and where it goes.
public struct EventOutcome: Sendable {
    public var event: Event
    /// Of an event that a timer made: a notification of the event's OID that nobody sent.
    public var received: ReceivedNotification
    public var decision: RoutingDecision
    /// Where its datagram stands; `nil` for what no datagram says: a timer, or what a datagram did to other alarms than
    /// the one it speaks of.
    public var position: JournalPosition?

    public init(
        event: Event, received: ReceivedNotification, decision: RoutingDecision, position: JournalPosition?
    ) {
        self.event = event
        self.received = received
        self.decision = decision
        self.position = position
    }
}
