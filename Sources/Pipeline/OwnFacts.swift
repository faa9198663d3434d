public import SNMPWire

/// Trapline's own facts as they stand in the journal: notifications of a MIB of our own, so that time and what the
/// server did take the devices' way.
///
/// Only a record on the interface of this name is one: a device that sends the same OIDs speaks for itself.
public enum OwnFacts {
    /// The journal's interface.
    public static let listener = "trapline"

    /// `traplineMIB`, under the documentation enterprise number (RFC 5612) until one is assigned.
    private static let root = OID.enterprises.appending(32_473, 1)
    private static let notifications = root.appending(1, 0)

    /// Time went on and nothing else came: it moves the clock and makes no event.
    public static let tick = notifications.appending(1)
    public static let started = notifications.appending(2)
    public static let stopped = notifications.appending(3)
    public static let configurationLoaded = notifications.appending(5)

    /// `traplineVersion.0`.
    public static let version = root.appending(2, 1, 0)
    /// `traplineConfigurationGeneration.0`.
    public static let configurationGeneration = root.appending(2, 7, 0)
}
