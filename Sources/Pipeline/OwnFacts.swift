public import SNMPWire

/// Trapline's own facts as they stand in the journal: notifications of a MIB of our own, so that time and what the
/// server did take the devices' way.
///
/// Only a record on the interface of this name is one: a device that sends the same OIDs speaks for itself.
public enum OwnFacts {
    /// The journal's interface.
    public static let listener = "trapline"

    /// Under the documentation enterprise number (RFC 5612), until one is assigned.
    public static let root = OID.enterprises.appending(32_473, 1)
    /// Time went on and nothing else came: it moves the clock and makes no event.
    public static let tick = root.appending(0, 1)
}
