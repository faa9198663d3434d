internal import SNMPSecurity

/// What the sockets' threads share for messages of v3.
struct SecurityGate: Sendable {
    let incoming: IncomingSecurity
    let keeper: KeyKeeper
    let troubles: EngineTroubles
    /// How many Reports may go out, over all sockets.
    let reports = ReportAllowance()
}
