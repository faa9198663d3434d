/// What bounds intake; tests set them low.
struct IntakeLimits: Sendable {
    /// Octets a received datagram may have; `nil` for all that UDP can carry.
    var slotSize: Int?

    /// Informs that a socket remembers.
    var informs = InformMemory<Void>.defaultCapacity

    /// Nanoseconds for which a sender may ask for our engine ID and clock in vain.
    var patience = InformSteps.patience

    /// How long `stop` takes at most for emptying the sockets, and as long again for what the journal still has.
    var drain: Duration = .seconds(5)
}
