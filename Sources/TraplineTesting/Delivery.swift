public import Documents
internal import Alarms

/// An event as a sink would have got it.
public struct Delivery: Sendable, Hashable, CustomStringConvertible {
    public var sink: String
    public var event: EventDocument
    /// What the sink would have put on the wire.
    public var text: String

    /// ``Documents/EventDocument/line``, for a comparison with what is wanted.
    public var description: String { event.line }
}

extension EventDocument {
    /// The event in a line: `raised major acBoardEthernetLinkAlarm Board#1/EthernetLink#1 10.1.2.3`: transition, severity,
    /// alarm, source (where there is one) and the device's name.
    public var line: String {
        [transition.rawValue, severity, alarm, source, device.name].filter { !$0.isEmpty }.joined(separator: " ")
    }
}
