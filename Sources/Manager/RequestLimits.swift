/// How hard devices are pressed, and for how long.
public struct RequestLimits: Sendable, Hashable {
    /// Sendings of one request in all. Of three losses in a hundred, one request in a million then goes unanswered.
    public var tries = 4
    /// Until the second sending; each further wait is twice the one before. A busy gateway takes up to a second for a
    /// table, and what is not urgent should not press it.
    public var firstTimeout: Duration = .seconds(2)
    /// Requests that wait for an answer at once: 256 × a few KiB stay well within any receive buffer, and 256 answers a
    /// round trip keep a fleet of 10,000 checked within minutes.
    public var inAll = 256
    /// Of these, to one device: an agent answers one at a time, and has calls to handle.
    public var perDevice = 1
    /// Requests that may stand in line. One takes about 1 KiB.
    public var waiting = 65_536

    public init() {}
}
