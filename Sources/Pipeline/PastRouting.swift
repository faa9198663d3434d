public import Alarms
internal import Basics
public import Journal
internal import Routing
internal import SNMPSecurity
internal import SNMPWire

extension PipelineSnapshot {
    /// The sinks that the table has for an event of the past: for a sink that begins with the oldest event, which the log
    /// does not name.
    ///
    /// - Parameter entry: the event's datagram; where the journal no longer holds it, conditions on what only a datagram
    ///   tells (variables, community, listener) do not hold.
    public func sinks(for event: Event, entry: JournalEntry?) -> [String] {
        let notification = entry.flatMap { try? opener().open($0.payload, leniency: leniency) }
        let nobody = Endpoint(event.device.address, port: 0)
        let received = ReceivedNotification(
            notification: notification
                ?? SNMPNotification(version: .v2c, trapOID: event.oid, uptime: 0, variables: VariableBindings([])),
            time: event.time, sender: entry?.sender ?? nobody, receiver: entry?.receiver ?? nobody,
            listener: entry?.interface ?? "", community: notification.flatMap { communityName($0.community) })
        var decision = routing.decide(event, received, followedSinks: [])
        // Of an alarm that had stood for long enough.
        if event.transition == .raised, ToldAgain.isReason(event.reason) { decision.tellDelayed() }
        if let notification, entry?.interface == OwnFacts.listener, let sink = OwnFacts.sink(in: notification) {
            decision.leaveOut(sink)
        }
        return decision.sinks
    }
}
